import { useEffect, useEffectEvent, useId, useState, type KeyboardEvent } from 'react'
import { useServerTime } from '../../../../lib/client/live'
import { isOver } from '../../../../lib/run/is-over'
import type { Snapshot } from '../../../../lib/run/model'
import { shownName } from '../../../../lib/run/text/display-text'
import { clockText, dayText, tookText } from '../../../format'
import { statusWord } from '../../../labels'
import { listRuns, runOf, type ListedRun } from '../../../late-api'
import type { Answer } from '../../../api'
import { Glyph, StatusMark } from '../../icons'
import { Name, Prose } from '../../outside'
import { RunLink } from '../../run-link'
import { ClockTime } from '../../time'
import { useZone } from '../../zone'
import { compared, deltaText, summaryText, type ComparedBatch } from './compared'
import { comparable, usualChoice } from './earlier-run'
import controls from '../../controls.module.css'
import table from '../../table.module.css'
import styles from './compare.module.css'

interface Props {
  run: Snapshot
  /** The other run's id; null: none is chosen yet. */
  against: string | null
  /** Takes the usual choice, if none was made. */
  onOffer: (runId: string) => void
  onAgainst: (runId: string) => void
  onClose: () => void
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
}

/** The durations of this run beside those of another run of its spec [COMPARE-1]. */
export function Compare({ run, against, onOffer, onAgainst, onClose, onKeyDown }: Props) {
  const runs = useAnswer(() => listRuns(run.site), '')
  const listed = runs?.ok ? comparable(run, runs.value) : []
  const first = against === null ? usualChoice(run, listed) : null
  const chosen = against ?? first
  useEffect(() => {
    if (first !== null) onOffer(first)
  }, [first, onOffer])
  return (
    <section className={styles.compare} aria-label="Comparison" data-testid="comparison" onKeyDown={onKeyDown}>
      <header className={styles.head}>
        <Choice runs={listed} chosen={chosen} onChoose={onAgainst} />
        <button className={controls.iconButton} type="button" aria-label="End the comparison" onClick={onClose}>
          <Glyph id="i-close" />
        </button>
      </header>
      {runs?.ok === false && against === null && <p className={styles.note}>{runs.error}</p>}
      {runs?.ok && chosen === null && (
        <p className={styles.note}>No other run of this spec that is over is known here. Run it again, then compare.</p>
      )}
      {chosen !== null && <Against run={run} against={chosen} />}
    </section>
  )
}

/** The choice of the other run. */
export function Choice({
  runs,
  chosen,
  onChoose,
}: {
  runs: readonly ListedRun[]
  chosen: string | null
  onChoose: (runId: string) => void
}) {
  const id = useId()
  const zone = useZone()
  const now = useServerTime(60_000)
  const nameOf = ({ startedAt, status, dryRun, runId }: ListedRun) => {
    if (startedAt === null) return shownName(runId)
    const at = Date.parse(startedAt)
    return `${dayText(at, now, zone)}, ${clockText(at, zone)}, ${statusWord(status)}${dryRun ? ', dry run' : ''}`
  }
  return (
    <p className={styles.choice}>
      <label htmlFor={id}>Compared with the run of</label>{' '}
      <select
        id={id}
        className={controls.input}
        value={chosen ?? ''}
        disabled={runs.length === 0}
        onChange={event => onChoose(event.target.value)}
      >
        {chosen !== null && !runs.some(({ runId }) => runId === chosen) && (
          <option value={chosen}>{shownName(chosen)}</option>
        )}
        {runs.map(run => (
          <option key={run.runId} value={run.runId}>
            {nameOf(run)}
          </option>
        ))}
      </select>
    </p>
  )
}

function Against({ run, against }: { run: Snapshot; against: string }) {
  const answer = useAnswer(() => runOf({ ...run, runId: against }), against)
  if (answer === null) return <p className={styles.note}>Reading that run…</p>
  if (!answer.ok) return <p className={styles.note}>{answer.error}</p>
  return <Sides run={run} other={answer.value} />
}

/** What the two runs have in common, and each batch of either. */
export function Sides({ run, other }: { run: Snapshot; other: Snapshot }) {
  const comparison = compared(run, other)
  return (
    <>
      <p className={styles.note} data-testid="comparison-sum">
        <b>
          <Prose text={summaryText(comparison)} />
        </b>{' '}
        {!isOver(run.status) && 'This run goes on: what it has completed is compared. '}
        {!isOver(other.status) && (
          <>
            That run goes on: it is compared as of <ClockTime at={other.now} />.{' '}
          </>
        )}
        {other.spec !== run.spec && 'That run is one of another spec. '}
        {other.dryRun !== run.dryRun && 'Only one of the two is a dry run. '}
        <RunLink run={other}>Open that run</RunLink>
      </p>
      <div className={table.scroller} tabIndex={0} role="region" aria-label="Batches, compared">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Batch</th>
              <th scope="col" className={table.right}>
                now
              </th>
              <th scope="col" className={table.right}>
                then
              </th>
              <th scope="col" className={table.right}>
                difference
              </th>
            </tr>
          </thead>
          <tbody>
            {comparison.batches.map(batch => (
              <Row key={batch.id} batch={batch} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Row({ batch: { id, name, now, then, delta } }: { batch: ComparedBatch }) {
  return (
    <tr data-testid="compared-batch" data-batch-id={id} data-delta={delta ?? ''}>
      <th scope="row">
        <Name text={name} />
      </th>
      <Took side={now} />
      <Took side={then} />
      <td className={`num ${table.right}`}>{delta !== null && deltaText(delta)}</td>
    </tr>
  )
}

/** A duration; without one, what became of the batch. */
function Took({ side }: { side: ComparedBatch['now'] }) {
  return (
    <td className={`num ${table.right}`}>
      {side === null ? (
        <span className="dim">not in it</span>
      ) : side.ms === null ? (
        <StatusMark status={side.status}>{side.before ? 'completed before' : undefined}</StatusMark>
      ) : (
        tookText(side.ms / 1000)
      )}
    </td>
  )
}

/** The answer to a question that is asked once for each `key`; null until it has come. */
function useAnswer<T>(question: () => Promise<Answer<T>>, key: string): Answer<T> | null {
  const [answered, setAnswered] = useState<{ key: string; answer: Answer<T> } | null>(null)
  const ask = useEffectEvent(question)
  useEffect(() => {
    let gone = false
    void ask().then(answer => {
      if (!gone) setAnswered({ key, answer })
    })
    return () => {
      gone = true
    }
  }, [key])
  return answered?.key === key ? answered.answer : null
}
