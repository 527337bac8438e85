import type { BatchStatus, Counts } from './model'

/** Counts batches by status; the five sum to `total` [RUN-1]. */
export function countBatches(batches: readonly { status: BatchStatus }[], totalKnown: boolean): Counts {
  const counts = { total: batches.length, totalKnown, pending: 0, running: 0, completed: 0, failed: 0, aborted: 0 }
  for (const { status } of batches) counts[status] += 1
  return counts
}
