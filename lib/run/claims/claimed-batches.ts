import type { Durations } from '../time/durations'
import type { Batch } from '../model'
import { cutText } from '../text/kept-text'
import type { BatchClaim } from './roster'
import { iso, type Instant } from '../time/time'

/** A batch without its evidence and verdict. */
export type ClaimedBatch = Omit<Batch, 'verdict' | 'reason' | 'reasonSince' | 'container' | 'containers'>

/**
 * If the errors of all batches together are longer, characters, each is cut to its beginning: a page of the run gets all of
 * them [SAFE-5.6].
 */
const MOST_OF_ERRORS = 512 * 1024
const SHORT_ERROR = 240

/** The batches with their claims in the form of the view. A batch keeps its object until something in it changes. */
export class ClaimedBatches {
  readonly all: ClaimedBatch[] = []
  /** By place: each claim's part of the sums. */
  readonly #shares: Share[] = []
  readonly #sums: Share = { errorLength: 0, nameless: 0, dryRuns: 0 }
  #areErrorsCut = false
  #areOpenUnsure = false
  readonly #placeOf = new Map<string, number>()

  /**
   * @param claims all batches of the run
   * @param changed the places of those that may have changed; each place from the old length on counts as changed
   * @returns the places of the batches with a new object
   */
  update(claims: readonly BatchClaim[], changed: Iterable<number>, durations: Durations): Set<number> {
    const places = new Set(changed)
    for (let place = this.all.length; place < claims.length; place += 1) places.add(place)
    for (let place = claims.length; place < this.all.length; place += 1) this.#forget(place)
    this.all.length = Math.min(this.all.length, claims.length)
    for (const place of places) this.#account(place, claims[place])
    const areErrorsCut = this.#sums.errorLength > MOST_OF_ERRORS
    const ids = this.#sums.nameless > 0 ? idsOf(claims) : null
    const isAllNew = ids || areErrorsCut !== this.#areErrorsCut || durations.areOpenUnsure !== this.#areOpenUnsure
    if (isAllNew) for (const place of claims.keys()) places.add(place)
    this.#areErrorsCut = areErrorsCut
    this.#areOpenUnsure = durations.areOpenUnsure
    for (const place of places) {
      const claim = claims[place]
      if (!claim || !this.#put(place, this.#claimed(claim, ids?.[place] ?? claim.id ?? '', durations)))
        places.delete(place)
    }
    return places
  }

  /** Whether a batch has the branch that only a dry run gives. */
  get hasDryRun(): boolean {
    return this.#sums.dryRuns > 0
  }

  /** The place of the batch with that id in the view. */
  placeOf(id: string): number | undefined {
    return this.#placeOf.get(id)
  }

  #claimed(claim: BatchClaim, id: string, durations: Durations): ClaimedBatch {
    const { name, status, branch, error, dependsOn, startedAt, endedAt, basis, before } = claim
    return {
      id,
      name: name ?? id,
      status,
      branch,
      error: error === null || !this.#areErrorsCut ? error : cutText(error, SHORT_ERROR),
      dependsOn: [...dependsOn],
      startedAt: stamp(startedAt),
      endedAt: stamp(endedAt),
      ...durations.of(startedAt, endedAt),
      basis,
      ...(before && status === 'completed' && { before }),
    }
  }

  /** Returns false if the batch is as it was. */
  #put(place: number, batch: ClaimedBatch): boolean {
    const known = this.all[place]
    if (known && isSame(known, batch)) return false
    if (known && known.id !== batch.id && this.#placeOf.get(known.id) === place) this.#placeOf.delete(known.id)
    this.#placeOf.set(batch.id, place)
    this.all[place] = batch
    return true
  }

  #account(place: number, claim: BatchClaim | undefined): void {
    const before = this.#shares[place] ?? NO_SHARE
    const share = claim ? shareOf(claim) : NO_SHARE
    this.#sums.errorLength += share.errorLength - before.errorLength
    this.#sums.nameless += share.nameless - before.nameless
    this.#sums.dryRuns += share.dryRuns - before.dryRuns
    this.#shares[place] = share
  }

  #forget(place: number): void {
    this.#account(place, undefined)
    const id = this.all[place]?.id
    if (id !== undefined && this.#placeOf.get(id) === place) this.#placeOf.delete(id)
  }
}

/** One claim's part of the sums over all batches. */
interface Share {
  /** Characters. */
  errorLength: number
  nameless: number
  dryRuns: number
}

const NO_SHARE: Share = { errorLength: 0, nameless: 0, dryRuns: 0 }

const shareOf = ({ id, error, branch }: BatchClaim): Share => ({
  errorLength: error?.length ?? 0,
  nameless: Number(id === null),
  dryRuns: Number(branch === 'dry-run-branch'),
})

/** Gives each batch an id that is unique in the run: its own, or its name until the backend sends the id. */
function idsOf(claims: readonly BatchClaim[]): string[] {
  const idFor = freeIds(claims)
  return claims.map(({ id, name }) => id ?? idFor(name ?? 'batch'))
}

/** Makes ids from names: NAME, then NAME (2) and so on; skips ids that are taken. */
function freeIds(claims: readonly BatchClaim[]): (name: string) => string {
  const taken = new Set(claims.map(({ id }) => id))
  const given = new Map<string, number>()
  return name => {
    for (let n = (given.get(name) ?? 0) + 1; ; n += 1) {
      const id = n === 1 ? name : `${name} (${n})`
      if (taken.has(id)) continue
      given.set(name, n)
      taken.add(id)
      return id
    }
  }
}

const isSame = (a: ClaimedBatch, b: ClaimedBatch): boolean =>
  a.id === b.id &&
  a.name === b.name &&
  a.status === b.status &&
  a.branch === b.branch &&
  a.error === b.error &&
  a.startedAt === b.startedAt &&
  a.endedAt === b.endedAt &&
  a.durationUncertain === b.durationUncertain &&
  a.basis === b.basis &&
  a.before === b.before &&
  a.dependsOn.length === b.dependsOn.length &&
  a.dependsOn.every((id, n) => id === b.dependsOn[n])

const stamp = (time: Instant | null): string | null => (time === null ? null : iso(time.ms))
