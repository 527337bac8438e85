import type { Batch } from '../../../../lib/run/model'
import { sourceOf, type ProofSource } from './proof'

/** A row of the proof: the batch at a place, or a stretch of completed batches that one source tells of [PAGE-7.7]. */
export type ProofPlace =
  { kind: 'batch'; place: number } | { kind: 'fold'; from: number; to: number; source: ProofSource; isOpen: boolean }

/** Up to this number of batches nothing is folded, and no shorter stretch, as in the table. */
const ALL = 100
const LONG = 8

/** @param open the places at which the stretches begin that are shown */
export function proofPlaces(
  batches: readonly Pick<Batch, 'status' | 'basis' | 'before'>[],
  open: ReadonlySet<number>,
): ProofPlace[] {
  const rows: ProofPlace[] = []
  const sourceAt = (place: number) => {
    const batch = batches[place]
    return batch?.status === 'completed' ? sourceOf(batch) : null
  }
  for (let from = 0; from < batches.length;) {
    const source = sourceAt(from)
    let to = from
    while (source !== null && sourceAt(to + 1) === source) to += 1
    const isFolded = source !== null && batches.length > ALL && to - from >= LONG - 1
    const isOpen = open.has(from)
    if (isFolded) rows.push({ kind: 'fold', from, to, source, isOpen })
    for (let place = from; place <= to; place += 1) if (!isFolded || isOpen) rows.push({ kind: 'batch', place })
    from = to + 1
  }
  return rows
}
