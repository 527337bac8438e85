import { useIsPast } from '../../lib/client/live'
import type { LinkState } from '../../lib/run/model'
import { momentText } from '../format'
import { LinkMark } from './icons'
import { DatedAge } from './time'
import { useZone } from './zone'

const titles: Record<LinkState, string> = {
  live: 'The Docker Engine',
  stale: 'The Docker Engine is silent. What it showed is last known.',
  down: 'The Docker Engine can’t be reached. What it showed is last known.',
  off: 'Docker is not watched. Runs are shown by the backend’s word alone.',
}

/** How fresh the evidence is; if it is not current, also since when. */
export function DockerLink({ link, since, stale }: { link: LinkState; since: string | null; stale: boolean }) {
  const isPast = useIsPast()
  return (
    <LinkMark
      source="docker"
      link={link}
      was={link !== 'off' && (isPast ? 'then' : stale)}
      title={titles[link] + useLiveSince(link, since)}
    >
      {(link === 'stale' || link === 'down') && !stale && since !== null && <DatedAge since={since} />}
    </LinkMark>
  )
}

/** The end of a link's title: since when it is live, because a live link has no age beside it. */
export function useLiveSince(link: LinkState, since: string | null): string {
  const zone = useZone()
  return link === 'live' && since !== null ? `, live since ${momentText(Date.parse(since), zone)}` : ''
}
