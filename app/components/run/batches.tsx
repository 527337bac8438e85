import { memo, useMemo, useState } from 'react'
import type { Batch, BatchStatus, LinkState } from '../../../lib/run/model'
import { hasNoEvidence } from '../../evidence'
import type { Known } from '../../nothing'
import { statusWord } from '../../labels'
import { LastKnown } from '../icons'
import { Nothing } from '../nothing'
import { TabStop } from '../tab-stop'
import { Age, Moment } from '../time'
import { ZoneNote } from '../zone'
import { lateComponent } from '../late-component'
import { BatchRow } from './batch-row'
import { needsIn } from './dependencies'
import { CompletedFold, FoldRow } from './completed-fold'
import { emptyPlace } from './empty-place'
import { FirstRows } from './first-rows'
import { runParts } from './run-parts'
import { keyAt, tablePlaces, type Foldable } from './table-places'
import { useLines } from './use-lines'
import type { Shown } from './use-picked'
import type { VirtualPlace, VirtualRowsProps } from './virtual-rows'
import styles from './batches.module.css'

/** Above this number only the rows near the view are rendered. */
const ALL = 100

const LateRows = lateComponent<VirtualRowsProps>(async () => (await runParts()).VirtualRows, FirstRows)

interface Props {
  batches: Batch[]
  totalKnown: boolean
  /** Some pending batches were completed before the run, and it is not known which [RUN-8.6]. */
  maybeCompleted?: boolean
  /** How well it is known that these are all batches. */
  known: Known
  over: boolean
  frozenAt: number | null
  clockOffset: number
  docker: LinkState
  dockerSince: string | null
  /** The id of the open batch. */
  picked: string | null
  shown: Shown | null
  onPick: (batchId: string, byKey: boolean) => void
  /** Only batches of that status are shown; null: all. */
  filter?: BatchStatus | null
}

/** The batches in plan order. On a phone the completed ones fold into one line, and on a long run long stretches do. */
export const Batches = memo(function Batches(props: Props) {
  const {
    batches,
    totalKnown,
    maybeCompleted = false,
    known,
    over,
    frozenAt,
    clockOffset,
    docker,
    dockerSince,
    picked,
    shown,
    onPick,
    filter = null,
  } = props
  const [section, setSection] = useState<HTMLElement | null>(null)
  const [unfolded, setUnfolded] = useState(false)
  const needs = useMemo(() => needsIn(batches), [batches])
  // Columns without anything in them are left out.
  const evidence = docker !== 'off' && hasNoEvidence(batches, over) ? 'off' : docker
  const watched = evidence !== 'off'
  // While a long run goes on, what is at work stays in the first view.
  const isLong = batches.length > ALL && !over
  const [open, setOpen] = useState({ completed: false, pending: false })
  const toggle = (status: Foldable) => setOpen({ ...open, [status]: !open[status] })
  const { stop, focused, jump, onFocus, onBlur, onKeyDown } = useLines(shown)
  const { places, folds } = useMemo(
    () => tablePlaces(batches, filter, [picked, focused], isLong ? open : null),
    [batches, filter, picked, focused, isLong, open],
  )
  const isThere = places.some(place => keyAt(batches, place) === stop)
  const tabStop = isThere ? stop : (picked ?? keyAt(batches, places[0] ?? 0))
  const isFolding = !isLong && filter === null
  const completed = isFolding ? batches.filter(batch => batch.status === 'completed').length : 0
  const row = (index: number, virtual?: VirtualPlace) => {
    const isStop = keyAt(batches, index) === tabStop
    const fold = folds.get(index)
    if (fold) {
      const isOpen = open[fold.status]
      const old = frozenAt !== null
      return <FoldRow key={index} {...{ fold, batches, old, isStop, ...virtual }} open={isOpen} onToggle={toggle} />
    }
    const batch = batches[index]
    const { places: after, names, waitsFor } = needs(index)
    return (
      batch && (
        <BatchRow
          key={batch.id}
          batch={batch}
          place={index + 1}
          over={over}
          maybeCompleted={maybeCompleted}
          after={after}
          afterNames={names}
          waitsFor={waitsFor}
          frozenAt={frozenAt}
          clockOffset={clockOffset}
          docker={evidence}
          picked={batch.id === picked}
          isStop={isStop}
          onPick={onPick}
          {...virtual}
        />
      )
    )
  }
  return (
    <section
      ref={setSection}
      className={styles.batches}
      aria-labelledby="h-batches"
      data-unfolded={unfolded || !isFolding}
      data-docker={evidence}
      onFocus={onFocus}
      onBlur={onBlur}
      onKeyDown={event => onKeyDown(event, batches, places)}
    >
      <header className={styles.head}>
        <h2 id="h-batches">Batches</h2>
        {watched && (
          <span className={docker === 'live' ? undefined : styles.old}>
            {docker === 'live' ? (
              'evidence'
            ) : (
              <LastKnown testid="evidence-old">
                {dockerSince === null ? 'evidence' : <EvidenceAsOf since={dockerSince} />}
              </LastKnown>
            )}
          </span>
        )}
        <span aria-hidden="true" className={styles.detail}>
          branch
        </span>
        <span aria-hidden="true" className={styles.after}>
          needs
        </span>
        <span aria-hidden="true" className={styles.from}>
          started
          <ZoneNote />
        </span>
        <span aria-hidden="true" className={styles.took}>
          took
        </span>
        {watched && (
          <span aria-hidden="true" className={styles.verdict}>
            verdict
          </span>
        )}
      </header>
      <TabStop value={-1}>
        {batches.length === 0 ? (
          <Nothing in={emptyPlace(over, totalKnown)} known={known} />
        ) : batches.length > ALL ? (
          <LateRows
            {...{ batches, places, picked, section, row }}
            shown={jump ?? shown}
            folded={isFolding && !unfolded}
          />
        ) : (
          <ol className={styles.rows}>{places.map(place => row(place))}</ol>
        )}
      </TabStop>
      {filter !== null && batches.length > 0 && places.length === 0 && (
        <p className={styles.note}>None of them is {statusWord(filter, over)}.</p>
      )}
      <CompletedFold
        count={completed}
        unfolded={unfolded}
        old={frozenAt !== null}
        onToggle={() => setUnfolded(!unfolded)}
      />
    </section>
  )
})

function EvidenceAsOf({ since }: { since: string }) {
  return (
    <Moment at={since}>
      evidence as of <Age since={since} /> ago
    </Moment>
  )
}
