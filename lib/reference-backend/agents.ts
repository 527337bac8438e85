import type { Agent, Announcement, Line } from './agent'
import { agentImage } from './agent-image'
import { ContainerAgent } from './container-agent'
import { AgentContainers } from './agent-containers'
import { dockerAt, whyNoDocker, wordsOf } from './docker'
import type { Faults } from './faults'
import { helpWithMerge, startHelper, type Helper, type HelperRole } from './helpers'
import type { Options } from './options'
import type { Project } from './project'
import { believable } from './script'
import { paceOf, SimulatedAgent, type Pace } from './simulated-agent'

/** An agent that a test can lead. */
export interface LedAgent extends Agent {
  hold(batchId: string): void
  release(batchId: string): void
  print(batchId: string, lines: readonly Line[]): void
  /** What the batch's agent is to exit with has changed. */
  failureChanged?(batchId: string): void
}

/** What is done to, and with, the containers of agents. */
export interface ContainerFaults {
  /** The id of the container that does the batch's work; settles when it runs. Of four the third in generation A. */
  of(batchId: string): Promise<string>
  /** Kills that container from outside once it runs: 137. */
  kill(batchId: string): Promise<void>
  /** Once it runs, the batch's agent takes more memory than it gets: 137, and flagged. */
  oom(batchId: string): Promise<void>
  /** The next time this batch runs, the backend says so, and no container is started until it is released: completed. */
  ghost(batchId: string): void
  /** The batch's container ends, and the backend neither says so nor removes it until the batch is released. */
  silence(batchId: string): void
  /** Starts a container that is no batch's. */
  startHelper(role: HelperRole): Promise<Helper>
}

/** Who works for a backend. */
export interface Agents {
  readonly agent: LedAgent
  readonly pace: Pace
  /** In words, for people. */
  readonly described: string
  /** Null where agents are simulated. */
  readonly containers: ContainerFaults | null
  readonly mergeHelp: (spec: string, signal: AbortSignal) => Promise<void>
  /** Removes every container that there still is. */
  dispose(): Promise<void>
}

/** How long help with a merge takes, ms before `speed`. */
const MERGE_HELP = 3000

/** Agents as the options want them. Rejects where they must be in containers and cannot be. */
export async function createAgents(options: Options, project: Project, faults: Faults): Promise<Agents> {
  const { docker = 'off' } = options
  if (docker === 'off') return simulated(options, faults)
  try {
    return await inContainers(options, project, faults)
  } catch (error) {
    if (docker === 'on') throw error
    return simulated(options, faults, wordsOf(error))
  }
}

async function inContainers(options: Options, project: Project, faults: Faults): Promise<Agents> {
  const { generation, speed = 1, script = believable, labels = false } = options
  const docker = dockerAt(options.dockerHost)
  const why = await whyNoDocker(docker)
  if (why !== null) throw new Error(`No Docker Engine answers: ${why}`)
  const containers = new AgentContainers(docker, await agentImage(docker, options.image))
  const agent = new ContainerAgent(containers, { generation, script, speed, labels }, faults)
  return {
    agent,
    pace: paceOf(speed),
    described: `agents are scripts in containers of ${containers.image}`,
    containers: {
      of: async batchId => (await agent.container(batchId)).id,
      kill: batchId => agent.kill(batchId),
      oom: batchId => agent.oom(batchId),
      ghost: batchId => agent.ghost(batchId),
      silence: batchId => agent.silence(batchId),
      startHelper: role => startHelper(containers, project, role),
    },
    mergeHelp: (spec, signal) => helpWithMerge(containers, project, spec, MERGE_HELP / speed, signal),
    dispose: () => containers.clear(),
  }
}

/** `why` there are no containers, where there should have been. */
function simulated({ speed = 1, script = believable }: Options, faults: Faults, why?: string): Agents {
  const pace = paceOf(speed)
  const local: Announcement[] = [
    { level: 'warning', text: `Docker unavailable (${why ?? ''}), falling back to local execution` },
  ]
  return {
    agent: new SimulatedAgent(script, pace, faults, ...(why === undefined ? [] : [local])),
    pace,
    described: `agents are simulated: no container is started${why === undefined ? '' : `. ${why}`}`,
    containers: null,
    mergeHelp: (_spec, signal) => pace(MERGE_HELP, signal),
    dispose: async () => undefined,
  }
}
