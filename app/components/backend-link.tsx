import type { Fleet } from '../../lib/run/model'
import { useLiveSince } from './docker-link'
import { LinkMark } from './icons'
import { DatedAge } from './time'

interface Props {
  backend: string
  link: Fleet['link']['backend']
  since: string | null
  stale: boolean
}

/** How fresh the backend's claims are; if they are not current, also since when. */
export function BackendLink({ backend, link, since, stale }: Props) {
  return (
    <LinkMark source="backend" link={link} was={stale} title={backend + useLiveSince(link, since)}>
      {!stale && link !== 'live' && since !== null && <DatedAge since={since} />}
    </LinkMark>
  )
}
