import { serverNow } from '../../clock/clock'
import { linkOf, type LinkFacts } from '../../run/link'
import type { LinkState } from '../../run/model'

/** The state of the link to the backend, and when it became live or stopped being live [RUN-9]. */
export class LinkWatch {
  link: LinkState = 'stale'
  /** ms. */
  since = serverNow()
  readonly #due: () => void
  #timer: NodeJS.Timeout | null = null

  /** @param due called when the passing of time alone may have changed the link: call `look` again */
  constructor(due: () => void) {
    this.#due = due
  }

  /** Derives the link from the facts as of now. Returns whether it has changed. */
  look(facts: LinkFacts): boolean {
    const now = serverNow()
    const { link, deadline } = linkOf(facts, now)
    this.close()
    if (deadline !== null) this.#timer = setTimeout(this.#due, Math.max(0, deadline - now) + 1)
    if (link === this.link) return false
    // `since` stays the same from stale to down: the numbers are last known since the link stopped being live.
    if (link === 'live' || this.link === 'live') this.since = now
    this.link = link
    return true
  }

  /** Stops the timer. `look` arms it again. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
