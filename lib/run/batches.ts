import type { Kept, Run } from './fold'
import type { Basis, BatchStatus } from './model'
import type { Says, Tier } from './observation'
import type { Instant } from './time'

/** A batch as the claims leave it, before the run's end is weighed. */
export interface BatchClaim {
  /** Null while only a name is known. */
  id: string | null
  name: string | null
  dependsOn: readonly string[]
  status: BatchStatus
  branch: string | null
  error: string | null
  startedAt: Instant | null
  endedAt: Instant | null
  basis: Basis
}

export interface BatchClaims {
  batches: BatchClaim[]
  /** False where the stream names a batch that no plan holds, or no plan is known. */
  totalKnown: boolean
  /** The batches that ran, or were completed, when each nameless `batch_error` came. */
  errors: { error: string; time: Instant; running: BatchClaim[] }[]
  /** The batch whose branch the last "Merging branch …" names, while that is the engine's last word on batches. */
  merging: BatchClaim | null
  merged: BatchClaim | null
  /** How many batches plan or history say more of than the stream [RUN-9]. */
  ahead: number
}

/**
 * Derives the batches from the kept messages, the plan and the history [RUN-3]. Derived afresh each time, so a plan
 * that comes late, or a better word that withdraws a worse one, needs no correction of anything counted before.
 */
export function claimBatches(run: Run, messages: readonly Kept[]): BatchClaims {
  const roster = new Roster(run)
  const tiers = tiersOf(messages)
  const errors: BatchClaims['errors'] = []
  let merging: string | null = null
  let lastMerge: string | null = null
  for (const { says, time } of messages) {
    if (endsMerge(says)) merging = null
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
        errors.push({ error: says.error, time, running: roster.batches.filter(batch => batch.status === 'running') })
        break
      case 'merging':
        merging = lastMerge = says.branch
        break
      default:
    }
  }
  roster.addCompletedBefore(run, messages)
  const ahead = roster.correct(run)
  return {
    ahead,
    batches: roster.batches,
    totalKnown: roster.planned && !roster.unplanned,
    errors,
    merging: roster.ofBranch(merging),
    merged: roster.ofBranch(lastMerge),
  }
}

/** The engine merges before it says anything else of batches, so any such word means that the merge is done. */
function endsMerge(says: Says): boolean {
  if (says.kind === 'batch-start' || says.kind === 'batch-complete') return says.tier < 3
  return says.kind === 'batch-status' || says.kind === 'run-status' || says.kind === 'success'
}

/**
 * The best tier seen, for starts and completions separately. Whoever says `status` or `batch_status` at all says them
 * for every batch, so there no sentence in a log line counts, not even before the first completion.
 */
function tiersOf(messages: readonly Kept[]): { start: Tier; completion: Tier } {
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

type Completion = Extract<Says, { kind: 'batch-complete' }>
type StatusOfBatch = Extract<Says, { kind: 'batch-status' }>

/** How many completions of one name were told, in each way of telling them. */
interface Told {
  mission: number
  merged: number
  skipped: number
}

class Roster {
  readonly batches: BatchClaim[] = []
  readonly planned: boolean
  unplanned = false
  private readonly byId = new Map<string, BatchClaim>()
  private readonly byName = new Map<string, BatchClaim[]>()
  private readonly told = new Map<string, Told>()

  constructor(run: Run) {
    const plan = run.plan?.batches ?? run.history?.batches.map(batch => ({ ...batch, dependsOn: [] })) ?? []
    for (const { id, name, dependsOn } of plan) if (!this.byId.has(id)) this.add({ id, name, dependsOn })
    this.planned = this.batches.length > 0
  }

  private add(from: { id: string | null; name: string | null; dependsOn?: readonly string[] }): BatchClaim {
    const batch: BatchClaim = {
      dependsOn: [],
      ...from,
      status: 'pending',
      branch: null,
      error: null,
      startedAt: null,
      endedAt: null,
      basis: 'stream',
    }
    this.batches.push(batch)
    if (batch.id !== null) this.byId.set(batch.id, batch)
    if (batch.name !== null) this.named(batch.name).push(batch)
    return batch
  }

  private addUnplanned(from: { id: string | null; name: string | null }): BatchClaim {
    this.unplanned = true
    return this.add(from)
  }

  private named(name: string): BatchClaim[] {
    const known = this.byName.get(name)
    if (known) return known
    const none: BatchClaim[] = []
    this.byName.set(name, none)
    return none
  }

  private adopt(batch: BatchClaim, id: string): BatchClaim {
    batch.id = id
    this.byId.set(id, batch)
    return batch
  }

  /** `batch_status`: an id, exactly; its name is the id where the backend says "completed", so it never overwrites one. */
  status(says: StatusOfBatch, time: Instant): void {
    const nameless = (batch: BatchClaim) => batch.id === null
    const batch =
      this.byId.get(says.id) ??
      (says.name === null ? undefined : this.adoptFirst(this.named(says.name).filter(nameless), says.id)) ??
      this.addUnplanned({ id: says.id, name: null })
    if (batch.name === null && says.name !== null && says.name !== says.id) {
      batch.name = says.name
      this.named(says.name).push(batch)
    }
    if (says.status === 'running') begin(batch, time)
    else if (says.status !== 'pending') finish(batch, says.status, time)
    batch.branch = says.branch ?? batch.branch
    batch.error = says.error ?? batch.error
  }

  private adoptFirst(batches: readonly BatchClaim[], id: string): BatchClaim | undefined {
    const [first] = batches
    return first && this.adopt(first, id)
  }

  /** "Spawning batch: NAME": of equal names the first that has not begun. */
  start(name: string, tier: Tier, time: Instant): void {
    const group = this.group(name)
    const next = group.find(batch => batch.status === 'pending')
    if (next) begin(next, time)
    else if (group.length === 0 || !this.planned) {
      if (tier < 3 || !this.planned) begin(this.addUnplanned({ id: null, name }), time)
    }
  }

  /** Batches of that name, or else of that name without the full stop that ends a sentence. */
  private group(name: string): BatchClaim[] {
    const exact = this.byName.get(name)
    if (exact || !name.endsWith('.')) return exact ?? []
    return this.byName.get(name.slice(0, -1)) ?? []
  }

  complete(says: Completion, time: Instant): void {
    const batch = says.by === 'id' ? this.completedById(says) : this.completedByName(says)
    if (!batch) return
    finish(batch, 'completed', time)
    batch.branch = says.branch ?? batch.branch
  }

  private completedById({ ref, tier }: Completion): BatchClaim | undefined {
    const known = this.byId.get(ref)
    if (known) return this.withStartOfTwin(known)
    const called = firstOpen(this.group(ref))
    if (called) return called.id === null ? this.adopt(called, ref) : called
    if (this.planned) return tier < 3 ? this.addUnplanned({ id: ref, name: null }) : undefined
    const running = this.batches.filter(batch => batch.status === 'running')
    const [only] = running
    if (only && running.length === 1 && only.id === null) return this.adopt(only, ref)
    return this.addUnplanned({ id: ref, name: null })
  }

  /**
   * Two batches with one name: a start by name was given to the first. If the other one completes, the start was its
   * own, and the first has not begun.
   */
  private withStartOfTwin(batch: BatchClaim): BatchClaim {
    if (batch.status !== 'pending' || batch.name === null) return batch
    const twin = this.group(batch.name).find(other => other !== batch && other.status === 'running')
    if (twin) {
      batch.startedAt = twin.startedAt
      twin.startedAt = null
      twin.status = 'pending'
    }
    return batch
  }

  /** "Mission completed: X" and "Successfully merged batch 'X'" tell of one completion: it counts once. */
  private completedByName({ ref, sentence, tier }: Completion): BatchClaim | undefined {
    const told = this.told.get(ref) ?? { mission: 0, merged: 0, skipped: 0 }
    this.told.set(ref, told)
    if (sentence !== 'completed') told[sentence] += 1
    else told.merged += 1
    const group = this.group(ref)
    if (group.length === 0) {
      return this.planned && tier === 3 ? undefined : this.addUnplanned({ id: null, name: ref })
    }
    const completed = group.filter(batch => batch.status === 'completed').length
    return completed < Math.max(told.mission, told.merged) + told.skipped ? firstOpen(group) : undefined
  }

  /**
   * Batches completed before this run began: N by the backend's own count, and which they are by the plan: its completed
   * ones of which this stream says nothing [RUN-8].
   */
  addCompletedBefore(run: Run, messages: readonly Kept[]): void {
    const count = messages.reduce((most, { says }) => (says.kind === 'resuming' ? Math.max(most, says.count) : most), 0)
    if (count === 0) return
    const silent = (id: string) => this.byId.get(id)?.status === 'pending'
    const readings = [run.planBefore, run.plan].map(plan =>
      (plan?.batches ?? []).filter(batch => batch.completed && silent(batch.id)),
    )
    const ofHistory = (run.history?.batches ?? []).filter(batch => batch.status === 'completed' && silent(batch.id))
    const candidates = [...readings, ofHistory]
    const enough = candidates.find(found => found.length >= count)
    const best = enough ?? candidates.reduce((most, found) => (found.length > most.length ? found : most))
    for (const { id, branch } of best.slice(0, count)) {
      const batch = this.byId.get(id)
      if (!batch) continue
      batch.status = 'completed'
      batch.branch = branch
      batch.basis = best === ofHistory ? 'history' : 'plan'
    }
  }

  /** What a lost message left wrong, by the run's own history entry and by a plan that no other run writes [RUN-8]. */
  correct(run: Run): number {
    let corrected = 0
    const begun = run.first
    for (const entry of run.history?.batches ?? []) {
      const batch = this.byId.get(entry.id)
      const since = begun === null || entry.endedAt === null || entry.endedAt >= begun.time.ms
      if (!batch || !isOpen(batch) || !since) continue
      if (entry.status !== 'completed' && entry.status !== 'failed') continue
      batch.status = entry.status
      batch.branch = entry.branch ?? batch.branch
      batch.error = entry.error
      batch.endedAt = entry.endedAt === null ? null : { ms: entry.endedAt, ns: 0 }
      batch.basis = 'history'
      corrected += 1
    }
    // A plan read before the first message may hold the work of runs before and after this one.
    if (!run.plan || run.plan.shared || run.plan === run.planBefore) return corrected
    const before = readBeforeStart(run)
    const done = new Set(before?.batches.filter(batch => batch.completed).map(batch => batch.id))
    for (const entry of run.plan.batches) {
      const batch = this.byId.get(entry.id)
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

  ofBranch(branch: string | null): BatchClaim | null {
    if (branch === null) return null
    return this.batches.find(batch => batch.branch === branch) ?? this.ofBranchName(branch)
  }

  /** `worktree/<current branch>/ckrv-batch-<id>-<hex6>` names its batch even where the completion was lost. */
  private ofBranchName(branch: string): BatchClaim | null {
    const id = /ckrv-batch-(.+)-[0-9a-f]{6}$/.exec(branch)?.[1]
    const batch = id === undefined ? undefined : this.byId.get(id)
    if (batch) batch.branch ??= branch
    return batch ?? null
  }
}

/** The plan as it was before the run began, where it was read in time. */
function readBeforeStart(run: Run): Run['planBefore'] {
  if (run.accepted || !run.planBefore || !run.first) return run.planBefore
  return run.planBefore.at <= run.first.time.ms ? run.planBefore : null
}

const isOpen = (batch: BatchClaim) => batch.status === 'pending' || batch.status === 'running'

const firstOpen = (group: readonly BatchClaim[]): BatchClaim | undefined =>
  group.find(batch => batch.status === 'running') ?? group.find(batch => batch.status === 'pending')

function begin(batch: BatchClaim, time: Instant): void {
  batch.startedAt ??= time
  if (batch.status === 'pending') batch.status = 'running'
}

/** The last word on a batch's end stands; the time is that of the first word of that end. */
function finish(batch: BatchClaim, status: 'completed' | 'failed' | 'aborted', time: Instant): void {
  if (batch.status !== status) batch.endedAt = time
  batch.status = status
}
