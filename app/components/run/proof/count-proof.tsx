import { useCallback, useMemo, useState, type KeyboardEvent } from 'react'
import { refOf } from '../../../../lib/client/live'
import { isOver } from '../../../../lib/run/is-over'
import type { Snapshot } from '../../../../lib/run/model'
import { countsToShow } from '../../../../lib/run/counts'
import { completedText, plural } from '../../../labels'
import { Dialog } from '../../dialog'
import { LastKnown } from '../../icons'
import { Prose } from '../../outside'
import { ClockTime } from '../../time'
import { ZoneNote } from '../../zone'
import { doubtsOf, sourceName, sumText } from './proof'
import { proofPlaces, type ProofPlace } from './proof-places'
import { ProofRow } from './proof-row'
import { toldWith } from './told-lines'
import { useToldLines } from './use-told-lines'
import controls from '../../controls.module.css'
import styles from './count-proof.module.css'

interface Props {
  run: Snapshot
  /** Since when the numbers are only last known; null while they are current. */
  frozenAt: number | null
  onPick: (batchId: string) => void
  onClose: () => void
}

/** Every batch of a run with what it counts as, and which source said so with which line [PAGE-7.1]. */
export function CountProof({ run, frozenAt, onPick, onClose }: Props) {
  const { batches } = run
  const [ref] = useState(() => refOf(run))
  const log = useToldLines(ref, batches)
  /** The moment of the past that is shown; null: now. */
  const moment = run.epoch === 'past' ? run.now : null
  const told = useMemo(
    () => toldWith(batches, moment === null ? log.lines : log.lines.filter(({ at }) => at !== null && at <= moment)),
    [batches, log.lines, moment],
  )
  /** The row that is the Tab stop, among those that are shown. */
  const [stop, setStop] = useState(0)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const rows = useMemo(() => proofPlaces(batches, open), [batches, open])
  const tabStop = Math.min(stop, rows.length - 1)
  const over = isOver(run.status)
  const pick = useCallback((batchId: string) => onPick(batchId), [onPick])
  const move = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button[data-place]')]
    const next = placeAfter(event.key, Math.min(stop, buttons.length - 1), buttons.length)
    const row = next === null ? undefined : buttons[next]
    if (next === null || !row || !buttons.some(each => each === document.activeElement)) return
    event.preventDefault()
    setStop(next)
    row.focus()
  }
  return (
    <Dialog title={`How ${completedText(countsToShow(run))} is counted`} onClose={onClose}>
      <div className={styles.proof} data-testid="count-proof" data-old={frozenAt !== null || undefined}>
        <p className={styles.rule}>
          A batch counts once it is completed, and counts once, however often that is said.
          {moment !== null && (
            <>
              {' '}
              <b>The past:</b> as known at <ClockTime at={moment} />.
            </>
          )}
        </p>
        <div className={styles.scroller} role="region" aria-label="Batches and their proof" tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">Batch</th>
                <th scope="col">Counts as</th>
                <th scope="col">Source</th>
                <th scope="col">
                  Since
                  <ZoneNote />
                </th>
                <th scope="col">Said with</th>
              </tr>
            </thead>
            <tbody onKeyDown={move}>
              {rows.map((row, index) => {
                const isTabStop = index === tabStop
                if (row.kind === 'fold')
                  return (
                    <FoldedRows
                      key={`from ${row.from}`}
                      fold={row}
                      isTabStop={isTabStop}
                      onToggle={() => {
                        setStop(index)
                        setOpen(toggled(open, row.from))
                      }}
                    />
                  )
                const batch = batches[row.place]
                return (
                  batch && (
                    <ProofRow
                      key={batch.id}
                      batch={batch}
                      place={row.place}
                      run={batch.basis === 'inferred' || batch.status === 'aborted' ? run : null}
                      over={over}
                      ofHistory={run.basis === 'history'}
                      line={told.get(batch.id)}
                      isTabStop={isTabStop}
                      onPick={pick}
                    />
                  )
                )
              })}
            </tbody>
          </table>
        </div>
        <footer className={styles.foot}>
          <p className={styles.sum} data-testid="proof-sum">
            {sumText(run)}
          </p>
          <Doubts run={run} frozenAt={frozenAt} />
          <p className="dim">
            {log.refusal !== null ? (
              <>
                The log could not be read: <Prose text={log.refusal} />
              </>
            ) : !log.read ? (
              'Reading the log for the lines…'
            ) : log.dropped > 0 ? (
              `The log no longer has its oldest ${log.dropped.toLocaleString('en')} lines.`
            ) : null}
          </p>
        </footer>
      </div>
    </Dialog>
  )
}

interface FoldedProps {
  fold: Extract<ProofPlace, { kind: 'fold' }>
  isTabStop: boolean
  onToggle: () => void
}

/** A stretch of completed batches that one source tells of, in a row [PAGE-7.7]. */
export function FoldedRows({ fold: { from, to, source, isOpen }, isTabStop, onToggle }: FoldedProps) {
  const count = to - from + 1
  return (
    <tr data-testid="proof-fold" data-source={source}>
      <td className={styles.place}>{from + 1}</td>
      <th scope="row" colSpan={5}>
        <button
          className={controls.linkButton}
          type="button"
          data-place={from}
          tabIndex={isTabStop ? 0 : -1}
          aria-expanded={isOpen}
          onClick={onToggle}
        >
          {plural(count, 'batch')} completed, each counted once; source: {sourceName(source)}
        </button>
      </th>
    </tr>
  )
}

function toggled(set: ReadonlySet<number>, place: number): ReadonlySet<number> {
  const next = new Set(set)
  if (!next.delete(place)) next.add(place)
  return next
}

/** Where the focus goes from a row; null if the key moves it nowhere. */
function placeAfter(key: string, place: number, rows: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(place + 1, rows - 1)
    case 'ArrowUp':
      return Math.max(place - 1, 0)
    case 'Home':
      return 0
    case 'End':
      return rows - 1
    default:
      return null
  }
}

function Doubts({ run, frozenAt }: Pick<Props, 'run' | 'frozenAt'>) {
  const doubts = doubtsOf(run)
  if (doubts.length === 0 && frozenAt === null) return null
  return (
    <ul className={styles.doubts} data-testid="proof-doubts">
      {frozenAt !== null && (
        <li>
          <LastKnown /> {run.imported ? 'An imported recording' : 'The backend is not heard'}: all of this is as of{' '}
          <ClockTime at={new Date(frozenAt).toISOString()} />.
        </li>
      )}
      {doubts.map(doubt => (
        <li key={doubt}>{doubt}</li>
      ))}
    </ul>
  )
}
