import { isOver } from './is-over'
import type { Batch, RunFields } from './model'

/** Durations that may be compared with others: what is not certain has none. */

/**
 * How long a run took, ms. Null while it is not over, where its end was concluded, where a clock was set, and for a run of the history
 * alone: the history counts pauses before a resume, too [SPEC-1.3].
 */
export function certainRunMs(
  run: Pick<RunFields, 'status' | 'basis' | 'inferred' | 'startedAt' | 'endedAt' | 'durationUncertain'>,
): number | null {
  if (!isOver(run.status) || run.basis === 'history' || run.inferred || run.durationUncertain) return null
  return between(run.startedAt, run.endedAt)
}

/** How long a batch took, ms; null unless its begin and its end were told in this run [SPEC-1.3]. */
export function certainBatchMs(
  { basis, inferred }: Pick<RunFields, 'basis' | 'inferred'>,
  batch: Batch,
): number | null {
  const { status, startedAt, endedAt, durationUncertain, before } = batch
  if (basis === 'history' || before || durationUncertain || batch.basis === 'inferred') return null
  if (status === 'pending' || status === 'running') return null
  // A batch that did not complete may have ended with its run, whose end was not told.
  if (status !== 'completed' && inferred) return null
  return between(startedAt, endedAt)
}

function between(startedAt: string | null, endedAt: string | null): number | null {
  if (startedAt === null || endedAt === null) return null
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
}

/** Whether the run left no batch out, so that what it took can be compared with other runs. */
export function isWhole({
  counts,
  unnamedCompleted = 0,
  batches,
}: Pick<RunFields, 'counts' | 'unnamedCompleted'> & { batches: readonly Batch[] }): boolean {
  return batches.length > 0 && counts.totalKnown && unnamedCompleted === 0 && !batches.some(({ before }) => before)
}
