import { useMemo, useState } from 'react'
import { createPortal } from 'react-dom'
import type { Snapshot } from '../../../../lib/run/model'
import { isOver } from '../../../../lib/run/is-over'
import { isAtWork } from '../../../../lib/run/evidence/container'
import { useIsPast, useSync } from '../../../../lib/client/live'
import { Nothing } from '../../nothing'
import { useStale } from '../../use-stale'
import { needsIn } from '../dependencies'
import { VirtualRows, type VirtualPlace } from '../virtual-rows'
import type { ViewProps } from '../views/view-props'
import { engineOffsetOf, latestOf, readySince, sceneOf } from './bars'
import { Chart } from './chart'
import { CompletedFold, FoldRow } from '../completed-fold'
import { emptyPlace } from '../empty-place'
import { tablePlaces, type Foldable } from '../table-places'
import { openedAt } from './opened-at'
import { filterText } from '../views/filter-words'
import { LiveRow } from './live-row'
import type { RangeChoice } from './range'
import { RangeTools } from './range-tools'
import styles from './timeline.module.css'

/** Above this number only the rows near the view are rendered. */
const ALL = 100
/** The height of a row until it is measured, px: on a desktop and on a phone. */
const ROWS = [25, 72] as const

/** The batches along the time of the run: the backend's claim of each, and below it what Docker showed [PAGE-5.3]. */
export function Timeline({ run, known, frozenAt, picked, shown, onPick, tools, filter = null }: ViewProps) {
  const { batches, startedAt, endedAt, status, unnamedCompleted, clockOffset } = run
  const over = isOver(status)
  const watched = run.link.docker !== 'off'
  const [section, setSection] = useState<HTMLElement | null>(null)
  const [choice, setChoice] = useState<RangeChoice>('whole')
  const [unfolded, setUnfolded] = useState(over)
  const [first] = useState(() => openedAt(batches))
  // As in the table: while a long run goes on, long stretches of what is not at work are a line each.
  const isLong = batches.length > ALL && !over
  const [open, setOpen] = useState({ completed: false, pending: false })
  const [focused, setFocused] = useState<string | null>(null)
  const engineOffset = engineOffsetOf(batches, clockOffset)
  const scene = useMemo(
    () =>
      sceneOf(
        { startedAt, endedAt, status, ...(unnamedCompleted !== undefined && { unnamedCompleted }) },
        engineOffset,
      ),
    [startedAt, endedAt, status, unnamedCompleted, engineOffset],
  )
  const needs = useMemo(() => needsIn(batches), [batches])
  const since = useMemo(() => scene && readySince(batches, scene), [batches, scene])
  const latest = useMemo(() => (scene ? latestOf(batches, scene) : 0), [batches, scene])
  const isPast = useIsPast()
  const unseenAt = useUnseenAt(run, isPast)
  const { places, folds } = useMemo(
    () => tablePlaces(batches, filter, [picked, focused], isLong ? open : null),
    [batches, filter, picked, focused, isLong, open],
  )
  const row = (index: number, virtual?: VirtualPlace) => {
    const fold = folds.get(index)
    if (fold) {
      const toggle = (status: Foldable) => setOpen(now => ({ ...now, [status]: !now[status] }))
      const old = frozenAt !== null
      return (
        <FoldRow
          key={index}
          {...{ fold, batches, old, ...virtual }}
          isStop
          open={open[fold.status]}
          onToggle={toggle}
        />
      )
    }
    const batch = batches[index]
    if (!batch) return null
    const { places, waitsFor } = needs(index)
    return (
      <LiveRow
        key={batch.id}
        batch={batch}
        place={index + 1}
        scene={scene}
        since={since?.(batch) ?? null}
        over={over}
        watched={watched}
        after={places}
        waitsFor={over ? '' : waitsFor}
        frozenAt={frozenAt}
        clockOffset={clockOffset}
        picked={batch.id === picked}
        onPick={onPick}
        {...virtual}
      />
    )
  }
  const isFolding = !isLong && filter === null
  const completed = isFolding ? batches.filter(batch => batch.status === 'completed').length : 0
  const rows =
    batches.length > ALL ? (
      <VirtualRows
        batches={batches}
        places={places}
        folded={isFolding && !unfolded}
        picked={picked}
        shown={shown}
        first={first}
        section={section}
        row={row}
        className={styles.rows}
        heights={ROWS}
      />
    ) : (
      <ol className={styles.rows}>{places.map(place => row(place))}</ol>
    )
  return (
    <section
      ref={setSection}
      className={styles.timeline}
      aria-label="Timeline"
      data-unfolded={unfolded || !isFolding}
      data-docker={run.link.docker}
      // A row that has the focus stays while its batch completes.
      onFocus={({ target }) => setFocused(target.closest<HTMLElement>('[data-batch-id]')?.dataset['batchId'] ?? null)}
      onBlur={({ target, relatedTarget, currentTarget }) => {
        if (document.activeElement !== target && !currentTarget.contains(relatedTarget)) setFocused(null)
      }}
    >
      {tools &&
        batches.length > 0 &&
        createPortal(
          <RangeTools
            {...{ choice, watched, old: frozenAt !== null, unseen: unseenAt !== null }}
            onChoice={setChoice}
          />,
          tools,
        )}
      {filter !== null && batches.length > 0 && (
        <p className={styles.note}>
          {filterText({ batches, filter, picked, over, old: frozenAt !== null, others: 'hidden' })}
        </p>
      )}
      {batches.length === 0 ? (
        <Nothing in={emptyPlace(over, run.counts.totalKnown)} known={known} />
      ) : scene === null || startedAt === null ? (
        <>
          <p className={styles.note}>It is not known when the run began, so no batch has a place in time.</p>
          {rows}
        </>
      ) : (
        <Chart
          clock={{ ...clockOf(run, startedAt, latest), frozenAt, unseenAt, isPast }}
          choice={choice}
          onChoice={setChoice}
          watched={watched}
        >
          {rows}
        </Chart>
      )}
      <CompletedFold
        count={completed}
        unfolded={unfolded}
        old={frozenAt !== null}
        onToggle={() => setUnfolded(!unfolded)}
      />
    </section>
  )
}

const clockOf = (run: Snapshot, startedAt: string, latest: number) => ({
  startedAt,
  clockOffset: run.clockOffset,
  isLive: !isOver(run.status),
  isSeen: run.batches.some(({ containers }) => containers.some(isAtWork)),
  latest,
})

/** Since when it is not visible what containers do, ms on the server's clock; null while it is. */
function useUnseenAt({ link, dockerSince, imported, now }: Snapshot, isPast: boolean): number | null {
  const page = useSync()
  const stale = useStale(page)
  const moments: number[] = []
  if (link.docker !== 'live') moments.push(Date.parse(imported?.until ?? dockerSince ?? now))
  // What was known at a moment of the past does not become older.
  if (stale && !isPast) moments.push(page.checkedAt ?? Date.parse(now))
  return moments.length === 0 ? null : Math.min(...moments)
}
