import type { ReactNode } from 'react'
import { isMergeFailure } from '../../../../lib/run/claims/end-claims'
import { isOver } from '../../../../lib/run/is-over'
import type { Snapshot } from '../../../../lib/run/model'
import { plural, sentence } from '../../../labels'
import controls from '../../controls.module.css'
import { FullError } from '../../full-error'
import { StatusMark } from '../../icons'
import { DatedAge, Duration } from '../../time'
import { BatchLink } from './batch-link'
import { branchesOf, endingOf, failureOf, notesOf, suspectsOf } from './run-end'
import styles from './run-summary.module.css'

/** What is loaded beside the first paint, and stands in the block once it is there. */
interface LateParts {
  /** The last line of an error that the failed batch printed. */
  lastError?: ReactNode
  /** How to merge the branch that the run could not merge. */
  merge?: ReactNode
  /** How long the run took beside earlier ones, and its slowest batches. */
  compared?: ReactNode
  slowest?: ReactNode
  branches?: ReactNode
  /** The buttons for an operator: to start again, to resume. */
  again?: ReactNode
  onShow?: ((batchId: string) => void) | undefined
  onRead?: ((batchId: string) => void) | undefined
}

/** How a run ended: one sentence, then what explains it [PAGE-12]. Without hooks, so that the server alone can render it, too. */
export function SummaryBlock({
  run,
  at = null,
  lastError,
  merge,
  compared,
  slowest,
  branches,
  again,
  onShow,
  onRead,
}: { run: Snapshot; at?: string | null } & LateParts) {
  const { status, startedAt, endedAt, error, errorDetail } = run
  if (!isOver(status)) return null
  const failure = status === 'failed' ? failureOf(run) : null
  const suspects = suspectsOf(run)
  const count = branchesOf(run).length
  return (
    <section className={styles.summary} aria-label="How it ended" data-testid="run-summary" data-status={status}>
      <StatusMark status={status} chip={status !== 'completed'} />
      <div className={styles.text}>
        <p>
          <b>
            {endingOf(run)}
            {startedAt !== null && endedAt !== null && (
              <>
                {' '}
                in <Duration short seconds={spanOf(startedAt, endedAt)} uncertain={run.durationUncertain} />
              </>
            )}
            .
          </b>{' '}
          {compared} {notesOf(run).join(' ')}
        </p>
        {failure !== null && (
          <p data-testid="run-culprit">
            <BatchLink batch={failure.batch} at={at} onShow={onShow} />{' '}
            <b>
              ({failure.place} of {failure.total}){failure.exit === null ? ' failed.' : `: ${failure.exit}.`}
            </b>{' '}
            {failure.others > 0 && `${plural(failure.others, 'more batch')} failed. `}
            {lastError}
          </p>
        )}
        {suspects.length > 0 && (
          <p data-testid="run-culprit">
            The backend doesn’t say which batch failed. At work then:{' '}
            {suspects.slice(0, MOST_NAMED).map((batch, index) => (
              <span key={batch.id}>
                {index > 0 && ', '}
                <BatchLink batch={batch} at={at} onShow={onShow} />
              </span>
            ))}
            {suspects.length > MOST_NAMED && ` and ${suspects.length - MOST_NAMED} more`}.
          </p>
        )}
        {(error !== null || status === 'failed') && (
          <div data-testid="run-error">
            <p>
              <b className={styles.outside}>{sentence(error ?? 'The backend gave no reason')}</b>{' '}
              {status === 'failed' && run.imported === null && nextStep(error)}
            </p>
            {merge}
            {errorDetail !== null && <FullError text={errorDetail} />}
          </div>
        )}
        {slowest}
        {count > 0 && (branches ?? <p className={styles.count}>{plural(count, 'branch')}</p>)}
      </div>
      <span className={styles.age}>{endedAt !== null && <DatedAge since={endedAt} />}</span>
      <span className={styles.steps}>
        {failure !== null && failure.batch.container !== null && onRead !== undefined && (
          <button className={controls.button} type="button" onClick={() => onRead(failure.batch.id)}>
            Read its log
          </button>
        )}
        {again}
      </span>
    </section>
  )
}

/** More suspects than these are counted. */
const MOST_NAMED = 6

const spanOf = (from: string, to: string) => Math.max(0, Date.parse(to) - Date.parse(from)) / 1_000

const nextStep = (error: string | null) =>
  isMergeFailure(error)
    ? 'Resolve the conflicts on its branch, then start the spec again.'
    : 'Read the log below, then start the spec again.'
