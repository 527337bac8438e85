import type { Batch, Finding } from '../../../lib/run/model'
import { verdictOf } from '../../evidence'

/** The batch after or before the open one in the order of the plan; the first or the last if none is open. */
export function neighbour(batches: readonly Pick<Batch, 'id'>[], open: string | null, by: 1 | -1): string | null {
  const place = batches.findIndex(({ id }) => id === open)
  if (place < 0) return batches.at(by === 1 ? 0 : -1)?.id ?? null
  return batches[place + by]?.id ?? null
}

/** The next batch after the open one that failed, or whose evidence does not fit; goes round. Null if there is none. */
export function nextNeedy(
  batches: readonly Pick<Batch, 'id' | 'status'>[],
  findings: readonly Pick<Finding, 'kind' | 'batchId'>[],
  open: string | null,
): string | null {
  const found = new Set(findings.flatMap(finding => (verdictOf(finding) === null ? [] : [finding.batchId])))
  const place = batches.findIndex(({ id }) => id === open)
  const inTurn = [...batches.slice(place + 1), ...batches.slice(0, place + 1)]
  return inTurn.find(({ id, status }) => status === 'failed' || found.has(id))?.id ?? null
}
