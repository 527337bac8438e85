/** How old a state may be that still counts as live [SYNC-10]. */
export const STALE_MS = 10_000

/**
 * How old what a page holds can be at most, whatever the two clocks say and however long a message was under way.
 *
 * An answer was made after its question, so the server's clock is ahead of the page's by at most the answer's time
 * minus the question's, and no message is older than that bound makes it. Only an answer renews the bound: a page that
 * wakes to frames that have lain in a buffer for an hour believes none of them [SYNC-6]. All times are ms.
 */
export class StalenessBound {
  #heldAt: number | null = null
  /** By how much the server's clock is ahead of the page's, at most; null while no answer tells. */
  #ahead: number | null = null

  #unknownSince: number

  /** @param unknownSince the page's clock when it began to know nothing */
  constructor(unknownSince: number) {
    this.#unknownSince = unknownSince
  }

  /** When the server held exactly this state, by its own clock; null before that is known. */
  get at(): number | null {
    return this.#heldAt
  }

  /** An answer made at `at` (server) to a question asked at `askedAt` (page). */
  bound(at: number, askedAt: number): void {
    this.#ahead = at - askedAt
  }

  /** The page's clock was set back: what it said of the server's is void. (Forward, it only makes all look older.) */
  unbound(now: number): void {
    this.#ahead = null
    this.#unknownSince = now
  }

  /** Another state, which the server held at `at`. */
  replace(at: number, now: number): void {
    this.#heldAt = null
    this.confirm(at, now)
  }

  /** The server held the same state still at `at`, in a message that came at `now`. */
  confirm(at: number, now: number): void {
    this.#heldAt = Math.max(at, this.#heldAt ?? at)
    // No message comes before it was sent: if it seems so, the clocks have drifted apart.
    if (this.#ahead !== null) this.#ahead = Math.max(this.#ahead, at - now)
  }

  /** The page's clock when the state was last the server's for certain, or when the page began to know nothing. */
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
