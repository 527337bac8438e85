import type { LogLine } from '../../run/model'
import type { Budgeted, LogBudget } from './log-budget'

export interface LogBounds {
  readonly lines: number
  readonly bytes: number
}

/** The bounds of a run's log of backend lines. */
export const RUN_LOG: LogBounds = { lines: 200_000, bytes: 64 * 1024 * 1024 }
/** The bounds of a batch's log, the output of its containers. */
export const BATCH_LOG: LogBounds = { lines: 50_000, bytes: 16 * 1024 * 1024 }
/** The memory of a line in addition to its text, bytes: its object, its times and its places here and in a merged log. */
const LINE_OVERHEAD = 176

/** The part of a log that is read page by page. */
export interface ReadableLog {
  readonly dropped: number
  after(seq: number, limit: number): readonly LogLine[]
  before(seq: number, limit: number): readonly LogLine[]
}

/** Is told of each change of a log, after it. */
export interface LogObserver {
  appended(line: LogLine): void
  /** The oldest lines were dropped. */
  dropped(): void
  /** The log has these lines now: those of its earlier ones that are kept, perhaps with other numbers. */
  replaced(lines: readonly LogLine[], isKept: (line: LogLine) => boolean): void
}

/**
 * One log: the newest lines within its bounds and its budget, if it has one, and the number of older lines that were
 * dropped [SAFE-5].
 */
export class LogBuffer implements Budgeted {
  #lines: LogLine[] = []
  /** Where the kept lines begin in `lines`. The lines before it are cut off in portions, not one by one. */
  #head = 0
  #nextSeq = 1
  #used = 0
  /** The memory that the lines before `head` still take. */
  #stale = 0
  #released = false

  readonly #bounds: LogBounds
  readonly #budget: LogBudget | null
  #observer: LogObserver | null = null

  constructor(bounds: LogBounds = RUN_LOG, budget: LogBudget | null = null) {
    this.#bounds = bounds
    this.#budget = budget

    budget?.join(this)
  }

  get size(): number {
    return this.#lines.length - this.#head
  }

  /** The number of oldest lines that were dropped. */
  get dropped(): number {
    return this.#nextSeq - 1 - this.size
  }

  /** The approximate memory of the kept lines, bytes. */
  get bytes(): number {
    return this.#used
  }

  /** Only one can observe the log. It is told of changes from now on. */
  observe(observer: LogObserver): void {
    this.#observer = observer
  }

  append({ at, source, stream, text }: Omit<LogLine, 'seq'>): void {
    if (this.#released) return
    const before = this.#used
    const entry = { seq: this.#nextSeq, at, source, stream, text }
    this.#nextSeq += 1
    this.#lines.push(entry)
    this.#used += cost(entry)
    this.#observer?.appended(entry)
    this.#dropWhile(() => this.size > 1 && (this.size > this.#bounds.lines || this.#used > this.#bounds.bytes))
    this.#budget?.changed(this.#used - before)
  }

  shrink(bytes: number, lines: number): void {
    const before = this.#used
    this.#dropWhile(() => this.#used > bytes && this.size > lines)
    this.#compact()
    this.#budget?.changed(this.#used - before)
  }

  /** Takes out the lines of one source. The remaining lines are numbered again, beginning after the dropped ones. */
  takeOut(source: string): LogLine[] {
    const taken: LogLine[] = []
    const left: LogLine[] = []
    const { dropped } = this
    for (const line of this.tail(Infinity)) {
      if (line.source === source) taken.push(line)
      else left.push({ ...line, seq: dropped + left.length + 1 })
    }
    // Whoever holds the lines by their numbers need not begin anew.
    if (taken.length > 0) this.#hold(left, dropped + left.length + 1, line => line.source !== source)
    return taken
  }

  /** The log of another execution begins, at `seq` 1 [RUN-14]. */
  clear(): void {
    this.#hold([], 1, () => false)
  }

  /** Drops all lines and leaves the budget permanently. Lines that are appended afterwards are not kept. */
  release(): void {
    this.clear()
    this.#released = true
    this.#budget?.leave(this)
  }

  /** The oldest kept lines with a `seq` greater than the given one, at most `limit`, in order. */
  after(seq: number, limit: number): readonly LogLine[] {
    const first = this.#nextSeq - this.size
    const from = this.#head + Math.max(0, Math.floor(seq) + 1 - first)
    return this.#lines.slice(from, from + limit)
  }

  /** The newest kept lines with a `seq` less than the given one, at most `limit`, in order. */
  before(seq: number, limit: number): readonly LogLine[] {
    const first = this.#nextSeq - this.size
    const end = this.#head + Math.min(this.size, Math.max(0, Math.ceil(seq) - first))
    return this.#lines.slice(Math.max(this.#head, end - limit), end)
  }

  /** The newest kept lines, at most `limit`, in order. */
  tail(limit: number): readonly LogLine[] {
    return this.#lines.slice(Math.max(this.#head, this.#lines.length - limit))
  }

  #hold(lines: LogLine[], nextSeq: number, isKept: (line: LogLine) => boolean): void {
    const before = this.#used
    this.#lines = lines
    this.#head = this.#stale = 0
    this.#nextSeq = nextSeq
    this.#used = lines.reduce((sum, line) => sum + cost(line), 0)
    this.#observer?.replaced(lines, isKept)
    this.#budget?.changed(this.#used - before)
  }

  #dropWhile(tooMuch: () => boolean): void {
    const { size } = this
    while (tooMuch()) this.#dropOldest()
    if (this.size === size) return
    this.#budget?.dropped(size - this.size)
    this.#observer?.dropped()
  }

  #dropOldest(): void {
    const oldest = this.#lines[this.#head]
    const freed = oldest ? cost(oldest) : 0
    this.#used -= freed
    this.#stale += freed
    this.#head += 1
    if (this.#stale * 8 > this.#bounds.bytes) this.#compact()
  }

  #compact(): void {
    this.#lines = this.#lines.slice(this.#head)
    this.#head = this.#stale = 0
  }
}

const cost = (line: LogLine) => line.text.length * 2 + LINE_OVERHEAD
