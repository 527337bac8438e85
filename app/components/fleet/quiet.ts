import type { Fleet } from '../../../lib/run/model'
import type { PageFreshness } from '../../freshness'

/** Since when it is no longer known that nothing needs a person (server's clock, ms), and because of what. */
export interface Quiet {
  asOf: number
  because: string
}

/**
 * Null while every source of the fleet is live, and this page has its server [FLEET-1.11]. Docker that is not watched is no source.
 * @param renderedAt when the server rendered the page's first data; used if no better time is known
 */
export function quietOf(
  { site, link, linkSince, dockerSince }: Pick<Fleet, 'site' | 'link' | 'linkSince' | 'dockerSince'>,
  { stale, checkedAt }: PageFreshness,
  renderedAt: number,
): Quiet | null {
  const moments: Quiet[] = []
  const of = site === undefined ? '' : ` of ${site}`
  const momentOf = (since: string | null) => (since === null ? renderedAt : Date.parse(since))
  if (link.backend !== 'live') moments.push({ asOf: momentOf(linkSince), because: `the backend${of} can’t be heard` })
  if (link.docker === 'stale' || link.docker === 'down')
    moments.push({ asOf: momentOf(dockerSince), because: `Docker${of} can’t be reached` })
  if (stale) moments.push({ asOf: checkedAt ?? renderedAt, because: 'this page has lost its server' })
  return moments.reduce<Quiet | null>((oldest, each) => (oldest && oldest.asOf <= each.asOf ? oldest : each), null)
}
