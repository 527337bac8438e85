import type { LinkState } from '../../lib/run/model'
import { LinkMark } from './icons'
import { DatedAge } from './time'

const titles: Record<LinkState, string> = {
  live: 'The Docker Engine',
  stale: 'The Docker Engine is silent. What it showed is last known.',
  down: 'The Docker Engine can’t be reached. What it showed is last known.',
  off: 'Docker is not watched. Runs are shown by the backend’s word alone.',
}

/** How fresh the evidence is; if it is not current, also since when. */
export function DockerLink({ link, since, stale }: { link: LinkState; since: string | null; stale: boolean }) {
  return (
    <LinkMark source="docker" link={link} was={stale && link !== 'off'} title={titles[link]}>
      {(link === 'stale' || link === 'down') && !stale && since !== null && <DatedAge since={since} />}
    </LinkMark>
  )
}
