import type { Fleet } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { AskNow } from '../ask-now'
import { Glyph } from '../icons'
import { Name } from '../outside'
import { DatedAge } from '../time'
import { lostText } from './need-words'
import { isLost } from './needs'
import styles from './backend-lost.module.css'

/** Says that the backend can't be heard, since when, and what that costs [FLEET-1.7]. */
export function BackendLost({ fleet }: { fleet: Pick<Fleet, 'site' | 'link' | 'linkSince' | 'backend' | 'runs'> }) {
  const { site, link, linkSince, backend, runs } = fleet
  if (!isLost(link.backend)) return null
  const unfollowed = runs.filter(run => !isOver(run.status) && isLost(run.link.backend)).length
  return (
    <p className={styles.lost} data-testid="backend-lost" data-site={site}>
      <Glyph id={link.backend === 'down' ? 'l-down' : 'l-stale'} />
      <span>
        <b>
          Backend {site !== undefined && `of ${site} `}
          {link.backend === 'down' ? 'down' : 'silent'}
          {linkSince !== null && (
            <>
              {' '}
              for <DatedAge since={linkSince} />
            </>
          )}
          : {lostText(unfollowed)}
        </b>{' '}
        What it said of live runs is last known. This page goes on by itself once <Name text={backend} /> answers; if it
        stays away, start it again.
      </span>
      <AskNow source="backend" site={site} />
    </p>
  )
}
