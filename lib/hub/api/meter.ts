import type { LinkState, RunStatus } from '../../run/model'
import type { MessageClaim } from '../../run/observation'

/** A bound on what is kept and shown of a run, or of the fleet's findings. */
export type ReachedBound = 'batches' | 'state-messages' | 'findings'

/** Counts what happens in the hub. The cost of a call does not depend on the length of a run. */
export interface HubMeter {
  /**
   * A new message of a run. `waited`: the time from its receipt until it was taken in, ms; `lag`: the time from its stamp
   * to its receipt, corrected by the clock offset, ms; null if it can't be measured, as in a replay.
   */
  message(kind: MessageClaim['kind'], waited: number, lag: number | null): void
  /** A frame that is not a message, or a message with unknown contents. */
  unparsed(): void
  /**
   * A bound is reached: a run was not followed, a recording was not imported, a past was not read, or a part of a run or of the
   * fleet's findings is not kept and shown [SAFE-5].
   */
  refused(bound: 'runs' | 'imports' | 'pasts' | ReachedBound, details?: object): void
  /** This many of the oldest lines of logs were dropped [SAFE-5]. */
  dropped(lines: number): void
}

/** The contents of the hub now, for callers that ask now and then. */
export interface HubState {
  links: { backend: LinkState; docker: LinkState }
  runs: ReadonlyMap<RunStatus, number>
  /** The approximate memory of all logs. */
  logBytes: number
  /** The size of what was received from the backend and is not yet taken in. */
  queuedBytes: number
}

/** Counts nothing. */
export const unmetered: HubMeter = {
  message: () => undefined,
  unparsed: () => undefined,
  refused: () => undefined,
  dropped: () => undefined,
}
