/** After so long what earlier messages said of the server's clock no longer counts, ms. */
const WINDOW_MS = 30_000

/**
 * The server's clock, as the page knows it [RUN-7]. A message can be late but never early, so of what recent messages
 * say the latest time is the best; two windows take turns, so that an old estimate leaves in the end.
 */
export class ServerClock {
  #previous = -Infinity
  #current = -Infinity
  #windowSince = -Infinity
  #ahead = 0

  /** A message sent at `serverNow` came at `pageNow`; both ms since 1970. */
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

  /** An answer given at `serverNow` to a question of `askedAt`: a server that seemed to be further ahead no longer is. */
  limit(serverNow: number, askedAt: number): void {
    if (this.#ahead > serverNow - askedAt) this.forget()
  }

  /** The page's clock was set: the next message alone counts. */
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

/** Smaller differences are the grain of the clocks, ms. */
const GRAIN_MS = 500

/** Watches a clock that people set by one that nobody does. */
export class ClockWatch {
  #ahead: number

  readonly #wall: () => number
  readonly #steady: () => number

  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall
    this.#steady = steady

    this.#ahead = wall() - steady()
  }

  /** By how much the wall clock was set since the last call, ms, or 0. Forward may also be a sleep. */
  moved(): number {
    const ahead = this.#wall() - this.#steady()
    const by = ahead - this.#ahead
    this.#ahead = ahead
    return Math.abs(by) > GRAIN_MS ? by : 0
  }
}
