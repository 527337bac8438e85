import { heardAtTheEnd, insideTask, type Agent, type Line } from './agents/agent'
import { Clock } from './clock'
import { HttpListener } from './http/http-listener'
import { Faults, type Failure, type Match, type MergeOutcome } from './faults'
import type { Generation } from './generation'
import { History } from './history'
import { BackendProcess } from './backend-process'
import type { Options } from './options'
import { Project } from './project'
import { routes, SOCKET_PATH } from './http/routes'
import { createAgents, type ContainerFaults } from './agents/agents'

/** A running backend, and the faults that a test can cause in it. */
export interface ReferenceBackend {
  readonly url: string
  readonly port: number
  /** A description of its agents, for people. */
  readonly agents: string
  /** Whether its agents run in containers. */
  readonly hasContainers: boolean
  /** Whether a run is active. */
  readonly isBusy: boolean
  /** Also removes every container that the backend created, running or not. */
  close(): Promise<void>
  /**
   * The process dies: its sockets are cut, its runs forgotten, its port closed. The project's files stay unchanged. Containers run
   * to their end and are not removed; `restart` does not take them over.
   */
  kill(): Promise<void>
  /** Starts a new process on the same port and project, without any run; kills the old one if it still runs. */
  restart(): Promise<void>
  /** Disconnects the readers of one run, or of all runs, without a Close frame: 1006. */
  dropSockets(runId?: string): void
  /** Matching messages enter the history but are never sent live. A call of the result ends this. */
  lose(match: Match): () => void
  /** Matching messages are sent twice to live readers, with identical bytes. A call of the result ends this. */
  duplicate(match: Match): () => void
  /** Sets the clock of the backend's machine, by this many ms. */
  setClock(by: number): void
  /** From now on live messages reach their readers this much later, ms. */
  delay(ms: number): void
  /**
   * The batch's agent fails now if the batch runs, otherwise the next time it runs. In containers of generation A the backend does
   * not notice this, as with the real one.
   */
  failBatch(batchId: string, failure?: Failure): void
  /** The next merge of this batch's branch has a conflict. */
  failMerge(batchId: string, outcome?: MergeOutcome): void
  /** The batch's agent prints this line now, or when it starts; generation B forwards it when the agent ends. */
  print(batchId: string, stream: 'stdout' | 'stderr', text: string): void
  /** The batch's agent prints this many lines at once. Live readers are disconnected if more than 1,024 are forwarded at once. */
  burst(batchId: string, lines: number): void
  /** The batch does not end until it is released. A container gives up after 20 minutes. */
  hold(batchId: string): void
  release(batchId: string): void
  /** These faults need containers: they throw or reject if agents are simulated. */
  readonly containers: ContainerFaults
  /** Sends any bytes to the run's live readers, as a text frame unless `binary`; they do not enter the history. */
  sendRaw(runId: string, data: string | Buffer, binary?: boolean): void
}

/** Starts a backend that speaks the wire of the given generation; rejects if the port is in use. */
export async function startReferenceBackend(options: Options): Promise<ReferenceBackend> {
  const { generation, host = '127.0.0.1' } = options
  const project = new Project(options.project)
  const clock = new Clock()
  const history = new History(project, clock)
  const faults = new Faults()
  const agents = await createAgents(options, project, faults)
  const { agent, pace, mergeHelp } = agents
  const tools = { generation, project, history, agent: as(generation, agent), faults, pace, mergeHelp }
  const spawn = () => new BackendProcess(tools, clock)

  let running = spawn()
  const route = routes({ generation, project, history, hasDocker: agents.containers !== null, running: () => running })
  const now = () => Number(clock.now() / 1_000_000n)
  const listener = new HttpListener(route, SOCKET_PATH, (runId, socket) => running.join(runId, socket), now)
  const port = await listener.open(options.port ?? 0, host)

  const kill = async () => {
    running.end()
    await listener.close()
  }
  return {
    url: `http://${host}:${port}`,
    port,
    agents: agents.described,
    hasContainers: agents.containers !== null,
    get isBusy() {
      return running.isBusy
    },
    async close() {
      await kill()
      await agents.dispose()
    },
    kill,
    async restart() {
      await kill()
      running = spawn()
      await listener.open(port, host)
    },
    dropSockets: runId => running.streams(runId).forEach(stream => stream.drop()),
    lose: match => faults.lose(match),
    duplicate: match => faults.duplicate(match),
    setClock: by => clock.set(by),
    delay(ms) {
      faults.delay = ms
    },
    failBatch(batchId, failure) {
      faults.failBatch(batchId, failure)
      agent.failureChanged?.(batchId)
    },
    failMerge: (batchId, outcome) => faults.failMerge(batchId, outcome),
    print: (batchId, stream, text) => agent.print(batchId, [{ stream, text }]),
    burst: (batchId, lines) => agent.print(batchId, numbered(batchId, lines)),
    hold: batchId => agent.hold(batchId),
    release: batchId => agent.release(batchId),
    get containers() {
      if (agents.containers === null) throw new Error('These agents are simulated: there are no containers.')
      return agents.containers
    },
    sendRaw: (runId, data, binary = false) => running.streams(runId).forEach(stream => stream.sendRaw(data, binary)),
  }
}

/** Adapts an agent to the way in which each generation runs it and receives its output. */
function as(generation: Generation, agent: Agent): Agent {
  switch (generation) {
    case 'A':
      return insideTask(agent)
    case 'B':
      return heardAtTheEnd(agent)
    case 'C':
      return agent
  }
}

const numbered = (batchId: string, lines: number): Line[] =>
  Array.from({ length: lines }, (_, index) => ({
    stream: 'stdout',
    text: `line ${index + 1} of a burst in ${batchId}`,
  }))
