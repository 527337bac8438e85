import type { Step } from './messages'

/** One epoch of a scope as its pages know it: the published state, and the steps that led to it. */
export interface Channel {
  readonly version: number
  /** Looks at the source. What pages need to get there: a step, a snapshot where no step would do, null if nothing. */
  advance(): Step | 'snapshot' | null
  /** The published state, as JSON. */
  state(): string
  /** The steps from an earlier version to the published one, or null where they can't be proved complete [SYNC-2]. */
  since(version: number): Step[] | null
  /** Of the published state; null for a log [SYNC-6]. */
  digest(): number | null
  /** Forgets what only spares work: nobody has listened for a while. */
  rest(): void
}
