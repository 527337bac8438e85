import type { Step } from './messages'

/** One epoch of a scope as its pages know it: the published state, and the steps that led to it. */
export interface Channel {
  readonly version: number
  /**
   * Reads the source, and returns what pages need to reach its state: a step, a snapshot if no step can lead there, or null if
   * nothing changed.
   */
  advance(): Step | 'snapshot' | null
  /** The published state, as JSON. */
  state(): string
  /** The steps from an earlier version to the published one; null if they can't be proved complete [SYNC-2]. */
  since(version: number): Step[] | null
  /** The digest of the published state; null for a log [SYNC-6]. */
  digest(): number | null
  /** Forgets what only saves work: the scope has had no pages for a while. */
  rest(): void
}
