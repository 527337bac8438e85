import type { BatchClaim } from './roster'
import type { Instant } from '../time/time'

/** Corrections of single batches, on top of others. The corrected batches themselves stay as they are. */
export class EditedClaims {
  readonly #edits = new Map<number, BatchClaim>()

  readonly #claims: readonly BatchClaim[]

  constructor(claims: readonly BatchClaim[]) {
    this.#claims = claims
  }

  get length(): number {
    return this.#claims.length
  }

  /** The places of the edited batches. */
  get places(): Iterable<number> {
    return this.#edits.keys()
  }

  at(place: number): BatchClaim | undefined {
    return this.#edits.get(place) ?? this.#claims[place]
  }

  edit(place: number, change: Partial<BatchClaim>): void {
    const batch = this.at(place)
    if (batch) this.#edits.set(place, { ...batch, ...change })
  }

  /** The batch has failed, as far as can be concluded. */
  fail(place: number, endedAt: Instant, error: string | null): void {
    this.edit(place, { status: 'failed', error, endedAt, basis: 'inferred' })
  }
}
