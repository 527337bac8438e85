import type { Batch, BatchStatus } from '../../../lib/run/model'
import { batchStatuses } from '../../labels'

/** A stretch of batches in one line of the table. */
export interface Fold {
  /**
   * Stands for it among the places of batches: negative, and by how many folds of its status come before it. So it stays while
   * batches begin and complete at its ends.
   */
  place: number
  status: Foldable
  /** The places of its first and last batch. */
  from: number
  to: number
}
export type Foldable = 'completed' | 'pending'

/** Shorter stretches are not folded. */
const LONG = 8

/** What the table shows, in plan order: the places of batches, and of folds. */
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
  /** The number of folds so far. */
  const before = { completed: 0, pending: 0 }
  for (let from = 0; from < batches.length;) {
    const status = batches[from]?.status
    let to = from
    while (batches[to + 1]?.status === status) to += 1
    const isLong = (status === 'completed' || status === 'pending') && to - from >= LONG - 1
    const isFolded = isLong && open !== null && filter === null
    if (isFolded) {
      const place = -1 - 2 * before[status] - (status === 'pending' ? 1 : 0)
      before[status] += 1
      folds.set(place, { place, status, from, to })
      places.push(place)
    }
    const isShown = isFolded ? open[status] : filter === null || status === filter
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
