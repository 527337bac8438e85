import type { Readable } from 'node:stream'
import { backoff } from '../clock/backoff'
import { serverNow } from '../clock/clock'
import { hasEnded } from '../run/container'
import { DockerError } from './docker-error'
import { asDockerError } from './engine-errors'
import type { Engine } from './engine'
import type { LogEntry } from './log-entry'
import { LogFrames } from './log-frames'
import { LogLines, type ContainerLine } from './log-lines'
import { LogPosition } from './log-position'
import { TerminalLog } from './log-terminal'

/** What a container's log tells its owner. Calls come in order, and must not throw. */
export interface ContainerLogListener {
  line(line: ContainerLine): void
  /** Lines may be missing here; `text` is a sentence that says why. */
  gap(text: string): void
  /** The container has ended, or is gone, and nothing more will come. */
  ended(): void
  /** A fault of our own: nothing more will come. */
  failed(error: unknown): void
}

const RETRY = { first: 250, most: 10_000 }
/** An Engine that answers is asked again within a second, the third of these delays. */
const ANSWERING = 3
/** A container that is gone so soon after its log came to an end had no more to say, ms. */
const GONE_WITHIN = 3_000
/** So many answers in a row that are no log, about 40 s, and there will be none. */
const MAX_FAULTS = 8

const REMOVED = 'The container was removed before all of its output could be read: lines may be missing here.'
export const TORN = 'Docker has dropped older output of this container: lines may be missing here.'

/**
 * Follows what one container prints, from its first line until it has ended and all is read, over any number of cuts:
 * each line once, in order within its stream. What it holds is one line of each stream; a listener that is slow slows the
 * Engine down.
 */
export class ContainerLog {
  readonly #position = new LogPosition()
  readonly #lines = new LogLines()
  #closed = false
  #pausing: NodeJS.Timeout | null = null
  #stream: Readable | null = null
  #started = false
  /** When the log, as far as it went, had been read to its end, ms; null while it has not. */
  #readAt: number | null = null
  /** A terminal's output as far as it went: what it ended with may be a line without an end. */
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

  /** Nothing is told any more. */
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

  /** Never ends once we are closed, and keeps nothing alive then. */
  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      this.#pausing = setTimeout(resolve, ms)
    })
  }

  /** Reads as far as the Engine lets us. Returns whether that was all. */
  async #readOn(): Promise<boolean> {
    const before = this.#fresh
    try {
      // Read first, then looked at: one that ends at once may be removed before there is time for both.
      const ended =
        this.#stream !== null &&
        hasEnded({ ...(await this.#source.inspect(this.#containerId)), removed: false, startFailed: false })
      await this.#read()
      // The stream ends a moment before the container does, so it is looked at once more, and read once more.
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

  /** Is there nothing more to be had? */
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

/** What went wrong on the way is Docker's; what goes wrong with a chunk is not. */
async function* chunksOf(stream: Readable, where: string): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk
  } catch (error) {
    throw asDockerError(error, where)
  }
}
