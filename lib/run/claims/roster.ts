import { partsOfBranch } from '../branch'
import type { Basis, BatchStatus } from '../model'
import type { MessageClaim, Tier } from '../observation'
import type { Instant } from '../time/time'

/** A batch as the claims describe it, before the run's end is applied. */
export interface BatchClaim {
  /** Its index among the run's batches; -1 if it is not kept. */
  place: number
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
  /** True if the batch was completed before this run began [RUN-8]. */
  before?: true
}

export type Planned = Pick<BatchClaim, 'id' | 'name' | 'dependsOn'> & { id: string }
type Completion = Extract<MessageClaim, { kind: 'batch-complete' }>
type StatusOfBatch = Extract<MessageClaim, { kind: 'batch-status' }>

/** How many completions of one name the stream reported, by kind of sentence. */
interface Told {
  mission: number
  merged: number
  skipped: number
}

/** At most this many batches are shown; a finding says that there are more [SAFE-5]. */
export const MAX_BATCHES = 2_000
/** If more batches than this have one name, the evidence is not used to distinguish them. */
const MAX_TWINS = 100

/** Tells when a batch began by the evidence, ms, or null if not near that time. */
export type BegunAbout = (id: string, time: Instant) => number | null

/** The batches of a run. Finds the batch that a claim names: names and ids are separate, and match exactly [RUN-3]. */
export class Roster {
  readonly batches: BatchClaim[] = []
  readonly planned: boolean
  /** The plan gives one id to several batches: the first of them stands for all [RUN-8.16]. */
  readonly repeats: boolean
  /** A claim named a batch that the plan does not hold. */
  #unplanned = false
  /** There are more than `MAX_BATCHES`. */
  overflow = false
  /** The evidence decided which batch a claim means, so other evidence may have decided otherwise. */
  asksEvidence = false
  /** The kept batch whose start was claimed last. */
  lastBegun: BatchClaim | null = null
  readonly #byId = new Map<string, BatchClaim>()
  readonly #byName = new Map<string, BatchClaim[]>()
  readonly #running = new Set<BatchClaim>()
  readonly #changed = new Set<BatchClaim>()
  readonly #told = new Map<string, Told>()

  readonly #begunAbout: BegunAbout

  /** @param begunAbout distinguishes batches of one name */
  constructor(plan: readonly Planned[], begunAbout: BegunAbout = () => null) {
    this.#begunAbout = begunAbout

    for (const { id, name, dependsOn } of plan) if (!this.#byId.has(id)) this.#add({ id, name, dependsOn })
    this.planned = this.batches.length > 0
    this.repeats = new Set(plan.map(({ id }) => id)).size < plan.length
  }

  /** Whether the run has no other batches than these. */
  get isWhole(): boolean {
    return this.planned && !this.#unplanned && !this.overflow && !this.repeats
  }

  /** The batches that were added or changed since the last call. */
  takeChanged(): BatchClaim[] {
    const changed = [...this.#changed]
    this.#changed.clear()
    return changed
  }

  get(id: string): BatchClaim | undefined {
    return this.#byId.get(id)
  }

  /** The only batch at work; null if there are several or none. */
  get onlyRunning(): BatchClaim | null {
    const [only] = this.#running
    return only && this.#running.size === 1 ? only : null
  }

  /** Applies `batch_status`. If it says "completed", its name is only the id, so it never overwrites a name. */
  status({ id, name, status, branch, error }: StatusOfBatch, time: Instant): void {
    const namedOtherwise = name !== null && name !== id
    const batch =
      this.#byId.get(id) ??
      this.#adopt(name === null ? undefined : this.#named(name).find(nameless), id) ??
      this.#adopt(namedOtherwise || isOpen({ status }) ? undefined : this.#onlyNameless, id) ??
      this.#addUnplanned({ id, name: null })
    if (batch.name === null && namedOtherwise) this.#call(batch, name)
    if (status === 'running') this.#begin(batch, time)
    else if (status !== 'pending') this.#finish(batch, status, time)
    batch.branch = branch ?? batch.branch
    batch.error = error ?? batch.error
    this.#changed.add(batch)
  }

  /**
   * Applies "Spawning batch: NAME". If several batches have the name, it means the one that Docker shows to begin, else the first
   * that has not begun.
   */
  start(name: string, tier: Tier, time: Instant): void {
    const group = this.#group(name)
    const next = this.#shownToBegin(group, time) ?? group.find(({ status }) => status === 'pending')
    if (next) this.#begin(next, time)
    else if (!this.planned || (group.length === 0 && tier < 3))
      this.#begin(this.#addUnplanned({ id: null, name }), time)
  }

  #shownToBegin(group: readonly BatchClaim[], time: Instant): BatchClaim | undefined {
    const begunAbout = this.#begunAbout
    if (group.length < 2 || group.length > MAX_TWINS) return undefined
    this.asksEvidence = true
    const waiting = group.filter(({ status }) => status === 'pending')
    const shown = waiting.flatMap(batch => {
      const at = batch.id === null ? null : begunAbout(batch.id, time)
      return at === null ? [] : [{ batch, at }]
    })
    return shown.sort((a, b) => a.at - b.at)[0]?.batch
  }

  complete(says: Completion, time: Instant): void {
    const batch = says.by === 'id' ? this.#completedById(says) : this.#completedByName(says)
    if (!batch) return
    this.#finish(batch, 'completed', time)
    batch.branch = says.branch ?? batch.branch
    this.#changed.add(batch)
  }

  /** Finds the batch whose id is in the branch's name. */
  namedBy(branch: string): BatchClaim | undefined {
    const parts = partsOfBranch(branch)
    return parts ? this.#byId.get(parts.id) : undefined
  }

  #add(from: { id: string | null; name: string | null; dependsOn?: readonly string[] }): BatchClaim {
    const batch: BatchClaim = {
      place: -1,
      dependsOn: [],
      ...from,
      status: 'pending',
      branch: null,
      error: null,
      startedAt: null,
      endedAt: null,
      basis: 'stream',
    }
    if (this.batches.length >= MAX_BATCHES) {
      this.overflow = true
      return batch
    }
    batch.place = this.batches.length
    this.batches.push(batch)
    this.#changed.add(batch)
    if (batch.id !== null) this.#byId.set(batch.id, batch)
    if (batch.name !== null) this.#call(batch, batch.name)
    return batch
  }

  #addUnplanned(from: { id: string | null; name: string | null }): BatchClaim {
    this.#unplanned = true
    return this.#add(from)
  }

  #named(name: string): readonly BatchClaim[] {
    return this.#byName.get(name) ?? []
  }

  #call(batch: BatchClaim, name: string): void {
    batch.name = name
    const others = this.#byName.get(name)
    if (others) others.push(batch)
    else this.#byName.set(name, [batch])
  }

  #adopt(batch: BatchClaim | undefined, id: string): BatchClaim | undefined {
    if (!batch) return undefined
    batch.id = id
    this.#byId.set(id, batch)
    return batch
  }

  /** The only running batch, if it has no id yet: without a plan, an id that fits no name belongs to it. */
  get #onlyNameless(): BatchClaim | undefined {
    const only = this.planned ? null : this.onlyRunning
    return only && nameless(only) ? only : undefined
  }

  /** The batches of that name, or else of the name without the punctuation that a sentence puts around it. */
  #group(name: string): readonly BatchClaim[] {
    for (const spelling of [name, ...spellings(name)]) {
      const group = this.#named(spelling)
      if (group.length > 0) return group
    }
    return []
  }

  #completedById({ ref, tier }: Completion): BatchClaim | undefined {
    const known = this.#byId.get(ref)
    if (known) return this.#withStartOfTwin(known)
    const unknown = firstOpen(this.#named(ref).filter(nameless)) ?? this.#onlyNameless
    if (unknown) return this.#adopt(unknown, ref)
    return this.planned && tier === 3 ? undefined : this.#addUnplanned({ id: ref, name: null })
  }

  /**
   * Two batches have one name, and a start by name was given to the first. If the other one completes, the start was that one's,
   * and the first has not begun.
   */
  #withStartOfTwin(batch: BatchClaim): BatchClaim {
    if (batch.status !== 'pending' || batch.name === null) return batch
    const twin = this.#named(batch.name).find(({ status }) => status === 'running')
    if (twin) {
      batch.startedAt = twin.startedAt
      twin.startedAt = null
      twin.status = 'pending'
      this.#running.delete(twin)
      this.#changed.add(batch).add(twin)
    }
    return batch
  }

  /** "Mission completed: X" and "Successfully merged batch 'X'" report the same completion, which counts once. */
  #completedByName({ ref, sentence, tier }: Completion): BatchClaim | undefined {
    const told = this.#told.get(ref) ?? { mission: 0, merged: 0, skipped: 0 }
    this.#told.set(ref, told)
    told[sentence === 'completed' ? 'merged' : sentence] += 1
    const group = this.#group(ref)
    if (group.length === 0) {
      return this.planned && tier === 3 ? undefined : this.#addUnplanned({ id: null, name: ref })
    }
    const completed = group.filter(({ status }) => status === 'completed').length
    return completed < Math.max(told.mission, told.merged) + told.skipped ? firstOpen(group) : undefined
  }

  #begin(batch: BatchClaim, time: Instant): void {
    batch.startedAt ??= time
    if (batch.place >= 0) this.lastBegun = batch
    this.#changed.add(batch)
    if (batch.status !== 'pending') return
    batch.status = 'running'
    this.#running.add(batch)
  }

  /** The last claim of a batch's end stands; its time is that of the first claim of the same end. */
  #finish(batch: BatchClaim, status: 'completed' | 'failed' | 'aborted', time: Instant): void {
    if (batch.status !== status) batch.endedAt = time
    batch.status = status
    this.#running.delete(batch)
  }
}

const nameless = (batch: BatchClaim) => batch.id === null

export const isOpen = ({ status }: { status: BatchStatus }) => status === 'pending' || status === 'running'

const firstOpen = (group: readonly BatchClaim[]): BatchClaim | undefined =>
  group.find(({ status }) => status === 'running') ?? group.find(({ status }) => status === 'pending')

/** Other readings of a name in a sentence: without the sentence's full stop at its end, or without quotes. */
function spellings(name: string): string[] {
  const stopped = name.endsWith('.') ? [name.slice(0, -1)] : []
  return [...stopped, ...[name, ...stopped].flatMap(text => /^(["'`])(.+)\1$/s.exec(text)?.[2] ?? [])]
}
