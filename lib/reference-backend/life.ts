import { setMaxListeners } from 'node:events'
import type { WebSocket } from 'ws'
import { EXECUTION_NOT_FOUND } from '../backend/wire'
import { execute, type Host, type Order } from './engine'
import { behaviours, encode, words, type Happening } from './generation'
import { RunStream } from './stream'
import type { Clock } from './clock'

interface Run {
  stream: RunStream
  stop: AbortController
  isOver: boolean
}

/** Why everything that a life had under way is given up: nobody is left to see to it. */
export class ProcessEnded extends Error {}

/** One life of the backend's process: the runs it remembers, none of which outlives it. */
export class Life {
  readonly #end = new AbortController()
  readonly #runs = new Map<string, Run>()

  constructor(
    private readonly tools: Omit<Host, 'runId' | 'say' | 'life' | 'stop'>,
    private readonly clock: Clock,
  ) {}

  /** False where this process ever had a run of this id. */
  start(runId: string, order: Order): boolean {
    if (this.#runs.has(runId)) return false
    const run: Run = { stream: new RunStream(this.tools.faults), stop: new AbortController(), isOver: false }
    // Every batch at work listens, however many there are.
    setMaxListeners(0, run.stop.signal, this.#end.signal)
    this.#runs.set(runId, run)
    const say = (happening: Happening) => this.#frames(happening).forEach(frame => run.stream.say(frame))
    void execute(order, { ...this.tools, runId, say, life: this.#end.signal, stop: run.stop.signal }).then(() => {
      run.isOver = true
    })
    return true
  }

  /** True once per run, and in the real backend also after its end; live sockets are told, later ones are not. */
  stop(runId: string): boolean {
    const run = this.#runs.get(runId)
    const { tellsEveryEnd } = behaviours[this.tools.generation]
    if (run === undefined || run.stop.signal.aborted || (tellsEveryEnd && run.isOver)) return false
    if (!tellsEveryEnd) this.#frames({ kind: 'aborted' }).forEach(frame => run.stream.whisper(frame))
    run.stop.abort()
    return true
  }

  /** Any id is listened to; an unknown one is told so, without a time, and cut off. */
  join(runId: string, socket: WebSocket): void {
    const run = this.#runs.get(runId)
    if (run !== undefined) run.stream.join(socket)
    else socket.send(JSON.stringify({ message: EXECUTION_NOT_FOUND, type: 'error' }), () => socket.terminate())
  }

  /** The streams of one run, or of all. */
  streams(runId?: string): RunStream[] {
    return [...this.#runs].filter(([id]) => runId === undefined || id === runId).map(([, run]) => run.stream)
  }

  /** Whether an engine is at work. */
  get isBusy(): boolean {
    return [...this.#runs.values()].some(({ isOver }) => !isOver)
  }

  end(): void {
    this.#end.abort(new ProcessEnded('The process ended.'))
    for (const stream of this.streams()) stream.drop()
  }

  #frames(happening: Happening): string[] {
    const { generation } = this.tools
    return words(generation, happening).map(message => encode(generation, message, this.clock.now()))
  }
}
