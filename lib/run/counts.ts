import type { BatchStatus, Counts, RunFields } from './model'

/** Counts batches by status; the five sum to `total` [RUN-1]. */
export function countBatches(batches: readonly { status: BatchStatus }[], totalKnown: boolean): Counts {
  let [pending, running, completed, failed] = [0, 0, 0, 0]
  for (const { status } of batches) {
    if (status === 'completed') completed += 1
    else if (status === 'pending') pending += 1
    else if (status === 'running') running += 1
    else if (status === 'failed') failed += 1
  }
  const total = batches.length
  return {
    total,
    totalKnown,
    pending,
    running,
    completed,
    failed,
    aborted: total - pending - running - completed - failed,
  }
}

/**
 * The counts for display. They include the batches that the backend counts as completed before the run, although it is not known
 * which of the pending ones they are [RUN-8.6].
 */
export function countsToShow({ counts, unnamedCompleted = 0 }: Pick<RunFields, 'counts' | 'unnamedCompleted'>): Counts {
  if (unnamedCompleted === 0) return counts
  const listed = Math.min(unnamedCompleted, counts.pending)
  return {
    ...counts,
    total: counts.total + unnamedCompleted - listed,
    completed: counts.completed + unnamedCompleted,
    pending: counts.pending - listed,
  }
}
