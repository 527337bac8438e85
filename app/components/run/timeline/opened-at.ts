import type { Batch } from '../../../../lib/run/model'

/** The batch at which a long timeline opens: the first that failed, else the first at work; null: at its beginning. */
export function openedAt(batches: readonly Pick<Batch, 'id' | 'status'>[]): { batchId: string } | null {
  const batch =
    batches.find(({ status }) => status === 'failed') ?? batches.find(({ status }) => status === 'running') ?? null
  return batch && { batchId: batch.id }
}
