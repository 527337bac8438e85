import type { LinkState, RunStatus } from '../../run/model'
import type { MessageClaim } from '../../run/observation'

/** A bound of what is kept and shown of a run, or of the fleet's findings. */
export type ReachedBound = 'batches' | 'state-messages' | 'findings'

/** What the hub counts as it happens. A call costs the same, however long a run is. */
export interface HubMeter {
  /**
   * A message of a run that was not known before. `waited`: from its receipt until it was taken in, ms; `lag`: from its
   * stamp to its receipt, by clocks made equal, ms; null where that can't be told, as of a replay's.
   */
  message(kind: MessageClaim['kind'], waited: number, lag: number | null): void
  /** A frame that is no message, or one with unknown words. */
  unparsed(): void
  /** A bound is reached: a run was not followed, a recording not imported, or not all of a run, or of the fleet's findings, is kept and shown [SAFE-5]. */
  refused(bound: 'runs' | 'imports' | ReachedBound, details?: object): void
  /** So many of the oldest lines of logs are gone [SAFE-5]. */
  dropped(lines: number): void
}

/** What the hub holds now, for who asks now and then. */
export interface HubState {
  links: { backend: LinkState; docker: LinkState }
  runs: ReadonlyMap<RunStatus, number>
  /** What all logs take of memory, about. */
  logBytes: number
  /** What was received from the backend and is not yet taken in. */
  queuedBytes: number
}

/** Counts nothing. */
export const unmetered: HubMeter = {
  message: () => undefined,
  unparsed: () => undefined,
  refused: () => undefined,
  dropped: () => undefined,
}
