import { requiredBatches, type CompletedBefore } from './completed-before'
import { AFTERMATH, isFinalOutcome, type Outcome } from './outcome'
import type { ContainersByBatch } from './evidence'
import type { StoredMessage, Run } from './run'
import type { PlanReading, MessageClaim, Tier } from './observation'
import { offsetOf } from './our-clock'
import { isOpen, Roster, type BatchClaim } from './roster'
import type { Instant } from './time'

export interface BatchClaims {
  batches: BatchClaim[]
  /** False where the stream names a batch that no plan holds, a plan repeats an id, or no plan is known. */
  totalKnown: boolean
  /** True where there are more batches than are kept [SAFE-5]. */
  overflow: boolean
  /** The plan gives one id to several batches [RUN-8.16]. */
  repeats: boolean
  /** Each nameless `batch_error`, with the batch at work at that time, if it was only one. */
  errors: { error: string; time: Instant; only: BatchClaim | null }[]
  /** The batch whose branch the last "Merging branch …" names. */
  merged: BatchClaim | null
  /** How many batches plan or history say more of than the stream [RUN-9]. */
  ahead: number
  /** The backend said that it runs agents without containers. */
  local: boolean
  before: CompletedBefore
}

/**
 * Derives the batches from the kept messages, the plan and the history [RUN-3]. Derived afresh each time, so a plan
 * that comes late, or a better word that withdraws a worse one, needs no correction of anything counted before.
 * @param end the run's, if it has ended
 */
export function claimBatches(
  run: Run,
  messages: readonly StoredMessage[],
  containers: ContainersByBatch,
  end: Outcome | null,
): BatchClaims {
  const roster = new Roster(
    run.plan?.batches ?? run.history?.batches.map(({ id, name }) => ({ id, name, dependsOn: [] })) ?? [],
    containers.isEmpty ? null : (id, time) => containers.begunAbout(id, time),
  )
  const before = new Before(roster, run, messages)
  before.markCertain()
  const tiers = tiersOf(messages)
  const errors: BatchClaims['errors'] = []
  let merging: string | null = null
  let local = false
  for (const { says, time } of messages) {
    switch (says.kind) {
      case 'batch-status':
        roster.status(says, time)
        break
      case 'batch-start':
        if (says.tier === tiers.start) roster.start(says.name, says.tier, time)
        break
      case 'batch-complete':
        if (says.tier === tiers.completion) roster.complete(says, time)
        break
      case 'batch-error':
        errors.push({ error: says.error, time, only: roster.onlyRunning })
        break
      case 'merging':
        merging = says.branch
        break
      case 'runs-locally':
        local = true
        break
      default:
    }
  }
  before.markSilent()
  const final = finalWordOf(messages, end)
  const ahead = correctByHistory(roster, run, final) + correctByPlan(roster, run, final)
  before.markRequired()
  return {
    batches: roster.batches,
    totalKnown: roster.isWhole,
    overflow: roster.overflow,
    repeats: roster.repeats,
    errors,
    merged: merging === null ? null : roster.ofBranch(merging),
    ahead,
    local,
    before: before.known,
  }
}

/**
 * The best tier seen, for starts and completions separately. Whoever says `status` or `batch_status` at all says them
 * for every batch, so there no sentence in a log line counts, not even before the first completion.
 */
function tiersOf(messages: readonly StoredMessage[]): { start: Tier; completion: Tier } {
  let start: Tier = 3
  let completion: Tier = 3
  let speaksStatus = false
  for (const { says } of messages) {
    if (says.kind === 'run-status') speaksStatus = true
    if (says.kind === 'batch-status') {
      speaksStatus = true
      if (says.status === 'running') start = 1
      if (says.status === 'completed') completion = 1
    }
    if (says.kind === 'batch-start' && says.tier < start) start = says.tier
    if (says.kind === 'batch-complete' && says.tier < completion) completion = says.tier
  }
  if (!speaksStatus) return { start, completion }
  return { start: start === 3 ? 2 : start, completion: completion === 3 ? 2 : completion }
}

/** A batch as plan or history has it: completed. */
interface Done {
  id: string
  branch: string | null
  basis: 'plan' | 'history'
}

/**
 * Batches completed before this run began: N by the backend's own count, and which they are by the plan, else by the
 * history: their completed ones without a message in this stream [RUN-8].
 */
class Before {
  readonly known: CompletedBefore
  /** How many of them are not known yet. */
  #count: number
  readonly #readings: Done[][]
  readonly #mayBeShared: boolean

  readonly #roster: Roster
  readonly #messages: readonly StoredMessage[]

  constructor(roster: Roster, run: Run, messages: readonly StoredMessage[]) {
    this.#roster = roster
    this.#messages = messages

    this.#count = messages.reduce((most, { says }) => (says.kind === 'resuming' ? Math.max(most, says.count) : most), 0)
    this.known = { told: this.#count, required: 0, ambiguous: false }
    // A run that is not followed may have written a plan, too, that was not read before this run began.
    this.#mayBeShared = run.plan?.shared === true || run.history?.shared === true || run.planBefore === null
    const plans = [run.planBefore, run.plan].map(plan => plan?.batches.filter(({ completed }) => completed) ?? [])
    const began = run.first?.time.ms ?? Infinity
    const history =
      run.history?.batches.filter(({ status, endedAt }) => status === 'completed' && (endedAt ?? -Infinity) < began) ??
      []
    this.#readings = [
      ...plans.map(done => done.map(({ id, branch }) => ({ id, branch, basis: 'plan' as const }))),
      history.map(({ id, branch }) => ({ id, branch, basis: 'history' })),
    ]
  }

  /** Where a reading has exactly N that the stream does not name: known at once, so that no start by name is theirs. */
  markCertain(): void {
    if (this.#count === 0) return
    const named = new Set(this.#messages.map(({ says }) => idOf(says)))
    const certain = this.#readings
      .map(done => done.filter(({ id }) => this.#roster.get(id) && !named.has(id)))
      .find(done => done.length === this.#count)
    this.#mark(certain ?? [])
  }

  /**
   * Else, once the stream is told: as many as are missing of those that it left pending. Where they are more, and another run
   * may write the plan, too, only those are named that a begun batch depends on [RUN-8.12].
   */
  markSilent(): void {
    if (this.#count === 0) return
    const silent = this.#readings.map(done => done.filter(({ id }) => this.#roster.get(id)?.status === 'pending'))
    const enough = silent.find(done => done.length >= this.#count)
    const found = enough ?? silent.reduce((most, done) => (done.length > most.length ? done : most))
    this.known.ambiguous = this.#mayBeShared && found.length > this.#count
    const required = this.known.ambiguous && new Set(requiredBatches(this.#roster).map(({ id }) => id))
    this.#mark(required ? found.filter(({ id }) => required.has(id)) : found)
  }

  /** Last, where neither names them all: what begun batches depend on was completed, whatever its status is called. */
  markRequired(): void {
    if (this.#count === 0) return
    const required = requiredBatches(this.#roster).slice(0, this.#count)
    for (const batch of required) Object.assign(batch, { status: 'completed', basis: 'inferred' })
    this.known.required = required.length
  }

  /** At most N in all. */
  #mark(done: readonly Done[]): void {
    for (const { id, branch, basis } of done.slice(0, this.#count)) {
      const batch = this.#roster.get(id)
      if (!batch) continue
      Object.assign(batch, { status: 'completed', branch, basis, before: true })
      this.#count -= 1
    }
  }
}

/** When the stream's last word of the run's end was said, ms on the backend's clock; Infinity where it told none [RUN-8.13]. */
function finalWordOf(messages: readonly StoredMessage[], end: Outcome | null): number {
  const told = end === null || end.inferred ? -Infinity : end.time.ms
  const last = Math.max(told, messages.findLast(isFinalOutcome)?.time.ms ?? -Infinity)
  return last === -Infinity ? Infinity : last
}

/** The id by which a message of the engine's own names a batch. */
function idOf(says: MessageClaim): string | null {
  if (says.kind === 'batch-status') return says.id
  return says.kind === 'batch-complete' && says.by === 'id' && says.tier < 3 ? says.ref : null
}

/**
 * Corrects by the run's own history entry what a lost message left wrong [RUN-8].
 * @param final when the stream's final word was said, ms on the backend's clock; what happened later is another run's [RUN-8.13]
 * @returns how many batches that were
 */
function correctByHistory(roster: Roster, run: Run, final: number): number {
  // An entry that runs at work share does not tell which of them completed a batch [RUN-8.11].
  if (run.history?.shared) return 0
  let corrected = 0
  const from = run.first?.time.ms ?? -Infinity
  const to = Math.min(final + AFTERMATH, run.continued?.from ?? Infinity)
  for (const entry of run.history?.batches ?? []) {
    const batch = roster.get(entry.id)
    const inTime = entry.endedAt === null || (entry.endedAt >= from && entry.endedAt <= to)
    if (!batch || !isOpen(batch) || !inTime) continue
    if (entry.status !== 'completed' && entry.status !== 'failed') continue
    batch.status = entry.status
    batch.branch = entry.branch ?? batch.branch
    batch.error = entry.error
    batch.endedAt = entry.endedAt === null ? null : { ms: entry.endedAt, ns: 0 }
    batch.basis = 'history'
    corrected += 1
  }
  return corrected
}

/** Does the same by a plan that no other run writes [RUN-8]. */
function correctByPlan(roster: Roster, run: Run, final: number): number {
  // A plan read before the first message may hold the work of runs before and after this one.
  if (!run.plan || run.plan.shared || run.plan === run.planBefore) return 0
  if (run.plan.at - offsetOf(run) > final + AFTERMATH) return 0
  let corrected = 0
  const before = readBeforeStart(run)
  const done = new Set(before?.batches.filter(batch => batch.completed).map(batch => batch.id))
  for (const entry of run.plan.batches) {
    const batch = roster.get(entry.id)
    if (!batch || !entry.completed || done.has(entry.id) || !isOpen(batch)) continue
    // Without an earlier reading to compare with, a batch that this stream never named may be another run's work.
    if (batch.status === 'pending' && !before) continue
    batch.status = 'completed'
    batch.branch = entry.branch ?? batch.branch
    batch.basis = 'plan'
    corrected += 1
  }
  return corrected
}

/** The plan as it was before the run began, where it was read in time. */
function readBeforeStart(run: Run): PlanReading | null {
  if (run.accepted || !run.planBefore || !run.first) return run.planBefore
  return run.planBefore.at <= run.first.time.ms ? run.planBefore : null
}
