import type { Batch, RunFields } from '../../run/model'
import type { StatePublisher } from '../../sync/publisher'
import { fleetScope, logScope, mergedLogScope, runScope } from '../../sync/scope'
import { runDocument } from '../../sync/shapes'
import type { LogBuffer, MergedLog } from '../logs'

/** A run as pages see it. */
export interface ShownRun {
  readonly runId: string
  readonly log: LogBuffer
  readonly merged: MergedLog
  view(): { fields: RunFields; batches: Batch[] }
}

/** Publishes the runs to the pages: a scope for each run, one for its log, one for its merged log, and the fleet's, which lists them all. */
export class RunPages {
  readonly #publisher: StatePublisher

  constructor(publisher: StatePublisher) {
    this.#publisher = publisher
  }

  /** Starts to publish the run and its log. The fleet may list it later. */
  open(state: ShownRun): void {
    this.#publisher.open(runScope(state.runId), () => {
      const { fields, batches } = state.view()
      return runDocument(fields, batches)
    })
    this.#publisher.openLog(logScope(state.runId), state.log)
    this.#publisher.openLog(mergedLogScope(state.runId), state.merged)
  }

  /** The view of the run may have changed. */
  changed({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.touch(runScope(runId))
    this.#publisher.touch(fleetScope)
  }

  logChanged({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.touch(logScope(runId))
  }

  mergedChanged(runId: string): void {
    this.#publisher.touch(mergedLogScope(runId))
  }

  /** The lines of the merged log have other numbers now. */
  mergedRenumbered(runId: string): void {
    this.#publisher.resetEpoch(mergedLogScope(runId))
  }

  /** Another execution has replaced the run's earlier one [RUN-14]. */
  replaced({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.resetEpoch(runScope(runId))
    this.#publisher.resetEpoch(logScope(runId))
  }

  /** The run is no longer known: its scopes are closed. */
  close({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.close(runScope(runId))
    this.#publisher.close(logScope(runId))
    this.#publisher.close(mergedLogScope(runId))
    this.#publisher.touch(fleetScope)
  }

  /** The list of the fleet or its links have changed. */
  fleetChanged(): void {
    this.#publisher.touch(fleetScope)
  }
}
