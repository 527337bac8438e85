/** How long a message counts for the estimate of the server's clock, ms. */
const WINDOW_MS = 30_000

/**
 * The page's estimate of the server's clock [RUN-7]. A message can be late but never early, so the latest time in recent messages
 * is the best estimate. Two windows take turns, so that an old estimate finally expires.
 */
export class ServerClock {
  #previous = -Infinity
  #current = -Infinity
  #windowSince = -Infinity
  #ahead = 0

  /** Takes a message that was sent at `serverNow` and came at `pageNow`; both ms since 1970. */
  hear(serverNow: number, pageNow: number): void {
    const ahead = serverNow - pageNow
    if (pageNow - this.#windowSince > WINDOW_MS) {
      this.#previous = this.#current
      this.#current = ahead
      this.#windowSince = pageNow
    }
    this.#current = Math.max(this.#current, ahead)
    this.#ahead = Math.max(this.#previous, this.#current)
  }

  /**
   * Takes an answer that was made at `serverNow` to a question asked at `askedAt`. If the estimate is further ahead than that
   * allows, it is dropped.
   */
  limit(serverNow: number, askedAt: number): void {
    if (this.#ahead > serverNow - askedAt) this.forget()
  }

  /** The page's clock was set, so only the next message counts. */
  forget(): void {
    this.#previous = -Infinity
    this.#current = -Infinity
    this.#windowSince = -Infinity
  }

  /** The server's time when the page's is `pageNow`. */
  at(pageNow: number): number {
    return pageNow + this.#ahead
  }
}

/** Smaller differences are inaccuracies of the clocks, ms. */
const GRAIN_MS = 500

/** Watches a clock that can be set, by comparison with a monotonic one. */
export class PageClockWatch {
  #ahead: number

  readonly #wall: () => number
  readonly #steady: () => number

  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall
    this.#steady = steady

    this.#ahead = wall() - steady()
  }

  /** By how much the wall clock was set since the last call, ms; 0 if it was not. A jump forward may also be a sleep. */
  moved(): number {
    const ahead = this.#wall() - this.#steady()
    const by = ahead - this.#ahead
    this.#ahead = ahead
    return Math.abs(by) > GRAIN_MS ? by : 0
  }
}
