import type { Readable } from 'node:stream'
import { backoff } from '../../clock/backoff'
import { serverNow } from '../../clock/clock'
import { hasEnded } from '../../run/evidence/container'
import { DockerError } from '../engine/docker-error'
import { asDockerError } from '../engine/engine-errors'
import type { Engine } from '../engine/engine'
import type { LogEntry } from './log-entry'
import { LogFrames } from './log-frames'
import { LogLines, type ContainerLine } from './log-lines'
import { LogPosition } from './log-position'
import { TerminalLog } from './log-terminal'

/** Receives the reports of a container's log. The calls come in order, and must not throw. */
export interface ContainerLogListener {
  line(line: ContainerLine): void
  /** Lines may be missing here. `text` is a sentence that says why. */
  gap(text: string): void
  /** The container has ended or was removed, and no more lines come. */
  ended(): void
  /** An error of our own: no more lines come. */
  failed(error: unknown): void
}

const RETRY = { first: 250, most: 10_000 }
/** While the Engine answers, it is asked again within a second, the third of these delays. */
const ANSWERING = 3
/** A container that is removed this soon after its log ended had printed nothing more, ms. */
const GONE_WITHIN = 3_000
/** After this many failed answers in a row, about 40 s, the log is given up. */
const MAX_FAULTS = 8

const REMOVED = 'The container was removed before all of its output could be read: lines may be missing here.'
export const TORN = 'Docker has dropped older output of this container: lines may be missing here.'

/**
 * Follows the output of one container, from its first line until it has ended and everything is read, across any number of
 * broken connections: each line once, in order within its stream. It holds one line of each stream in memory. A slow
 * listener slows the Engine down.
 */
export class ContainerLog {
  readonly #position = new LogPosition()
  readonly #lines = new LogLines()
  #closed = false
  #pausing: NodeJS.Timeout | null = null
  #stream: Readable | null = null
  #started = false
  /** When the available log was read to its end, ms. Null while it was not. */
  #readAt: number | null = null
  /** A terminal's output so far. It may end in the middle of a line. */
  #rest: TerminalLog | null = null
  #fresh = 0
  #attempt = 0
  #faults = 0

  readonly #source: Pick<Engine, 'inspect' | 'logs' | 'where'>
  readonly #containerId: string
  readonly #listener: ContainerLogListener

  constructor(source: Pick<Engine, 'inspect' | 'logs' | 'where'>, containerId: string, listener: ContainerLogListener) {
    this.#source = source
    this.#containerId = containerId
    this.#listener = listener
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    this.#follow().catch((error: unknown) => {
      if (!this.#closed) this.#listener.failed(error)
    })
  }

  /** From now on nothing is reported. */
  close(): void {
    this.#closed = true
    if (this.#pausing) clearTimeout(this.#pausing)
    this.#stream?.destroy()
  }

  async #follow(): Promise<void> {
    while (!(await this.#readOn())) {
      if (this.#closed) return
      await this.#pause(this.#attempt === 0 ? 0 : backoff(this.#attempt - 1, RETRY))
    }
    if (this.#closed) return
    for (const entry of this.#rest?.end() ?? []) this.#take(entry)
    this.#tell(this.#lines.end())
    this.#listener.ended()
  }

  /** After `close` it never resolves, and keeps nothing alive. */
  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      this.#pausing = setTimeout(resolve, ms)
    })
  }

  /** Reads as far as the Engine allows. Returns whether the output is complete. */
  async #readOn(): Promise<boolean> {
    const before = this.#fresh
    try {
      // The first round only reads: a container that ends at once may be removed before there is time for an inspection,
      // too.
      const ended =
        this.#stream !== null &&
        hasEnded({ ...(await this.#source.inspect(this.#containerId)), removed: false, startFailed: false })
      await this.#read()
      // The stream ends a moment before the container does, so the next round inspects it and reads once more.
      this.#progress(before)
      this.#attempt = Math.min(this.#attempt, ANSWERING)
      return ended
    } catch (error) {
      if (this.#closed) return true
      this.#progress(before)
      return this.#isOver(error)
    }
  }

  #progress(before: number): void {
    this.#attempt = this.#fresh > before ? 0 : this.#attempt + 1
  }

  async #read(): Promise<void> {
    const since = this.#position.resume()
    const query = { stdout: true, stderr: true, timestamps: true, ...(since !== undefined && { since }) }
    const { stream, tty } = await this.#source.logs(this.#containerId, query)
    if (this.#closed) {
      stream.destroy()
      return
    }
    this.#stream = stream
    this.#readAt = null
    this.#rest = null
    const terminal = tty ? new TerminalLog() : null
    const reader = terminal ?? new LogFrames()
    for await (const chunk of chunksOf(stream, this.#source.where)) {
      for (const entry of reader.push(chunk)) this.#take(entry)
    }
    this.#rest = terminal
    this.#readAt = serverNow()
    this.#faults = 0
  }

  #take(entry: LogEntry): void {
    const news = this.#position.take(entry)
    if (news === 'known' || this.#closed) return
    if (news === 'torn') this.#gap(TORN)
    this.#fresh += 1
    this.#tell(this.#lines.add(entry))
  }

  /** Whether no more output can be read. */
  #isOver(error: unknown): boolean {
    if (!(error instanceof DockerError)) throw error
    if (error.kind === 'not-found') {
      if (this.#readAt === null || serverNow() - this.#readAt > GONE_WITHIN) this.#gap(REMOVED)
      return true
    }
    this.#faults = error.kind === 'bad-answer' || error.kind === 'denied' ? this.#faults + 1 : 0
    if (this.#faults < MAX_FAULTS) return false
    this.#gap(`This container's output can't be read. ${error.message}`)
    return true
  }

  #gap(text: string): void {
    this.#tell(this.#lines.end())
    this.#listener.gap(text)
  }

  #tell(lines: readonly ContainerLine[]): void {
    for (const line of lines) this.#listener.line(line)
  }
}

/** An error of the connection becomes a `DockerError`. An error in handling a chunk does not. */
async function* chunksOf(stream: Readable, where: string): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk
  } catch (error) {
    throw asDockerError(error, where)
  }
}
