import type { RunFields } from '../../../lib/run/model'
import { useOfDate } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { sameDay } from '../../format'
import { DockerLink } from '../docker-link'
import { BackendLink } from '../backend-link'
import { Glyph, LastKnown } from '../icons'
import { useZone } from '../zone'
import { useIsOperator } from '../visitor'
import { SiteTag } from '../site-tag'
import type { FleetPart } from './fleet-parts'
import { isLost } from './needs'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import page from '../page-head.module.css'
import styles from './fleet-head.module.css'

interface Props {
  parts: readonly FleetPart[]
  live: number
  /** How many reasons there are to look. */
  needs: number
  /** Some of them are only last known. */
  isOld: boolean
  onStart: () => void
  onFollow: () => void
}

/** How much needs attention, how much runs and how fresh the sources are; and the buttons that bring a run onto the page. */
export function FleetHead({ parts, live, needs, isOld, onStart, onFollow }: Props) {
  const isOperator = useIsOperator()
  const isBackendLost = parts.some(({ stale, fleet }) => stale || isLost(fleet.link.backend))
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
            <CompletedToday parts={parts} />
          </dd>
        </div>
      </dl>
      <div className={page.side}>
        {parts.length > MOST_SITES ? <ManySources parts={parts} /> : <SourcesOfEach parts={parts} />}
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

/** The sources of more sites than these are behind a button. */
const MOST_SITES = 3

function SourcesOfEach({ parts }: { parts: readonly FleetPart[] }) {
  return parts.map(part => <Sources key={part.fleet.site ?? ''} {...part} />)
}

/** Whether one of the sources of a site is not heard. */
const isUnheard = ({ stale, fleet: { link } }: FleetPart) => stale || isLost(link.backend) || isLost(link.docker)

/** How many sites there are, and how many of them are not heard; which ones, at a press. */
function ManySources({ parts }: { parts: readonly FleetPart[] }) {
  const unheard = parts.filter(isUnheard).length
  return (
    <>
      <button
        className={classNames(controls.button, styles.toggle)}
        type="button"
        popoverTarget="sites"
        data-testid="sites"
        data-unheard={unheard}
      >
        {parts.length} sites, {unheard === 0 ? 'all heard' : `${unheard} not heard`}
      </button>
      <div className={styles.sites} id="sites" popover="auto">
        <SourcesOfEach parts={parts} />
      </div>
    </>
  )
}

/** How fresh the sources of one site are. */
function Sources({ fleet, stale }: FleetPart) {
  const { site, backend, link, linkSince, dockerSince, version, epoch } = fleet
  const name = site === undefined ? 'Sources' : `Sources of ${site}`
  const state = site !== undefined && { 'data-site': site, 'data-state-version': version, 'data-state-epoch': epoch }
  return (
    <div className={marks.links} role="group" aria-label={name} {...state}>
      {site !== undefined && <SiteTag site={site} />}
      <BackendLink backend={backend} link={link.backend} since={linkSince} stale={stale} />
      <DockerLink link={link.docker} since={dockerSince} stale={stale} />
    </div>
  )
}

function CompletedToday({ parts }: { parts: readonly FleetPart[] }) {
  const zone = useZone()
  const isOfToday = ({ status, endedAt }: RunFields, now: number) =>
    status === 'completed' && endedAt !== null && sameDay(Date.parse(endedAt), now, zone)
  return useOfDate(now =>
    parts.reduce((sum, { fleet }) => sum + fleet.runs.filter(run => isOfToday(run, now)).length, 0),
  )
}
