import type { Agent, Announcement, Line } from './agent'
import { agentImage } from './agent-image'
import { ContainerAgent } from './container-agent'
import { AgentContainers } from './agent-containers'
import { dockerAt, whyNoDocker, wordsOf } from '../docker'
import type { Faults } from '../faults'
import { helpWithMerge, startHelper, type Helper, type HelperRole } from '../helpers'
import type { Options } from '../options'
import type { Project } from '../project'
import { believable } from './script'
import { paceOf, SimulatedAgent, type Pace } from './simulated-agent'

/** An agent that a test can control. */
export interface LedAgent extends Agent {
  hold(batchId: string): void
  release(batchId: string): void
  print(batchId: string, lines: readonly Line[]): void
  /** The exit code of the batch's agent has changed. */
  failureChanged?(batchId: string): void
}

/** The faults of the agents' containers, and ways to reach these containers. */
export interface ContainerFaults {
  /** The id of the container that does the batch's work; settles when it runs. In generation A this is the third of four. */
  of(batchId: string): Promise<string>
  /** Kills that container from outside once it runs: exit code 137. */
  kill(batchId: string): Promise<void>
  /** Once the container runs, the batch's agent exceeds its memory: exit code 137, and flagged as out of memory. */
  oom(batchId: string): Promise<void>
  /**
   * The next time this batch runs, the backend reports it as running, but starts no container. Once released, the batch completes.
   */
  ghost(batchId: string): void
  /** The batch's container ends, but the backend neither reports this nor removes the container until the batch is released. */
  silence(batchId: string): void
  /** Starts a container that belongs to no batch. */
  startHelper(role: HelperRole): Promise<Helper>
}

/** The agents of a backend. */
export interface Agents {
  readonly agent: LedAgent
  readonly pace: Pace
  /** A description for people. */
  readonly described: string
  /** Null if agents are simulated. */
  readonly containers: ContainerFaults | null
  readonly mergeHelp: (spec: string, signal: AbortSignal) => Promise<void>
  /** Removes every remaining container. */
  dispose(): Promise<void>
}

/** How long help with a merge takes, ms before `speed`. */
const MERGE_HELP = 3000

/** Creates the agents that the options ask for. Rejects if containers are required and not available. */
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

/** `why` says why there are no containers although they were asked for. */
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
