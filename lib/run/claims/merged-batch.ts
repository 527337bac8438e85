import type { EditedClaims } from './edited-claims'
import type { StreamClaims } from './stream-claims'

/**
 * Finds the batch whose branch was merged last: the one with that branch in its completion, else the one with its id in the name
 * of the branch, which then is its branch.
 */
export class MergedBatch {
  /** The last one that was found by its completion. */
  #known: { branch: string; place: number } | null = null

  /** All batches have been read anew. */
  forget(): void {
    this.#known = null
  }

  /**
   * @param changed the places of the batches that have changed since the last call
   * @returns its place; null if no branch was merged or no batch fits
   */
  find(claims: EditedClaims, { merging, roster }: StreamClaims, changed: ReadonlySet<number>): number | null {
    if (merging === null) return null
    const isOf = (place: number) => claims.at(place)?.branch === merging
    const known = this.#known
    if (known?.branch === merging && isOf(known.place) && !some(changed, isOf)) return known.place
    const place = firstOf(claims.length, isOf)
    this.#known = place === null ? null : { branch: merging, place }
    if (place !== null) return place
    const named = roster.namedBy(merging)
    if (!named) return null
    if (claims.at(named.place)?.branch === null) claims.edit(named.place, { branch: merging })
    return named.place
  }
}

function some(places: Iterable<number>, is: (place: number) => boolean): boolean {
  for (const place of places) if (is(place)) return true
  return false
}

function firstOf(length: number, is: (place: number) => boolean): number | null {
  for (let place = 0; place < length; place += 1) if (is(place)) return place
  return null
}
