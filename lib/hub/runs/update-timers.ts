/** Changes within this time after an update are derived together, ms: a replay may bring thousands of them at once. */
const GATHER_FOR = 5
/** A run of thousands of batches takes long to derive: at most a third of the time is spent on that. */
const GATHER_FACTOR = 2

/** Decides when a run's state is derived again: some ms after a change, and at the moment when the passing of time alone changes it. */
export class UpdateTimers {
  /** Runs while changes are gathered after an update. */
  #gathering: NodeJS.Timeout | null = null
  /** For how long changes gather, ms. */
  #gatherFor = GATHER_FOR
  /** Runs until the moment when the passing of time alone changes the state. */
  #deadline: NodeJS.Timeout | null = null
  #closed = false

  readonly #update: () => void

  constructor(update: () => void) {
    this.#update = update
  }

  /** Updates immediately for the first change, and once for those that follow within some ms. */
  updateOrGather(): void {
    if (this.#gathering) return
    this.gather()
    this.#update()
  }

  /** Updates within some ms. */
  gather(): void {
    if (this.#closed) return
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null
      this.#update()
    }, this.#gatherFor)
  }

  /** An update took so long, ms: the slower they are, the longer changes gather. */
  took(ms: number): void {
    this.#gatherFor = Math.max(GATHER_FOR, GATHER_FACTOR * ms)
  }

  /** Updates at that moment, ms, instead of any earlier order. Null: the passing of time alone changes nothing. */
  wakeAt(due: number | null, now: number): void {
    if (this.#deadline) clearTimeout(this.#deadline)
    this.#deadline = due === null || this.#closed ? null : setTimeout(this.#update, Math.max(0, due - now) + 1)
  }

  close(): void {
    this.#closed = true
    for (const timer of [this.#gathering, this.#deadline]) if (timer) clearTimeout(timer)
  }
}
