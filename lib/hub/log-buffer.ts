import type { LogLine } from '../run/model'

const MAX_LINES = 200_000
const MAX_BYTES = 64 * 1024 * 1024
/** What a line costs beside its text: its object, its times and its place. */
const LINE_OVERHEAD = 160

/** One run's log: the newest lines within a bound, and how many older ones are gone [SAFE-5]. */
export class LogBuffer {
  private lines: LogLine[] = []
  /** Where the kept lines begin in `lines`; what lies before is cut off now and then, not line by line. */
  private head = 0
  private nextSeq = 1
  private used = 0

  constructor(
    private readonly maxLines = MAX_LINES,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  get size(): number {
    return this.lines.length - this.head
  }

  /** How many of the oldest lines are gone for good. */
  get dropped(): number {
    return this.nextSeq - 1 - this.size
  }

  /** What the kept lines take of memory, about, in bytes. */
  get bytes(): number {
    return this.used
  }

  append(line: Omit<LogLine, 'seq'>): void {
    const entry = { seq: this.nextSeq, ...line }
    this.nextSeq += 1
    this.lines.push(entry)
    this.used += cost(entry)
    while (this.size > 1 && (this.size > this.maxLines || this.used > this.maxBytes)) this.dropOldest()
  }

  /** Another execution's log begins: from `seq` 1 again [RUN-14]. */
  clear(): void {
    this.lines = []
    this.head = this.used = 0
    this.nextSeq = 1
  }

  /** The oldest kept lines with a greater `seq` than `seq`, at most `limit`, in order. */
  after(seq: number, limit: number): readonly LogLine[] {
    const first = this.nextSeq - this.size
    const from = this.head + Math.max(0, Math.floor(seq) + 1 - first)
    return this.lines.slice(from, from + limit)
  }

  /** The newest kept lines, at most `limit`, in order. */
  tail(limit: number): readonly LogLine[] {
    return this.lines.slice(Math.max(this.head, this.lines.length - limit))
  }

  private dropOldest(): void {
    const oldest = this.lines[this.head]
    if (oldest) this.used -= cost(oldest)
    this.head += 1
    if (this.head < 1_024 || this.head * 2 < this.lines.length) return
    this.lines = this.lines.slice(this.head)
    this.head = 0
  }
}

const cost = (line: LogLine) => line.text.length * 2 + LINE_OVERHEAD
