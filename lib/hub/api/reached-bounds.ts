import type { Finding } from '../../run/model'
import type { HubMeter, ReachedBound } from './meter'

/** The bound that each kind of finding reports. */
const byFinding: ReadonlyMap<string, ReachedBound> = new Map([
  ['too-many-batches', 'batches'],
  ['overflow', 'state-messages'],
  ['more', 'findings'],
])

/**
 * Counts each time that a run, or the fleet, reaches a bound. The findings repeat it at every look, so it is counted once
 * each time [SAFE-5].
 */
export class ReachedBounds {
  readonly #reached = new WeakMap<object, ReadonlySet<ReachedBound>>()

  readonly #meter: Pick<HubMeter, 'refused'>

  constructor(meter: Pick<HubMeter, 'refused'>) {
    this.#meter = meter
  }

  /** @param details what is written to the server's log with it */
  look(whose: object, findings: readonly Finding[], details: object): void {
    const before = this.#reached.get(whose)
    const now = new Set(findings.flatMap(({ kind }) => byFinding.get(kind) ?? []))
    if (before === undefined && now.size === 0) return
    for (const bound of now) if (before?.has(bound) !== true) this.#meter.refused(bound, details)
    this.#reached.set(whose, now)
  }
}
