import { AFTERMATH } from './outcome'
import type { HistoryReading, PlanBatch, PlanReading } from '../observation'
import { offsetOf } from '../time/our-clock'
import { isOpen, type BatchClaim } from './roster'
import type { Run } from '../run'

type HistoryBatch = HistoryReading['batches'][number]

/** Corrects, by the run's plan and history entry, batches about which a message was lost [RUN-8]. */
export class Corrections {
  readonly #basis: readonly unknown[]
  readonly #history: ReadonlyMap<string, HistoryBatch>
  readonly #plan: ReadonlyMap<string, PlanBatch>
  /** A pending batch counts only if an earlier plan shows that it was not completed before. */
  readonly #hasPlanBefore: boolean

  /**
   * @param finalWord when the stream last reported the run's end, ms on the backend's clock; later facts are another run's
   *   [RUN-8.13]
   */
  constructor(run: Run, finalWord: number) {
    this.#basis = basisOf(run, finalWord)
    const before = readBeforeStart(run)
    this.#hasPlanBefore = before !== null
    this.#history = ownEntries(run, finalWord)
    this.#plan = ownPlan(run, before, finalWord)
  }

  /** Whether these are still the corrections of the run. */
  areOf(run: Run, finalWord: number): boolean {
    return basisOf(run, finalWord).every((fact, n) => fact === this.#basis[n])
  }

  /** Returns the corrected batch, or the same object if there is nothing to correct. */
  of(batch: BatchClaim): BatchClaim {
    if (!isOpen(batch) || batch.id === null) return batch
    const entry = this.#history.get(batch.id)
    if (entry) {
      const { branch, error, endedAt } = entry
      const at = endedAt === null ? null : { ms: endedAt, ns: 0 }
      const status = entry.status === 'completed' ? 'completed' : 'failed'
      return { ...batch, status, branch: branch ?? batch.branch, error, endedAt: at, basis: 'history' }
    }
    const planned = this.#plan.get(batch.id)
    if (!planned || (batch.status === 'pending' && !this.#hasPlanBefore)) return batch
    return { ...batch, status: 'completed', branch: planned.branch ?? batch.branch, basis: 'plan' }
  }
}

/** The facts that decide what is corrected. */
const basisOf = (run: Run, finalWord: number): readonly unknown[] => [
  run.plan,
  run.planBefore,
  run.history,
  run.accepted,
  run.first?.time.ms,
  run.continued?.from,
  offsetOf(run),
  finalWord,
]

/** The batches that ended in this run by its history entry. */
function ownEntries({ history, first, continued }: Run, finalWord: number): Map<string, HistoryBatch> {
  const own = new Map<string, HistoryBatch>()
  // If several runs at work share the entry, it does not show which of them completed a batch [RUN-8.11].
  if (!history || history.shared) return own
  const from = first?.time.ms ?? -Infinity
  const to = Math.min(finalWord + AFTERMATH, continued?.from ?? Infinity)
  for (const entry of history.batches) {
    const { id, status, endedAt } = entry
    const isInTime = endedAt === null || (endedAt >= from && endedAt <= to)
    if (isInTime && (status === 'completed' || status === 'failed') && !own.has(id)) own.set(id, entry)
  }
  return own
}

/** The batches that were completed in this run by its plan, which no other run writes [RUN-8]. */
function ownPlan(run: Run, before: PlanReading | null, finalWord: number): Map<string, PlanBatch> {
  const own = new Map<string, PlanBatch>()
  // A plan read before the first message may hold the work of runs before and after this one.
  if (!run.plan || run.plan.shared || run.plan === run.planBefore) return own
  if (run.plan.at - offsetOf(run) > finalWord + AFTERMATH) return own
  const done = new Set(before?.batches.filter(({ completed }) => completed).map(({ id }) => id))
  for (const entry of run.plan.batches)
    if (entry.completed && !done.has(entry.id) && !own.has(entry.id)) own.set(entry.id, entry)
  return own
}

/** The plan as it was before the run began; null if it was not read in time. */
function readBeforeStart(run: Run): PlanReading | null {
  if (run.accepted || !run.planBefore || !run.first) return run.planBefore
  return run.planBefore.at <= run.first.time.ms ? run.planBefore : null
}
