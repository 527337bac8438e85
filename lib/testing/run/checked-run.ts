import { expect } from 'vitest'
import { CLAIMS_ALONE, type Links } from '../../run/links'
import { fold } from '../../run/fold'
import type { Observation } from '../../run/observation'
import { emptyRun, type Run } from '../../run/run'
import { derive, Derivation, type Derived } from '../../run/view'

/** For tests: a run that is derived again and again. Checks each time that the run derived from scratch is the same. */
export class CheckedRun {
  readonly run: Run = emptyRun()
  readonly #derivation = new Derivation(this.run)

  /** Returns whether the run has changed. */
  observe(observation: Observation): boolean {
    const change = fold(this.run, observation)
    if (change) this.#derivation.note(change)
    return change !== null
  }

  derive(now: number, links: Links = CLAIMS_ALONE): Derived {
    const derived = this.#derivation.at(now, links)
    expect(derived).toEqual(derive(this.run, now, links))
    return derived
  }
}
