/** Calls all listeners together at every full interval of the server's time, while there are any. */
export class Ticker {
  readonly #listeners = new Set<() => void>()
  #cancel: (() => void) | null = null
  #shown: number

  readonly #everyMs: number
  readonly #now: () => number
  readonly #setTimer: (ms: number, callback: () => void) => () => void

  /** @param first what `time` says until the server's time has come so far: the time the page was rendered at */
  constructor(
    everyMs: number,
    now: () => number,
    setTimer: (ms: number, callback: () => void) => () => void,
    first: number,
  ) {
    this.#everyMs = everyMs
    this.#now = now
    this.#setTimer = setTimer

    this.#shown = first
  }

  /**
   * The last full interval, ms. A correction of less than one interval does not turn it back: a displayed time may stand still for
   * a moment, but never runs backwards.
   */
  time(): number {
    const now = this.#now()
    const time = now - (now % this.#everyMs)
    if (time > this.#shown || this.#shown - time > this.#everyMs) this.#shown = time
    return this.#shown
  }

  listen(listener: () => void): () => void {
    const own = () => listener()
    this.#listeners.add(own)
    this.#cancel ??= this.#wait()
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size > 0) return
      this.#cancel?.()
      this.#cancel = null
    }
  }

  /** The server's time was corrected. */
  readjust(): void {
    if (!this.#cancel) return
    this.#cancel()
    this.#tick()
  }

  #tick(): void {
    this.#cancel = this.#wait()
    for (const listener of this.#listeners) listener()
  }

  #wait(): () => void {
    return this.#setTimer(this.#everyMs - (this.#now() % this.#everyMs), () => this.#tick())
  }
}
