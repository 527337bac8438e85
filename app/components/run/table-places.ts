import type { Batch, BatchStatus } from '../../../lib/run/model'
import { batchStatuses } from '../../labels'

/** A stretch of batches in one line of the table. */
export interface Fold {
  status: Foldable
  /** The places of its first and last batch. */
  from: number
  to: number
}
export type Foldable = 'completed' | 'pending'

/** Shorter stretches are not folded. */
const LONG = 8

/** What the table shows, in plan order: the place of a batch, or of a fold `-1 - from`. */
export interface TablePlaces {
  places: number[]
  folds: Map<number, Fold>
}

/** The status that an address asks to filter by; null if it asks for none, or for one that does not exist [PAGE-15.1]. */
export const stateOf = (asked: string | string[] | undefined): BatchStatus | null =>
  batchStatuses.find(status => status === asked) ?? null

/**
 * The places of the table.
 * @param filter only batches of that status; null: all
 * @param kept the ids of batches that always have one: the open one, and the one with the focus
 * @param open of which statuses long stretches are shown; null: nothing is folded
 */
export function tablePlaces(
  batches: readonly Pick<Batch, 'id' | 'status'>[],
  filter: BatchStatus | null,
  kept: readonly (string | null)[],
  open: Readonly<Record<Foldable, boolean>> | null,
): TablePlaces {
  const places: number[] = []
  const folds = new Map<number, Fold>()
  for (let from = 0; from < batches.length;) {
    const status = batches[from]?.status
    let to = from
    while (batches[to + 1]?.status === status) to += 1
    const canFold = (status === 'completed' || status === 'pending') && to - from >= LONG - 1
    const fold = open !== null && filter === null && canFold ? { status, from, to } : null
    if (fold !== null) {
      folds.set(-1 - from, fold)
      places.push(-1 - from)
    }
    const isShown = fold === null ? filter === null || status === filter : open?.[fold.status]
    for (let place = from; place <= to; place += 1)
      if (isShown || kept.includes(batches[place]?.id ?? null)) places.push(place)
    from = to + 1
  }
  return { places, folds }
}

/** The id of the batch at a place, or the name of a fold. */
export const keyAt = (batches: readonly Pick<Batch, 'id'>[], place: number): string =>
  batches[place]?.id ?? String(place)

/** Where a key of the list leads from one of its lines; null if it leads nowhere [PAGE-16.1]. */
export function lineAfter(length: number, line: number, key: string): number | null {
  const to =
    key === 'ArrowDown' ? line + 1 : key === 'ArrowUp' ? line - 1 : key === 'Home' ? 0 : key === 'End' ? length - 1 : -1
  return to >= 0 && to < length ? to : null
}
