/** How many messages a page may send at once: on a new connection it subscribes to all of its scopes. */
const BURST = 128
const PER_SECOND = 50

/** Bounds the messages of one socket: 50 per second in the long run, 128 at once [SAFE-5]. */
export class MessageRate {
  #left = BURST

  #since: number

  /** @param since when the socket was opened, ms by a monotonic clock */
  constructor(since: number) {
    this.#since = since
  }

  /** Whether a message that came at `now`, ms by the same clock, is within the bound. */
  allows(now: number): boolean {
    this.#left = Math.min(BURST, this.#left + ((now - this.#since) * PER_SECOND) / 1_000)
    this.#since = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
