/** From this age on, a state no longer counts as live, ms [SYNC-10]. */
export const STALE_MS = 10_000

/**
 * Bounds the age of a page's state, whatever the two clocks show and however long a message was under way.
 *
 * An answer is made after its question. So the server's clock is ahead of the page's by at most the time of the answer minus the
 * time of the question. With that bound, each message's stamp gives its greatest possible age. Only an answer renews the bound: if
 * a page wakes and reads messages that lay in a buffer for an hour, it trusts none of them [SYNC-6]. All times are ms.
 */
export class StalenessBound {
  #heldAt: number | null = null
  /** How far the server's clock is ahead of the page's at most; null before the first answer. */
  #ahead: number | null = null

  #unknownSince: number

  /** @param unknownSince the page's clock when it began without a proof */
  constructor(unknownSince: number) {
    this.#unknownSince = unknownSince
  }

  /** When the server held exactly this state, by its own clock; null while that is unknown. */
  get at(): number | null {
    return this.#heldAt
  }

  /** Takes an answer that was made at `at` (server) to a question that was asked at `askedAt` (page). */
  bound(at: number, askedAt: number): void {
    this.#ahead = at - askedAt
  }

  /** The page's clock was set back, so the bound is void. (A clock that is set forward only makes every state look older.) */
  unbound(now: number): void {
    this.#ahead = null
    this.#unknownSince = now
  }

  /** Takes another state, which the server held at `at`. */
  replace(at: number, now: number): void {
    this.#heldAt = null
    this.confirm(at, now)
  }

  /** The server still held the same state at `at`, by a message that came at `now`. */
  confirm(at: number, now: number): void {
    this.#heldAt = Math.max(at, this.#heldAt ?? at)
    // A message can't come before it was sent. If it seems so, the clocks have drifted apart.
    if (this.#ahead !== null) this.#ahead = Math.max(this.#ahead, at - now)
  }

  /** The page's clock when the server last certainly held the state, or when the page began without a proof. */
  since(): number {
    return this.#heldAt === null || this.#ahead === null ? this.#unknownSince : this.#heldAt - this.#ahead
  }

  isFresh(now: number): boolean {
    return this.#heldAt !== null && this.#ahead !== null && !this.isOld(now)
  }

  isOld(now: number): boolean {
    return now - this.since() >= STALE_MS
  }
}
