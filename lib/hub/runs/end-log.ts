import type { Logger } from 'pino'
import { isOver } from '../../run/is-over'
import type { Derived } from '../../run/view'
import type { RunState } from './run-state'

/** Writes once to the server's log that a run has ended. If the end is taken back and the run ends again, it is written again. */
export class EndLog {
  readonly #told = new WeakSet<RunState>()

  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  look(state: RunState, { view }: Derived): void {
    if (!isOver(view.status)) {
      this.#told.delete(state)
      return
    }
    if (this.#told.has(state)) return
    this.#told.add(state)
    const { status, inferred, startedAt, endedAt } = view
    const seconds =
      startedAt === null || endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000
    this.#log.info({ runId: state.runId, status, inferred, seconds }, 'run ended')
  }
}
