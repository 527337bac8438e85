import type { LogLine } from '../../run/model'
import type { LogBuffer, LogObserver } from './log-buffer'

/** Receives the reports of a merged log. */
export interface MergedLogListener {
  appended(): void
  /** Lines were taken out, and the others were numbered again. */
  renumbered(): void
}

/** A log whose lines are part of the merged one. */
interface Part {
  readonly log: LogBuffer
  /** The batch whose containers print these lines; null: the backend's own lines. */
  readonly batch: string | null
  /** The number, in its own log, of the newest line that the merged log no longer begins before. */
  passed: number
}

/**
 * All lines of a run in the order in which they arrived: the backend's own, and those of the containers of all batches. They have
 * numbers of their own, which stay the same after a restart, because a recording holds them in this order [LOG-3].
 *
 * It holds no copy of a line, so it costs a few bytes for each. Therefore it begins after the newest line that its own log had to
 * drop: a merged log with lines missing in the middle would look complete.
 */
export class MergedLog {
  #lines: (LogLine | undefined)[] = []
  #parts: Part[] = []
  /** Where the kept lines begin in both. The places before it are cut off in portions, not one by one. */
  #head = 0
  /** The number of lines that were cut off. */
  #cut = 0
  #isClosed = false

  readonly #listener: MergedLogListener

  constructor(listener: MergedLogListener) {
    this.#listener = listener
  }

  get size(): number {
    return this.#lines.length - this.#head
  }

  /** The number of oldest lines that are no longer in it. */
  get dropped(): number {
    return this.#cut + this.#head
  }

  /** From now on the lines of an empty log are part of this one. */
  add(log: LogBuffer, batch: string | null): void {
    const part: Part = { log, batch, passed: 0 }
    const observer: LogObserver = {
      appended: line => this.#append(part, line),
      dropped: () => this.#pass(part),
      replaced: (lines, isKept) => this.#replace(part, lines, isKept),
    }
    log.observe(observer)
  }

  /** As `LogBuffer.after`. */
  after(seq: number, limit: number): LogLine[] {
    const from = this.#head + Math.max(0, Math.floor(seq) - this.dropped)
    return this.#numbered(from, Math.min(this.#lines.length, from + limit))
  }

  /** As `LogBuffer.before`. */
  before(seq: number, limit: number): LogLine[] {
    const end = this.#head + Math.min(this.size, Math.max(0, Math.ceil(seq) - 1 - this.dropped))
    return this.#numbered(Math.max(this.#head, end - limit), end)
  }

  /** As `LogBuffer.tail`. */
  tail(limit: number): LogLine[] {
    return this.#numbered(Math.max(this.#head, this.#lines.length - limit), this.#lines.length)
  }

  /** Lets go of all lines. Called before its parts are released: otherwise each of them would be taken out one after the other. */
  close(): void {
    this.#isClosed = true
    this.#lines = []
    this.#parts = []
    this.#head = 0
  }

  #numbered(from: number, end: number): LogLine[] {
    const lines: LogLine[] = []
    for (let place = from; place < end; place += 1) {
      const [line, part] = [this.#lines[place], this.#parts[place]]
      if (!line || !part) break
      const seq = this.#cut + place + 1
      lines.push(part.batch === null ? { ...line, seq } : { ...line, seq, batch: part.batch })
    }
    return lines
  }

  #append(part: Part, line: LogLine): void {
    if (this.#isClosed) return
    this.#lines.push(line)
    this.#parts.push(part)
    this.#listener.appended()
  }

  /** Moves the beginning behind the newest line that a part has dropped. Each line is passed once. */
  #pass(part: Part): void {
    while (part.passed < part.log.dropped && this.#head < this.#lines.length) {
      const passed = this.#parts[this.#head]
      if (passed) passed.passed = this.#lines[this.#head]?.seq ?? passed.passed
      // Its memory counts no longer, so nothing here may hold it.
      this.#lines[this.#head] = undefined
      this.#head += 1
    }
    part.passed = Math.max(part.passed, part.log.dropped)
    if (this.#head * 2 > this.#lines.length) this.#compact()
  }

  #replace(part: Part, lines: readonly LogLine[], isKept: (line: LogLine) => boolean): void {
    if (this.#isClosed) return
    this.#compact()
    const here = this.#lines.filter((line, place) => line && this.#parts[place] === part && isKept(line)).length
    // What the part still has of the lines before the beginning was passed.
    let next = lines.length - here
    const [all, parts]: [LogLine[], Part[]] = [[], []]
    for (const [place, line] of this.#lines.entries()) {
      const owner = this.#parts[place]
      if (!owner || !line) continue
      const now = owner !== part ? line : isKept(line) ? lines[next++] : undefined
      if (!now) continue
      all.push(now)
      parts.push(owner)
    }
    part.passed = (lines[lines.length - here]?.seq ?? part.log.dropped + lines.length + 1) - 1
    this.#lines = all
    this.#parts = parts
    this.#listener.renumbered()
  }

  #compact(): void {
    this.#lines = this.#lines.slice(this.#head)
    this.#parts = this.#parts.slice(this.#head)
    this.#cut += this.#head
    this.#head = 0
  }
}
