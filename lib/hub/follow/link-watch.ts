import { serverNow } from '../../clock/clock'
import { linkOf, type LinkFacts } from '../../run/link'
import type { LinkState } from '../../run/model'

/** The link to the backend: what it is, and since when it is live or no longer is [RUN-9]. */
export class LinkWatch {
  link: LinkState = 'stale'
  /** ms. */
  since = serverNow()
  readonly #due: () => void
  #timer: NodeJS.Timeout | null = null

  /** @param due called when the passing of time alone may have changed the link: it is to be looked at again */
  constructor(due: () => void) {
    this.#due = due
  }

  /** Looks at the facts as of now. Returns whether the link is another than before. */
  look(facts: LinkFacts): boolean {
    const now = serverNow()
    const { link, deadline } = linkOf(facts, now)
    this.close()
    if (deadline !== null) this.#timer = setTimeout(this.#due, Math.max(0, deadline - now) + 1)
    if (link === this.link) return false
    // From stale to down nothing begins: the numbers are as old as they were.
    if (link === 'live' || this.link === 'live') this.since = now
    this.link = link
    return true
  }

  /** It calls back no more, unless it is looked at again. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
