import { useCallback, useMemo, useState, type KeyboardEvent } from 'react'
import { isOver } from '../../../../lib/run/is-over'
import type { Snapshot } from '../../../../lib/run/model'
import { countsToShow } from '../../../../lib/run/counts'
import { completedText } from '../../../labels'
import { Dialog } from '../../dialog'
import { LastKnown } from '../../icons'
import { Prose } from '../../outside'
import { ClockTime } from '../../time'
import { ZoneNote } from '../../zone'
import { doubtsOf, sumText } from './proof'
import { ProofRow } from './proof-row'
import { toldWith } from './told-lines'
import { useToldLines } from './use-told-lines'
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
  const { batches, runId, imported } = run
  const [ref] = useState({ runId, importId: imported?.id ?? null })
  const log = useToldLines(ref, batches)
  /** The moment of the past that is shown; null: now. */
  const moment = run.epoch === 'past' ? run.now : null
  const told = useMemo(
    () => toldWith(batches, moment === null ? log.lines : log.lines.filter(({ at }) => at !== null && at <= moment)),
    [batches, log.lines, moment],
  )
  const [stop, setStop] = useState(0)
  const over = isOver(run.status)
  const pick = useCallback((batchId: string) => onPick(batchId), [onPick])
  const move = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button[data-place]')]
    const next = placeAfter(event.key, Math.min(stop, rows.length - 1), rows.length)
    const row = next === null ? undefined : rows[next]
    if (next === null || !row || !rows.some(each => each === document.activeElement)) return
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
              {batches.map((batch, place) => (
                <ProofRow
                  key={batch.id}
                  batch={batch}
                  place={place}
                  run={batch.basis === 'inferred' || batch.status === 'aborted' ? run : null}
                  over={over}
                  ofHistory={run.basis === 'history'}
                  line={told.get(batch.id)}
                  isTabStop={place === Math.min(stop, batches.length - 1)}
                  onPick={pick}
                />
              ))}
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
