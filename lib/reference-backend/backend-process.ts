import { setMaxListeners } from 'node:events'
import type { WebSocket } from 'ws'
import { EXECUTION_NOT_FOUND } from '../backend/wire'
import { execute, type Host, type Order } from './orchestrator'
import { behaviours, encode, words, type Happening } from './generation'
import { RunBroadcast } from './http/run-broadcast'
import type { Clock } from './clock'

interface Run {
  stream: RunBroadcast
  stop: AbortController
  isOver: boolean
}

/** The backend's process has ended: all its current work is abandoned. */
export class ProcessEnded extends Error {}

/** A process of the backend and the runs that it remembers. The runs end with the process. */
export class BackendProcess {
  readonly #end = new AbortController()
  readonly #runs = new Map<string, Run>()

  readonly #tools: Omit<Host, 'runId' | 'say' | 'ended' | 'stop'>
  readonly #clock: Clock

  constructor(tools: Omit<Host, 'runId' | 'say' | 'ended' | 'stop'>, clock: Clock) {
    this.#tools = tools
    this.#clock = clock
  }

  /** False if this process has ever had a run of this id. */
  start(runId: string, order: Order): boolean {
    if (this.#runs.has(runId)) return false
    const run: Run = { stream: new RunBroadcast(this.#tools.faults), stop: new AbortController(), isOver: false }
    // Every running batch adds a listener, and their number is not limited.
    setMaxListeners(0, run.stop.signal, this.#end.signal)
    this.#runs.set(runId, run)
    const say = (happening: Happening) => this.#frames(happening).forEach(frame => run.stream.say(frame))
    void execute(order, { ...this.#tools, runId, say, ended: this.#end.signal, stop: run.stop.signal }).then(() => {
      run.isOver = true
    })
    return true
  }

  /**
   * Returns true once per run; as in the real backend, also after the run's end. Connected sockets get the message, later ones do
   * not.
   */
  stop(runId: string): boolean {
    const run = this.#runs.get(runId)
    const { tellsEveryEnd } = behaviours[this.#tools.generation]
    if (run === undefined || run.stop.signal.aborted || (tellsEveryEnd && run.isOver)) return false
    if (!tellsEveryEnd) this.#frames({ kind: 'aborted' }).forEach(frame => run.stream.whisper(frame))
    run.stop.abort()
    return true
  }

  /** Accepts any id; the socket of an unknown run gets a message that says so, without a time, and is cut off. */
  join(runId: string, socket: WebSocket): void {
    const run = this.#runs.get(runId)
    if (run !== undefined) run.stream.join(socket)
    else socket.send(JSON.stringify({ message: EXECUTION_NOT_FOUND, type: 'error' }), () => socket.terminate())
  }

  /** The streams of one run, or of all runs. */
  streams(runId?: string): RunBroadcast[] {
    return [...this.#runs].filter(([id]) => runId === undefined || id === runId).map(([, run]) => run.stream)
  }

  /** Whether an orchestrator is running. */
  get isBusy(): boolean {
    return [...this.#runs.values()].some(({ isOver }) => !isOver)
  }

  end(): void {
    this.#end.abort(new ProcessEnded('The process ended.'))
    for (const stream of this.streams()) stream.drop()
  }

  #frames(happening: Happening): string[] {
    const { generation } = this.#tools
    return words(generation, happening).map(message => encode(generation, message, this.#clock.now()))
  }
}
