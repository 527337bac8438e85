import { serverNow } from '../../clock/clock'
import { linkOf, type LinkFacts } from '../../run/link'
import type { LinkState } from '../../run/model'

/** The link to the backend from one look to the next: what it is, and since when it is live or no longer is [RUN-9]. */
export class LinkWatch {
  link: LinkState = 'stale'
  /** ms. */
  since = serverNow()
  /** When the passing of time alone changes it, ms, or null. */
  deadline: number | null = null

  /** Looks at the facts as of now, ms. Returns whether the link is another than before. */
  look(facts: LinkFacts, now: number): boolean {
    const { link, deadline } = linkOf(facts, now)
    this.deadline = deadline
    if (link === this.link) return false
    // From stale to down nothing begins: the numbers are as old as they were.
    if (link === 'live' || this.link === 'live') this.since = now
    this.link = link
    return true
  }
}
