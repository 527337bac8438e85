import { heardAtTheEnd, insideTask, type Agent, type Line } from './agent'
import { Clock } from './clock'
import { Door } from './door'
import { Faults, type Failure, type Match, type MergeOutcome } from './faults'
import type { Generation } from './generation'
import { History } from './history'
import { Life } from './life'
import { Project } from './project'
import { routes, SOCKET_PATH } from './routes'
import { believable, type Script } from './script'
import { paceOf, SimulatedAgent } from './simulated-agent'

export interface Options {
  /** The project's folder; its plan.yaml, tasks.yaml and runs.yaml are rewritten by runs. */
  project: string
  generation: Generation
  /** 0, the default, lets the system pick. */
  port?: number
  /** How many times faster than told everything goes; `Infinity` waits for nothing. */
  speed?: number
  /** What the simulated agents do; default `believable`. */
  script?: Script
  host?: '127.0.0.1'
}

/** A running backend, and what can be made to go wrong with it. */
export interface ReferenceBackend {
  readonly url: string
  readonly port: number
  close(): Promise<void>
  /** The process dies: sockets are cut, runs forgotten, the port closed. The project's files stay as they are. */
  kill(): Promise<void>
  /** A new process on the same port and project, which knows no run; kills the old one if need be. */
  restart(): Promise<void>
  /** Cuts the readers of one run, or of all, without a Close frame: 1006. */
  dropSockets(runId?: string): void
  /** Matching messages enter the history but are never sent live. The result ends it. */
  lose(match: Match): () => void
  /** Matching messages are sent twice, byte by byte the same, to live readers. The result ends it. */
  duplicate(match: Match): () => void
  /** From now on live messages reach their readers this much later, ms. */
  delay(ms: number): void
  /** The next time this batch runs, its agent fails. */
  failBatch(batchId: string, failure?: Failure): void
  /** The next time this batch's branch is merged, it conflicts. */
  failMerge(batchId: string, outcome?: MergeOutcome): void
  /** The batch's agent prints this line now, or when it starts; generation B forwards it when the agent ends. */
  print(batchId: string, stream: 'stdout' | 'stderr', text: string): void
  /** The batch's agent prints that many lines at once. More than 1,024 that are forwarded at once cut live readers. */
  burst(batchId: string, lines: number): void
  /** The batch does not end until it is released. */
  hold(batchId: string): void
  release(batchId: string): void
  /** Sends any bytes to the run's live readers, as a text frame unless `binary`, past the history. */
  sendRaw(runId: string, data: string | Buffer, binary?: boolean): void
}

/** Starts a backend that speaks the wire of the given generation; rejects where the port is taken. */
export async function startReferenceBackend(options: Options): Promise<ReferenceBackend> {
  const { generation, speed = 1, script = believable, host = '127.0.0.1' } = options
  const project = new Project(options.project)
  const clock = new Clock()
  const history = new History(project, clock)
  const faults = new Faults()
  const pace = paceOf(speed)
  const simulated = new SimulatedAgent(script, pace, faults)
  const agent = as(generation, simulated)
  const born = () => new Life({ generation, project, history, agent, faults, pace }, clock)

  let life = born()
  const route = routes(generation, project, history, () => life)
  const door = new Door(route, SOCKET_PATH, (runId, socket) => life.join(runId, socket))
  const port = await door.open(options.port ?? 0, host)

  const kill = async () => {
    life.end()
    await door.close()
  }
  return {
    url: `http://${host}:${port}`,
    port,
    close: kill,
    kill,
    async restart() {
      await kill()
      life = born()
      await door.open(port, host)
    },
    dropSockets: runId => life.streams(runId).forEach(stream => stream.drop()),
    lose: match => faults.lose(match),
    duplicate: match => faults.duplicate(match),
    delay(ms) {
      faults.delay = ms
    },
    failBatch: (batchId, failure) => faults.failBatch(batchId, failure),
    failMerge: (batchId, outcome) => faults.failMerge(batchId, outcome),
    print: (batchId, stream, text) => simulated.print(batchId, [{ stream, text }]),
    burst: (batchId, lines) => simulated.print(batchId, numbered(batchId, lines)),
    hold: batchId => simulated.hold(batchId),
    release: batchId => simulated.release(batchId),
    sendRaw: (runId, data, binary = false) => life.streams(runId).forEach(stream => stream.sendRaw(data, binary)),
  }
}

/** How each generation runs its agents and hears them. */
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
