import type { ContainerFacts } from './container-facts'

/** The facts of a run that decide whether a container is its own. Times in ms on the backend's clock, usually also the Engine's. */
export interface CandidateRun {
  runId: string
  historyId: string | null
  /** Null while no message of the run has come. */
  startedAt: number | null
  endedAt: number | null
  /**
   * Of a run that died with the backend's process: when that was known. `endedAt` is then only its last sign [RUN-11.4], and the run
   * may have begun more between the two.
   */
  diedBy?: number
  /** True if it was started from here, and no message of it has come yet. */
  isStarting?: true
  /** True if it is not known when its batches began; `startedAt` of each is then the earliest possible time. */
  beginsUnknown?: true
  batches: readonly { id: string; name: string; startedAt: number | null; branch: string | null }[]
  /** When a container was created, by the clock of the run's times; absent if the backend's clock was never set [RUN-16.9]. */
  createdAt?: (container: ContainerFacts) => number
  /** By how much the server's clock is ahead of the clock of the run's times, ms; absent if they agree. */
  clockOffset?: number
}

/** Until when a run may have begun a batch, ms; null while the run is open. */
export const lastOf = ({ endedAt, diedBy }: CandidateRun): number | null =>
  endedAt === null ? null : Math.max(endedAt, diedBy ?? endedAt)
