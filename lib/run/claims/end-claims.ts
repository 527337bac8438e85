import type { MessageClaim } from '../observation'
import type { StoredMessage } from '../run'

/** A claim that the run has ended. */
export interface EndClaim {
  readonly message: StoredMessage
  /** Its index among all kept messages of the run. */
  readonly place: number
  /** Whether the orchestrator's own messages before it lead to such an end. */
  readonly isLedTo: boolean
}

/** The claims that decide how a run ended. Takes in the kept messages one by one, in the backend's order. */
export class EndClaims {
  readonly ends: EndClaim[] = []
  first: StoredMessage | undefined
  /** The orchestrator's last message about the run or a batch. */
  lastWord: StoredMessage | undefined
  lastWordPlace = -1
  /** The last sign that the run was at work. */
  lastSign: StoredMessage | undefined
  lastFinal: StoredMessage | undefined
  #length = 0
  readonly #orchestrator = new OrchestratorState()

  hear(message: StoredMessage): void {
    const place = this.#length
    const isLedTo = this.#isLedTo(message.says)
    if (isLedTo !== null) this.ends.push({ message, place, isLedTo })
    this.#orchestrator.hear(message)
    this.first ??= message
    if (isOrchestratorMessage(message)) {
      this.lastWord = message
      this.lastWordPlace = place
    }
    if (isSignOfWork(message)) this.lastSign = message
    if (isFinalOutcome(message)) this.lastFinal = message
    this.#length += 1
  }

  /** Null if the message claims no end. */
  #isLedTo(says: MessageClaim): boolean | null {
    switch (says.kind) {
      case 'run-status':
        return says.status === 'running' ? null : true
      case 'success':
      case 'execution-aborted':
        return true
      // Agents print nothing before the orchestrator's first message, so an earlier message is the orchestrator's.
      case 'missing':
        return !this.#orchestrator.begun
      case 'execution-failed':
        return this.#orchestrator.leadsTo(says.error)
      default:
        return null
    }
  }
}

/** Follows the orchestrator's own messages up to a point, to decide whether they lead to a failure there. */
class OrchestratorState {
  begun = false
  #failing = false
  #merging = false
  #batchBegun = false
  #speaksStatus = false
  readonly #running = { starts: 0, ends: 0 }

  hear({ says }: StoredMessage): void {
    switch (says.kind) {
      case 'run-status':
        this.#speaksStatus = true
        this.#merging = false
        this.#failing ||= says.status === 'failed'
        break
      case 'batch-status':
        this.#speaksStatus = true
        this.#merging = false
        this.#batchBegun = true
        this.#failing ||= says.status === 'failed'
        if (says.status === 'running') this.#running.starts += 1
        else if (says.status !== 'pending') this.#running.ends += 1
        break
      case 'batch-start':
        if (says.tier === 3) return
        this.#merging = false
        this.#batchBegun = true
        if (!this.#speaksStatus) this.#running.starts += 1
        break
      case 'batch-complete':
        if (says.tier === 3) return
        this.#merging = false
        if (!this.#speaksStatus) this.#running.ends += 1
        break
      case 'batch-error':
        this.#failing = true
        break
      case 'merging':
        this.#merging = true
        break
      case 'start':
      case 'success':
        break
      default:
        return
    }
    this.begun = true
  }

  /**
   * Whether "Execution failed: …" comes from the orchestrator here. Agents can print the same on stderr once a batch has
   * begun. A reason that only the orchestrator gives is believed if it is possible in the current state.
   */
  leadsTo(error: string): boolean {
    if (this.#failing || !this.#batchBegun) return true
    if (MERGE_FAILED.test(error)) return this.#merging
    const idle = this.#running.starts <= this.#running.ends
    // In every generation that sends `status`, a failed status comes before these two errors.
    if (error.startsWith('Task panic:')) return !this.#speaksStatus
    if (error.startsWith('Deadlock:')) return !this.#speaksStatus && idle
    // While other batches are at work, a merge in progress proves nothing: the agent of any of them may have printed this.
    return this.#merging && idle
  }
}

const MERGE_FAILED = /^(Merge failed|AI could not resolve all conflicts)/

/** True if the error says that a merge failed, which revokes the completion of its batch [RUN-5]. */
export const isMergeFailure = (error: string | null): boolean => error !== null && MERGE_FAILED.test(error)

/** The orchestrator reports on the run or a batch: only such a message revokes an earlier end that an `error` message reported. */
const isOrchestratorMessage = ({ says }: StoredMessage): boolean =>
  says.kind === 'run-status' ||
  says.kind === 'batch-status' ||
  says.kind === 'success' ||
  ((says.kind === 'batch-start' || says.kind === 'batch-complete') && says.tier < 3)

/** A sign that the run was at work at that time. An abort is one, too, whether the orchestrator or an agent printed it. */
const isSignOfWork = (message: StoredMessage): boolean =>
  isOrchestratorMessage(message) || message.says.kind === 'execution-aborted'

/** The orchestrator's own message that the run is over, which no later message revokes. */
const isFinalOutcome = ({ says }: StoredMessage): boolean =>
  says.kind === 'success' || (says.kind === 'run-status' && says.status !== 'running')
