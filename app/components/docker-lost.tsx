import type { LinkState } from '../../lib/run/model'
import { AskNow } from './ask-now'
import { Banner } from './banner'
import { Age, ClockTime } from './time'

interface Props {
  link: LinkState
  since: string | null
  site: string | undefined
  /** A sentence that says which numbers are last known meanwhile. */
  children: string
}

/** Says that Docker can't be heard, since when, and when it is tried next; nothing while it is live, or not watched [ASK-1]. */
export function DockerLost({ link, since, site, children }: Props) {
  if (link === 'live' || link === 'off') return null
  return (
    <Banner
      testid="docker-banner"
      glyph={link === 'down' ? 'l-down' : 'l-stale'}
      action={<AskNow source="docker" site={site} />}
    >
      <b>
        {site !== undefined && `${site}: `}
        {link === 'down' ? 'Docker can’t be reached' : 'Docker is silent'}
        {since !== null && (
          <>
            {' '}
            since <ClockTime at={since} />, <Age since={since} /> ago
          </>
        )}
        .
      </b>{' '}
      {children} Check that the Docker daemon runs.
    </Banner>
  )
}
