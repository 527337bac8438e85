import { randomBytes } from 'node:crypto'
import { AGENT_MEMORY, containerName, type AgentContainers, type ContainerOrder } from './agents/agent-containers'
import type { Project } from './project'
import { mergeHelpCommand, planningCommand } from './agents/prompts'

/** The purposes, besides batches, for which the backend starts containers. */
export type HelperRole = 'merge-help' | 'planning' | 'session' | 'terminal'

export interface Helper {
  /** The full id. */
  readonly id: string
  readonly name: string
  /** Kills and removes the container. */
  end(): Promise<void>
}

/** Settles when the container runs; it runs for 20 minutes, unless it is ended earlier. */
export async function startHelper(containers: AgentContainers, project: Project, role: HelperRole): Promise<Helper> {
  const order = orderOf(project, role)
  const container = await containers.create(order)
  await container.start()
  return {
    id: container.id,
    name: order.name,
    end: () => containers.remove(container, { force: true }),
  }
}

/** Help with a merge, from start to end: a container that is busy for this long, ms. Rejects once `signal` aborts. */
export async function helpWithMerge(
  containers: AgentContainers,
  project: Project,
  spec: string,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const container = await containers.create(mergeHelp(project, spec, ms))
  await container.start()
  await containers.ended(container, () => undefined, signal)
  await containers.remove(container)
}

const LONG = 20 * 60_000

const busy = (ms: number): string => `sleep ${ms / 1000}`

function orderOf(project: Project, role: HelperRole): ContainerOrder {
  const spec = project.specs()[0] ?? ''
  const idle = { command: ['tail', '-f', '/dev/null'], workspace: project.root, memory: null }
  switch (role) {
    case 'merge-help':
      return mergeHelp(project, spec, LONG)
    case 'planning': {
      return {
        name: containerName(),
        command: planningCommand(busy(LONG)),
        workspace: project.path(spec),
        memory: AGENT_MEMORY,
      }
    }
    case 'session':
      return { name: `ckrv-session-${randomBytes(4).toString('hex')}`, ...idle }
    case 'terminal':
      return { name: `ckrv-term-${randomBytes(4).toString('hex')}`, ...idle }
  }
}

const mergeHelp = (project: Project, spec: string, ms: number): ContainerOrder => ({
  name: containerName(),
  command: mergeHelpCommand(project.text(spec, 'spec.yaml') ?? '', busy(ms)),
  workspace: project.root,
  memory: AGENT_MEMORY,
})
