import type { Batch, RunFields } from '../../run/model'
import type { Publisher } from '../../sync/publisher'
import { fleetScope, logScope, runScope } from '../../sync/scope'
import { runDocument } from '../../sync/shapes'
import type { LogBuffer } from '../logs'

/** A run as pages see it. */
export interface ShownRun {
  readonly runId: string
  readonly log: LogBuffer
  view(): { fields: RunFields; batches: Batch[] }
}

/** What pages are told of runs: a scope for each run, one for its log, and the fleet's, which lists them all. */
export class RunPages {
  readonly #publisher: Publisher

  constructor(publisher: Publisher) {
    this.#publisher = publisher
  }

  /** Starts to publish the run and its log, though the fleet need not list it yet. */
  open(state: ShownRun): void {
    this.#publisher.open(runScope(state.runId), () => {
      const { fields, batches } = state.view()
      return runDocument(fields, batches)
    })
    this.#publisher.openLog(logScope(state.runId), state.log)
  }

  /** What is shown of the run may have changed. */
  changed({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.touch(runScope(runId))
    this.#publisher.touch(fleetScope)
  }

  logChanged({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.touch(logScope(runId))
  }

  /** Another execution took the run's place [RUN-14]. */
  replaced({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.resetEpoch(runScope(runId))
    this.#publisher.resetEpoch(logScope(runId))
  }

  /** The run is no longer known: its pages are told. */
  close({ runId }: Pick<ShownRun, 'runId'>): void {
    this.#publisher.close(runScope(runId))
    this.#publisher.close(logScope(runId))
    this.#publisher.touch(fleetScope)
  }

  /** The fleet lists others, or its links have changed. */
  fleetChanged(): void {
    this.#publisher.touch(fleetScope)
  }
}
