import { noted } from '../findings'
import type { Finding } from '../model'
import type { MessageClaim } from '../observation'
import type { BatchClaim, Roster } from './roster'
import type { Run, StoredMessage } from '../run'

/** A batch that the plan or the history calls completed. */
interface Done {
  id: string
  branch: string | null
  basis: 'plan' | 'history'
}

/**
 * The batches that were completed before a run began. The backend reports only their number. They are the completed batches of
 * the plan, else of the history, about which this stream has no message [RUN-8].
 */
export class CompletedBefore {
  /** N of "Resuming: N batches already completed". */
  readonly told: number
  /** The plan or the history calls more than N batches completed, so not all of the N can be named [RUN-8.12]. */
  ambiguous = false
  /** How many of the N are not identified yet. */
  #missing: number
  readonly #readings: readonly Done[][]
  readonly #mayBeShared: boolean

  readonly #roster: Roster
  readonly #messages: readonly StoredMessage[]

  constructor(roster: Roster, run: Run, messages: readonly StoredMessage[]) {
    this.#roster = roster
    this.#messages = messages

    this.told = messages.reduce((most, { says }) => (says.kind === 'resuming' ? Math.max(most, says.count) : most), 0)
    this.#missing = this.told
    // Another run, which is not followed, may have written the plan before it was first read.
    this.#mayBeShared = run.plan?.shared === true || run.history?.shared === true || run.planBefore === null
    this.#readings = this.told === 0 ? [] : readingsOf(run)
  }

  /**
   * Marks the N batches at once if a reading has exactly N completed ones that the stream does not name. So no start by name is
   * given to one of them.
   */
  markCertain(): void {
    if (this.#missing === 0) return
    const named = new Set(this.#messages.map(({ says }) => idOf(says)))
    const certain = this.#readings
      .map(done => done.filter(({ id }) => this.#roster.get(id) && !named.has(id)))
      .find(done => done.length === this.#missing)
    this.#mark(certain ?? [])
  }

  /**
   * Then, after the stream was read, marks the missing number of completed batches that it left pending. If more than that fit,
   * and another run may write the plan, too, only those are marked that a begun batch depends on [RUN-8.12].
   */
  markSilent(): void {
    if (this.#missing === 0) return
    const silent = this.#readings.map(done => done.filter(({ id }) => this.#roster.get(id)?.status === 'pending'))
    const enough = silent.find(done => done.length >= this.#missing)
    const found = enough ?? silent.reduce((most, done) => (done.length > most.length ? done : most))
    this.ambiguous = this.#mayBeShared && found.length > this.#missing
    const required = this.ambiguous && new Set(requiredBatches(this.#roster).map(({ id }) => id))
    this.#mark(required ? found.filter(({ id }) => required.has(id)) : found)
  }

  /**
   * Last, if some of the N are still missing: the batches that must be completed, whatever their status says, because begun
   * batches depend on them [RUN-8.7].
   * @param claims the batches as plan and history correct them
   */
  requiredOf(claims: KnownBatches): BatchClaim[] {
    return this.#missing === 0 ? [] : requiredBatches(claims).slice(0, this.#missing)
  }

  /** Marks these batches as completed before the run, at most N in all. */
  #mark(done: readonly Done[]): void {
    for (const { id, branch, basis } of done.slice(0, this.#missing)) {
      const batch = this.#roster.get(id)
      if (!batch) continue
      Object.assign(batch, { status: 'completed', branch, basis, before: true })
      this.#missing -= 1
    }
  }
}

function readingsOf(run: Run): Done[][] {
  const plans = [run.planBefore, run.plan].map(plan => plan?.batches.filter(({ completed }) => completed) ?? [])
  const began = run.first?.time.ms ?? Infinity
  const history =
    run.history?.batches.filter(({ status, endedAt }) => status === 'completed' && (endedAt ?? -Infinity) < began) ?? []
  return [
    ...plans.map(done => done.map(({ id, branch }) => ({ id, branch, basis: 'plan' as const }))),
    history.map(({ id, branch }) => ({ id, branch, basis: 'history' })),
  ]
}

/** The id by which a message of the orchestrator's own names a batch. */
function idOf(says: MessageClaim): string | null {
  if (says.kind === 'batch-status') return says.id
  return says.kind === 'batch-complete' && says.by === 'id' && says.tier < 3 ? says.ref : null
}

type KnownBatches = Pick<Roster, 'batches' | 'get'>

/** Whether the batch is completed, and neither the run's stream nor a time in the history shows that this run completed it. */
const isSilent = ({ status, startedAt, endedAt, basis }: BatchClaim): boolean =>
  status === 'completed' && startedAt === null && endedAt === null && basis !== 'stream'

/**
 * The pending batches on which batches that are not pending depend, directly or indirectly: the orchestrator begins no batch
 * before the batches it depends on are completed [RUN-8.7].
 */
function requiredBatches(known: KnownBatches): BatchClaim[] {
  const open = known.batches.filter(({ status }) => status !== 'pending')
  const seen = new Set(open)
  const required: BatchClaim[] = []
  for (let batch = open.pop(); batch; batch = open.pop()) {
    for (const id of batch.dependsOn) {
      const needed = known.get(id)
      if (!needed || seen.has(needed)) continue
      seen.add(needed)
      open.push(needed)
      required.push(needed)
    }
  }
  return required
}

/** How many of the batches completed before can't be identified. They count, because the backend counts them [RUN-8.6]. */
export const unnamedOf = (told: number, batches: readonly BatchClaim[]): number =>
  told === 0 ? 0 : Math.max(0, told - batches.filter(isSilent).length)

/**
 * The finding about batches that the backend counts and that are not known by name; none if all are known [RUN-8.8].
 * @param required how many are known only because begun batches depend on them [RUN-8.7]
 */
export function completedBeforeFinding(
  { told, ambiguous }: CompletedBefore,
  required: number,
  unnamed: number,
): Finding[] {
  if (unnamed + required === 0) return []
  const named = Math.max(0, told - unnamed - required)
  const parts = [
    `The backend says that ${told} ${told === 1 ? 'batch was' : 'batches were'} completed before this run began;` +
      (ambiguous
        ? ' the plan or the history names more, because others were completed since.'
        : ` the plan and the history name ${named === 0 ? 'none' : named} of them.`),
  ]
  if (required > 0) parts.push(`${required} more must be, because batches that depend on them have begun.`)
  if (unnamed > 0) {
    parts.push(
      `${unnamed} more ${unnamed === 1 ? 'is' : 'are'} counted as completed, but which cannot be told:` +
        ' the list shows them as not begun, or not at all.',
    )
    if (!ambiguous) parts.push('Check the statuses in the plan file.')
  }
  return [noted(COMPLETED_BEFORE, parts.join(' '))]
}

/** The kind of that finding: it explains a number, and requires no action. */
export const COMPLETED_BEFORE = 'completed-before'
