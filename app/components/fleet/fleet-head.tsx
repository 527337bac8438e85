import type { Fleet } from '../../../lib/run/model'
import { useOfDate } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { sameDay } from '../../format'
import { DockerLink } from '../docker-link'
import { BackendLink } from '../backend-link'
import { Glyph, LastKnown } from '../icons'
import { useZone } from '../zone'
import { useIsOperator } from '../visitor'
import { isLost } from './needs'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import page from '../page-head.module.css'

interface Props {
  fleet: Fleet
  live: number
  /** How many reasons there are to look. */
  needs: number
  /** Some of them are only last known. */
  isOld: boolean
  stale: boolean
  onStart: () => void
  onFollow: () => void
}

/** How much needs attention, how much runs and how fresh the sources are; and the buttons that bring a run onto the page. */
export function FleetHead({ fleet, live, needs, isOld, stale, onStart, onFollow }: Props) {
  const { link, linkSince, backend } = fleet
  const isOperator = useIsOperator()
  const isBackendLost = stale || isLost(link.backend)
  return (
    <section className={page.head} aria-label="Fleet">
      <h1>Fleet</h1>
      <dl className={page.tallies}>
        <div className={needs > 0 ? page.urgent : undefined}>
          <dt>
            {needs === 1 ? 'needs you' : 'need you'} {isOld && <LastKnown />}
          </dt>
          <dd className="num">{needs}</dd>
        </div>
        <div>
          <dt>
            live {live === 1 ? 'run' : 'runs'} {isBackendLost && <LastKnown />}
          </dt>
          <dd className="num">{live}</dd>
        </div>
        <div>
          <dt>completed today {isBackendLost && <LastKnown />}</dt>
          <dd className="num">
            <CompletedToday fleet={fleet} />
          </dd>
        </div>
      </dl>
      <div className={page.side}>
        <div className={marks.links} role="group" aria-label="Sources">
          <BackendLink backend={backend} link={link.backend} since={linkSince} stale={stale} />
          <DockerLink link={link.docker} since={fleet.dockerSince} stale={stale} />
        </div>
        {isOperator && (
          <div className={classNames(controls.actions, page.actions)}>
            <button className={controls.button} type="button" onClick={onFollow}>
              Add a run by id…
            </button>
            <button
              className={isBackendLost ? controls.button : controls.primaryButton}
              type="button"
              onClick={onStart}
            >
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
