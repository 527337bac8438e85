import { CompletedBefore } from './completed-before'
import { EndClaims } from './end-claims'
import type { MessageClaim, Tier } from '../observation'
import { Roster, type BatchClaim, type BegunAbout, type Planned } from './roster'
import type { StoredMessage, Run } from '../run'
import type { Instant } from '../time/time'

/** A `batch_error`, which names no batch, with the only batch at work at that time; null if there were several or none. */
export interface BatchError {
  readonly error: string
  readonly time: Instant
  readonly only: BatchClaim | null
}

/** The claims of a run's stream, read in the backend's order, before plan, history and the run's end correct them [RUN-3]. */
export class StreamClaims {
  readonly roster: Roster
  readonly ends = new EndClaims()
  readonly before: CompletedBefore
  readonly errors: BatchError[] = []
  /** The branch that the last "Merging branch …" names. */
  merging: string | null = null
  /** The backend said that it runs agents without containers. */
  isLocal = false
  /** A message says that the run is at work. */
  isRunning = false
  historyId: string | null = null
  /** The earliest of `start`, status running and the first batch [RUN-7]. */
  startedAt: Instant | null = null
  #tiers: Tiers

  constructor(run: Run, messages: readonly StoredMessage[], begunAbout: BegunAbout) {
    this.#tiers = messages.reduce((tiers, { says }) => withTier(tiers, says), UNSEEN)
    this.roster = new Roster(plannedBatches(run), begunAbout)
    this.before = new CompletedBefore(this.roster, run, messages)
    this.before.markCertain()
    for (const message of messages) this.#read(message)
    this.before.markSilent()
  }

  /**
   * Reads one more message, the last in the backend's order.
   * @returns false if earlier messages mean something else because of it: then all must be read anew
   */
  add(message: StoredMessage): boolean {
    const tiers = withTier(this.#tiers, message.says)
    const isSame = startTier(tiers) === startTier(this.#tiers) && completionTier(tiers) === completionTier(this.#tiers)
    if (!isSame || message.says.kind === 'resuming' || this.before.told > 0) return false
    this.#tiers = tiers
    this.#read(message)
    return true
  }

  #read(message: StoredMessage): void {
    const { says, time } = message
    this.ends.hear(message)
    switch (says.kind) {
      case 'batch-status':
        this.roster.status(says, time)
        break
      case 'batch-start':
        if (says.tier === startTier(this.#tiers)) this.roster.start(says.name, says.tier, time)
        break
      case 'batch-complete':
        if (says.tier === completionTier(this.#tiers)) this.roster.complete(says, time)
        break
      case 'batch-error':
        this.errors.push({ error: says.error, time, only: this.roster.onlyRunning })
        break
      case 'merging':
        this.merging = says.branch
        break
      case 'runs-locally':
        this.isLocal = true
        break
      case 'history-id':
        this.historyId ??= says.id
        break
      case 'run-status':
        if (says.status === 'running') this.isRunning = true
        break
      default:
    }
    const begins = says.kind === 'start' || (says.kind === 'run-status' && says.status === 'running')
    if (begins || this.roster.lastBegun?.startedAt === time) this.startedAt ??= time
  }
}

/** The batches that are known without the stream: those of the plan, else those of the history. */
export const plannedBatches = ({ plan, history }: Run): readonly Planned[] =>
  plan?.batches ?? history?.batches.map(({ id, name }) => ({ id, name, dependsOn: [] })) ?? []

/** The best tiers seen, and whether the backend sends statuses. */
interface Tiers {
  readonly start: Tier
  readonly completion: Tier
  readonly speaksStatus: boolean
}

const UNSEEN: Tiers = { start: 3, completion: 3, speaksStatus: false }

function withTier(tiers: Tiers, says: MessageClaim): Tiers {
  switch (says.kind) {
    case 'run-status':
      return { ...tiers, speaksStatus: true }
    case 'batch-status':
      return {
        start: says.status === 'running' ? 1 : tiers.start,
        completion: says.status === 'completed' ? 1 : tiers.completion,
        speaksStatus: true,
      }
    case 'batch-start':
      return says.tier < tiers.start ? { ...tiers, start: says.tier } : tiers
    case 'batch-complete':
      return says.tier < tiers.completion ? { ...tiers, completion: says.tier } : tiers
    default:
      return tiers
  }
}

/**
 * The tier of claims that count, for starts and completions separately. A backend that sends `status` or `batch_status` sends
 * `batch_status` for every batch, so no sentence in a log line counts then, not even before the first completion.
 */
const startTier = ({ start, speaksStatus }: Tiers): Tier => (speaksStatus && start === 3 ? 2 : start)
const completionTier = ({ completion, speaksStatus }: Tiers): Tier =>
  speaksStatus && completion === 3 ? 2 : completion
