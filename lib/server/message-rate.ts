/** What a page may send at once: on a new connection it asks for all of its scopes. */
const BURST = 128
const PER_SECOND = 50

/** How often one socket may speak: in the long run 50 times a second, and 128 times at once [SAFE-5]. */
export class MessageRate {
  #left = BURST

  #since: number

  /** @param since when the socket was opened, ms by a clock that nobody sets */
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
