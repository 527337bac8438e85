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
  /** False if no plan is known, the plan repeats an id, the stream names a batch outside the plan, or there are too many. */
  totalKnown: boolean
  /** True if there are more batches than are kept [SAFE-5]. */
  overflow: boolean
  /** The plan gives one id to several batches [RUN-8.16]. */
  repeats: boolean
  /** Each `batch_error`, which names no batch, with the only batch at work at that time; null if there were several or none. */
  errors: { error: string; time: Instant; only: BatchClaim | null }[]
  /** The batch with the branch that the last "Merging branch …" names. */
  merged: BatchClaim | null
  /** For how many batches the plan or the history is ahead of the stream [RUN-9]. */
  ahead: number
  /** The backend said that it runs agents without containers. */
  local: boolean
  before: CompletedBefore
}

/**
 * Derives the batches from the kept messages, the plan and the history [RUN-3]. The whole is derived each time, so nothing needs
 * a correction when a plan comes late or a claim of a better tier replaces a worse one.
 * @param end the run's end, or null
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
 * The best tier seen, for starts and completions separately. A backend that sends `status` or `batch_status` sends
 * `batch_status` for every batch, so no sentence in a log line counts then, not even before the first completion.
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

/** A batch that the plan or the history calls completed. */
interface Done {
  id: string
  branch: string | null
  basis: 'plan' | 'history'
}

/**
 * The batches that were completed before this run began. The backend reports only their number N. They are the completed batches
 * of the plan, else of the history, about which this stream has no message [RUN-8].
 */
class Before {
  readonly known: CompletedBefore
  /** How many of the N are not identified yet. */
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
    // Another run, which is not followed, may have written the plan before it was first read.
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

  /**
   * Marks the N batches at once if a reading has exactly N completed ones that the stream does not name. So no start by name is
   * given to one of them.
   */
  markCertain(): void {
    if (this.#count === 0) return
    const named = new Set(this.#messages.map(({ says }) => idOf(says)))
    const certain = this.#readings
      .map(done => done.filter(({ id }) => this.#roster.get(id) && !named.has(id)))
      .find(done => done.length === this.#count)
    this.#mark(certain ?? [])
  }

  /**
   * Then, after the stream was read, marks the missing number of completed batches that it left pending. If more than that fit,
   * and another run may write the plan, too, only those are marked that a begun batch depends on [RUN-8.12].
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

  /** Last, if some of the N are still missing: a batch that begun batches depend on must be completed, whatever its status says. */
  markRequired(): void {
    if (this.#count === 0) return
    const required = requiredBatches(this.#roster).slice(0, this.#count)
    for (const batch of required) Object.assign(batch, { status: 'completed', basis: 'inferred' })
    this.known.required = required.length
  }

  /** Marks these batches as completed before the run, at most N in all. */
  #mark(done: readonly Done[]): void {
    for (const { id, branch, basis } of done.slice(0, this.#count)) {
      const batch = this.#roster.get(id)
      if (!batch) continue
      Object.assign(batch, { status: 'completed', branch, basis, before: true })
      this.#count -= 1
    }
  }
}

/** When the stream last reported the run's end, ms on the backend's clock; Infinity if it reported none [RUN-8.13]. */
function finalWordOf(messages: readonly StoredMessage[], end: Outcome | null): number {
  const told = end === null || end.inferred ? -Infinity : end.time.ms
  const last = Math.max(told, messages.findLast(isFinalOutcome)?.time.ms ?? -Infinity)
  return last === -Infinity ? Infinity : last
}

/** The id by which a message of the orchestrator's own names a batch. */
function idOf(says: MessageClaim): string | null {
  if (says.kind === 'batch-status') return says.id
  return says.kind === 'batch-complete' && says.by === 'id' && says.tier < 3 ? says.ref : null
}

/**
 * Corrects, by the run's own history entry, batches about which a message was lost [RUN-8].
 * @param final when the stream last reported the run's end, ms on the backend's clock; later facts are another run's [RUN-8.13]
 * @returns the number of corrected batches
 */
function correctByHistory(roster: Roster, run: Run, final: number): number {
  // If several runs at work share the entry, it does not show which of them completed a batch [RUN-8.11].
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

/** Corrects such batches by a plan that no other run writes [RUN-8]. Returns the number of corrected batches. */
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
    // Without an earlier plan to compare with, a batch that this stream never named may be another run's work.
    if (batch.status === 'pending' && !before) continue
    batch.status = 'completed'
    batch.branch = entry.branch ?? batch.branch
    batch.basis = 'plan'
    corrected += 1
  }
  return corrected
}

/** The plan as it was before the run began; null if it was not read in time. */
function readBeforeStart(run: Run): PlanReading | null {
  if (run.accepted || !run.planBefore || !run.first) return run.planBefore
  return run.planBefore.at <= run.first.time.ms ? run.planBefore : null
}
