/** What a budget asks of a log that lives on it. */
export interface Budgeted {
  /** What it takes of memory, about, in bytes. */
  readonly bytes: number
  /** How many lines it keeps. */
  readonly size: number
  /** Drops the oldest lines until it takes no more than `bytes`, or only `lines` are left. Tells the budget. */
  shrink(bytes: number, lines: number): void
}

const MAX_BYTES = 512 * 1024 * 1024
/** The newest lines of a log that no other log can push out [DOCK-5]. */
export const KEPT_LINES = 50

/**
 * The memory that all live logs share [SAFE-5]. Where their sum is over it, the largest drop their oldest lines until all
 * that were larger are of one size: a log that keeps to its share loses nothing to one that doesn't. Only where the
 * newest 50 lines of all are more than the budget does the sum stay over it.
 */
export class LogBudget {
  readonly #logs = new Set<Budgeted>()
  #used = 0
  #shedAt: number

  readonly #maxBytes: number

  /** @param dropped called with how many lines a log had to let go of */
  constructor(
    maxBytes = MAX_BYTES,
    readonly dropped: (lines: number) => void = () => undefined,
  ) {
    this.#maxBytes = maxBytes

    this.#shedAt = maxBytes
  }

  /** What all logs take of memory, about, in bytes. */
  get bytes(): number {
    return this.#used
  }

  join(log: Budgeted): void {
    this.#logs.add(log)
    this.changed(log.bytes)
  }

  leave(log: Budgeted): void {
    if (this.#logs.delete(log)) this.changed(-log.bytes)
  }

  /** A log that has joined takes so many bytes more, or less where negative. */
  changed(by: number): void {
    this.#used += by
    if (this.#used <= this.#maxBytes) this.#shedAt = this.#maxBytes
    else if (by > 0 && this.#used > this.#shedAt) this.#shed()
  }

  /** Makes more room than is needed now, so that the logs are looked through once in many lines. */
  #shed(): void {
    const slack = Math.ceil(this.#maxBytes / 16)
    const target = this.#maxBytes - slack
    let large = [...this.#logs].filter(({ size }) => size > KEPT_LINES)
    while (this.#used > target && large.length > 0) {
      const fixed = this.#used - large.reduce((sum, { bytes }) => sum + bytes, 0)
      const level = levelFor(large, target - fixed)
      for (const log of large) if (log.bytes > level) log.shrink(level, KEPT_LINES)
      large = large.filter(({ size }) => size > KEPT_LINES)
    }
    this.#shedAt = Math.max(this.#maxBytes, this.#used + slack)
  }
}

/** The size down to which all larger logs must shrink so that together they take no more than `room`. */
function levelFor(logs: readonly Budgeted[], room: number): number {
  let left = room
  const ascending = logs.map(({ bytes }) => bytes).sort((a, b) => a - b)
  for (const [index, bytes] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index))
    if (bytes > share) return share
    left -= bytes
  }
  return Infinity
}
