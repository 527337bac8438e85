/** A log that shares a budget. */
export interface Budgeted {
  /** The approximate memory that the log takes, bytes. */
  readonly bytes: number
  /** The number of lines that the log keeps. */
  readonly size: number
  /** Drops the oldest lines until the log takes at most `bytes`, or only `lines` are left. Reports the change to the budget. */
  shrink(bytes: number, lines: number): void
}

const MAX_BYTES = 512 * 1024 * 1024
/** The number of newest lines that a log always keeps: other logs can't push them out [DOCK-5]. */
export const KEPT_LINES = 50

/**
 * The memory that all live logs share [SAFE-5]. If their sum exceeds it, the largest logs drop their oldest lines until
 * they are all of one size. So a log within its share loses nothing to a log beyond it. The sum stays over the budget only
 * if the newest 50 lines of all logs exceed it.
 */
export class LogBudget {
  readonly #logs = new Set<Budgeted>()
  #used = 0
  #shedAt: number

  readonly #maxBytes: number

  /** @param dropped called with the number of lines that a log had to drop */
  constructor(
    maxBytes = MAX_BYTES,
    readonly dropped: (lines: number) => void = () => undefined,
  ) {
    this.#maxBytes = maxBytes

    this.#shedAt = maxBytes
  }

  /** The approximate memory of all logs, bytes. */
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

  /** The memory of a log has grown by this many bytes, or shrunk if negative. */
  changed(by: number): void {
    this.#used += by
    if (this.#used <= this.#maxBytes) this.#shedAt = this.#maxBytes
    else if (by > 0 && this.#used > this.#shedAt) this.#shed()
  }

  /** Frees more than is needed now, so that it need not search the logs at every line. */
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

/** The size to which all larger logs must shrink so that together they take at most `room`. */
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
