import type { CandidateRun } from './candidate-run'

/** For how long after its start a batch may be without a container before one that another run was given is doubted, ms. */
const EXPECTED_WITHIN = 5_000
/** A start that is further ahead of the server's clock than this is no time to wait for, ms. */
const AHEAD = 5_000

/** From when on a batch's container is overdue [DOCK-4.40], ms on the server's clock; null if it is not known when the batch began. */
const overdueAt = (
  { clockOffset = 0, beginsUnknown }: CandidateRun,
  { startedAt }: CandidateRun['batches'][number],
): number | null => (startedAt === null || beginsUnknown ? null : startedAt + clockOffset + EXPECTED_WITHIN)

/** @param now the server's clock, ms */
export const isOverdue = (run: CandidateRun, batch: CandidateRun['batches'][number], now: number): boolean =>
  (overdueAt(run, batch) ?? Infinity) <= now

/** When the next container is overdue, if its batch has none by then, ms on the server's clock; `Infinity` if no batch has begun just now. */
export function nextOverdue(candidateRuns: readonly CandidateRun[], now: number): number {
  let next = Infinity
  for (const run of candidateRuns) {
    for (const batch of run.batches) {
      const at = overdueAt(run, batch) ?? Infinity
      if (at > now && at <= now + AHEAD + EXPECTED_WITHIN && at < next) next = at
    }
  }
  return next
}
