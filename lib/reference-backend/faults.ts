/** The messages that a fault affects: the nth from now (1 is the next one), or every message whose text it accepts. */
export type Match = number | ((frame: string) => boolean)

export interface Failure {
  /** The agent's exit code; default 1. */
  exitCode?: number
  /** The reason that replaces the generation's own. The part after a blank line appears only with "Execution failed". */
  text?: string
  /** The backend completes the batch although its agent failed. */
  unnoticed?: boolean
}

/** `unresolved` and `resolved`: conflicts, and help with them that fails or succeeds. `failed`: "Merge failed". */
export type MergeOutcome = 'unresolved' | 'resolved' | 'failed'

/**
 * The faults that a test has planned. Losses and duplicates reproduce the join race of a reader: the forwarder appends to the
 * history and then broadcasts, a reader copies the history and then subscribes, so a message in between reaches the reader twice or
 * never.
 */
export class Faults {
  /** The delay of live messages between their time stamp and their sending, ms. */
  delay = 0
  readonly #lost = new Set<(frame: string) => boolean>()
  readonly #doubled = new Set<(frame: string) => boolean>()
  readonly #failures = new Map<string, Failure>()
  readonly #merges = new Map<string, MergeOutcome>()

  /** Matching messages enter the history but are never sent live. A call of the result ends this. */
  lose(match: Match): () => void {
    return plan(this.#lost, match)
  }

  /** Matching messages are sent twice to live readers, with identical bytes. A call of the result ends this. */
  duplicate(match: Match): () => void {
    return plan(this.#doubled, match)
  }

  /** How often a live reader receives this message: 0, 1 or 2. */
  copies(frame: string): number {
    // Call every matcher, so that each keeps its own count of messages.
    const lost = [...this.#lost].filter(matches => matches(frame)).length > 0
    const doubled = [...this.#doubled].filter(matches => matches(frame)).length > 0
    return lost ? 0 : doubled ? 2 : 1
  }

  /** The next time this batch runs, its agent fails. */
  failBatch(batchId: string, failure: Failure = {}): void {
    this.#failures.set(batchId, failure)
  }

  exitCode(batchId: string): number {
    const failure = this.#failures.get(batchId)
    return failure === undefined ? 0 : (failure.exitCode ?? 1)
  }

  takeFailure(batchId: string): Failure | undefined {
    return take(this.#failures, batchId)
  }

  /** The next merge of this batch's branch has a conflict. */
  failMerge(batchId: string, outcome: MergeOutcome = 'unresolved'): void {
    this.#merges.set(batchId, outcome)
  }

  takeMerge(batchId: string): MergeOutcome | undefined {
    return take(this.#merges, batchId)
  }
}

function plan(planned: Set<(frame: string) => boolean>, match: Match): () => void {
  let left = match
  const matches = (frame: string): boolean => {
    if (typeof left === 'function') return left(frame)
    left -= 1
    if (left > 0) return false
    planned.delete(matches)
    return true
  }
  planned.add(matches)
  return () => void planned.delete(matches)
}

function take<V>(planned: Map<string, V>, batchId: string): V | undefined {
  const value = planned.get(batchId)
  planned.delete(batchId)
  return value
}
