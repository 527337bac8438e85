import { hash } from '../../run/hash'

/**
 * The rounds in which plans and histories are read. All runs of a spec have their rounds at the same moments, so that they share the
 * reading of its plan. Times are ms of a monotonic clock.
 */

const EVERY = 3_000
/** A round begins so long after the last reading at the earliest, ms. */
const GAP = 1_000
/** How many calm runs have a turn in each round. */
const TURNS = 50

const phaseOf = (spec: string | null): number => hash(spec ?? '') % EVERY

/** When the next round begins. @param last when the run's last reading began */
export function nextRound(last: number, spec: string | null): number {
  const phase = phaseOf(spec)
  return Math.ceil((last + GAP - phase) / EVERY) * EVERY + phase
}

/** Whether calm runs of the spec have a turn in the round that began last. @param followed how many runs are followed */
export function isTurnOfCalm(now: number, spec: string | null, followed: number): boolean {
  const round = Math.floor((now - phaseOf(spec)) / EVERY)
  return round % Math.max(1, Math.ceil(followed / TURNS)) === 0
}
