import type { Fleet } from '../../../lib/run/model'
import { useOfDate } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { sameDay } from '../../format'
import { DockerLink } from '../docker-link'
import { Glyph, LinkMark } from '../icons'
import { DatedAge } from '../time'
import { useZone } from '../zone'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import page from '../page-head.module.css'

interface Props {
  fleet: Fleet
  live: number
  urgent: number
  stale: boolean
  onStart: () => void
  onFollow: () => void
}

/** How much needs attention, how much runs and how fresh the sources are; and the buttons that bring a run onto the page. */
export function FleetHead({ fleet, live, urgent, stale, onStart, onFollow }: Props) {
  const { link, linkSince, backend } = fleet
  const isOperator = useIsOperator()
  return (
    <section className={page.head} aria-label="Fleet">
      <h1>Fleet</h1>
      <dl className={page.tallies}>
        <div className={urgent > 0 ? page.urgent : undefined}>
          <dt>need you</dt>
          <dd className="num">{urgent}</dd>
        </div>
        <div>
          <dt>live runs</dt>
          <dd className="num">{live}</dd>
        </div>
        <div>
          <dt>completed today</dt>
          <dd className="num">
            <CompletedToday fleet={fleet} />
          </dd>
        </div>
      </dl>
      <div className={page.side}>
        <div className={marks.links} role="group" aria-label="Sources">
          <LinkMark source="backend" link={link.backend} was={stale} title={backend}>
            {!stale && link.backend !== 'live' && linkSince !== null && <DatedAge since={linkSince} />}
          </LinkMark>
          <DockerLink link={link.docker} since={fleet.dockerSince} stale={stale} />
        </div>
        {isOperator && (
          <div className={classNames(controls.actions, page.actions)}>
            <button className={controls.button} type="button" onClick={onFollow}>
              Follow a run…
            </button>
            <button className={controls.primaryButton} type="button" onClick={onStart}>
              <Glyph id="i-play" />
              Start a run…
            </button>
          </div>
        )}
      </div>
    </section>
  )
}

function CompletedToday({ fleet }: { fleet: Fleet }) {
  const zone = useZone()
  return useOfDate(
    now =>
      fleet.runs.filter(
        ({ status, endedAt }) => status === 'completed' && endedAt !== null && sameDay(Date.parse(endedAt), now, zone),
      ).length,
  )
}
