import type { BatchStatus, Snapshot } from '../../../../lib/run/model'
import { isOver } from '../../../../lib/run/is-over'
import { elapsed } from '../../../../lib/run/time/time'
import { lastKnownAt } from '../../../freshness'
import { knownOf } from '../../../nothing'
import { Nothing } from '../../nothing'
import { Duration } from '../../time'
import { engineOffsetOf, latestOf, sceneOf, timelineOf } from './bars'
import { edgesOf } from './edges'
import { wholeRun } from './range'
import { emptyPlace } from '../empty-place'
import { tablePlaces } from '../table-places'
import { filterText } from '../views/filter-words'
import { StillTrack } from './still-track'
import { TimelineRow } from './timeline-row'
import { barWords } from './words'
import styles from './timeline.module.css'

/** As many rows as the first HTML has of a long list. */
const FIRST = 44

const JUST_READ = { read: true, sync: 'connecting', gone: false } as const

/** The timeline in the first HTML, as of the snapshot. */
export function FirstTimeline({
  run,
  picked,
  filter,
  isPast,
}: {
  run: Snapshot
  picked: string | null
  /** The status whose batches are shown; null: all. */
  filter: BatchStatus | null
  /** A moment of the past is shown. */
  isPast: boolean
}) {
  const { batches, clockOffset, link } = run
  const now = Date.parse(run.now)
  const over = isOver(run.status)
  const frozenAt = lastKnownAt(run, { stale: false, checkedAt: null }, now)
  const until = frozenAt ?? now
  const scene = sceneOf(run, engineOffsetOf(batches, clockOffset))
  const told = scene ? latestOf(batches, scene) : 0
  const clock = { clockOffset, isLive: !over, isSeen: true, frozenAt, unseenAt: frozenAt, latest: told, isPast }
  const edge = run.startedAt === null ? 0 : edgesOf({ ...clock, startedAt: run.startedAt }, now).evidence
  const latest = Math.max(told, over ? 0 : edge)
  const range = wholeRun(latest, !over)
  const bars = timelineOf(run)
  const { places } = tablePlaces(batches, filter, [picked], null)
  return (
    <section
      className={styles.timeline}
      aria-label="Timeline"
      data-unfolded={over || filter !== null}
      data-docker={link.docker}
    >
      {filter !== null && batches.length > 0 && (
        <p className={styles.note}>
          {filterText({ batches, filter, picked, over, old: frozenAt !== null, others: 'hidden' })}
        </p>
      )}
      {batches.length === 0 ? (
        <Nothing
          in={emptyPlace(over, run.counts.totalKnown)}
          known={knownOf(JUST_READ, false, over || run.imported ? null : link.backend)}
        />
      ) : (
        <div className={styles.head} />
      )}
      <ol className={styles.rows}>
        {places.slice(0, FIRST).map(index => {
          const batch = batches[index]
          if (batch === undefined) return null
          const own = bars[index] ?? []
          const isTimed = batch.startedAt !== null && (batch.endedAt !== null || batch.status === 'running')
          return (
            <TimelineRow
              key={batch.id}
              batch={batch}
              place={index + 1}
              over={over}
              old={frozenAt !== null}
              watched={link.docker !== 'off'}
              words={barWords(own, batch, over)}
              track={<StillTrack batch={batch} bars={own} range={range} edge={edge} watched={link.docker !== 'off'} />}
              took={
                isTimed ? (
                  <Duration
                    short
                    seconds={elapsed({ ...batch, clockOffset }, until) / 1000}
                    uncertain={batch.durationUncertain}
                  />
                ) : (
                  <span className="dim">–</span>
                )
              }
              picked={batch.id === picked}
            />
          )
        })}
      </ol>
      {places.length > FIRST && (
        <noscript>
          <p className={styles.note}>
            These are the first {FIRST} of {places.length} batches; the others take JavaScript.
          </p>
        </noscript>
      )}
    </section>
  )
}
