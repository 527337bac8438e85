import { BackendError, type BackendHttp } from '../../backend/http'
import { serverNow } from '../../clock/clock'
import type { PlanBatch } from '../../run/observation'
import type { Runs, RunState } from '../runs'
import type { PlanReadings } from './plan-readings'
import { isTurnOfCalm, nextRound } from './rounds'

/** The part of the hub that the poller uses and reports to. */
export interface PollerHost {
  readonly http: BackendHttp
  readonly plans: PlanReadings
  /** How many runs are followed now. */
  readonly followed: number
  /** Shows whether other runs share the plan or the history entry. */
  readonly runs: Pick<Runs, 'hasOther' | 'hasOtherOf'>
  odd(state: RunState, reason: string): void
  /** A step failed by an error of our own. The next step runs as usual. */
  failed(state: RunState, error: unknown): void
}

export interface PollerListener {
  /** The stream of the run is live, and plan and history say no more than it. */
  readonly isCalm: boolean
  /** A round has ended, even if nothing could be read. */
  read(): void
}

const HISTORY_AGAIN = 60_000

/**
 * Reads plan and history of a followed run every 3 s until the run ends, and once after that. Where many runs are followed, a calm
 * one is read less often [RUN-9.16].
 */
export class PlanAndHistoryPoller {
  #timer: NodeJS.Timeout | null = null
  #over = false
  #readAfterEnd = false
  #closed = false
  #historyAgainAt = 0
  /** When the last round began, by the monotonic clock, ms. */
  #lastAt = 0
  /** True once another run of the spec was at work beside this one: from then on the plan may always hold the other run's work. */
  #shared: boolean

  readonly #state: RunState
  readonly #host: PollerHost
  readonly #listener: PollerListener

  constructor(state: RunState, host: PollerHost, listener: PollerListener) {
    this.#state = state
    this.#host = host
    this.#listener = listener

    this.#shared = state.hasSharedPlan
  }

  /** Whether the run is over, and nothing is left to read of it. Its total is not known without its plan [RUN-8]. */
  get done(): boolean {
    return this.#over && (this.#readAfterEnd || this.#state.spec === null)
  }

  /** Begins a reading immediately. */
  pollNow(): void {
    this.#schedule(0, () => this.#round(false))
  }

  runIs(over: boolean): void {
    this.#over = over
    this.#readAfterEnd = false
    if (over) this.pollNow()
  }

  /** Another execution has begun: what was learned of the one before does not count [RUN-14]. */
  reset(): void {
    this.#over = this.#readAfterEnd = this.#shared = false
  }

  close(): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  /** Reads the plan now. Rejects with a `BackendError`. An empty plan changes nothing [RUN-8]. */
  async readPlan(spec: string): Promise<void> {
    this.#takePlan(spec, await this.#host.plans.read(spec))
  }

  #takePlan(spec: string, batches: PlanBatch[]): void {
    // The message that says when this run began may have come just now.
    this.#state.update()
    this.#shared ||= this.#host.runs.hasOther(this.#state, spec)
    if (this.#closed || batches.length === 0) return
    // After the run's end another run may have written the plan: it gives the batches, but does not show how this run
    // stands.
    if (this.#over && this.#state.hasPlan) return
    this.#state.observePlan({ spec, batches, shared: this.#shared || this.#over })
  }

  #schedule(delay: number, round: () => Promise<void>): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = this.#closed ? null : setTimeout(() => void round(), delay)
  }

  #scheduleNext(): void {
    const delay = nextRound(this.#lastAt, this.#state.spec) - performance.now()
    // Rounded up: a round must not begin before its time.
    this.#schedule(Math.ceil(Math.max(0, delay)), () => this.#round(true))
  }

  /** @param isShared the run takes part in a round of all runs of its spec */
  async #round(isShared: boolean): Promise<void> {
    this.#lastAt = performance.now()
    const over = this.#over
    const { spec } = this.#state
    try {
      if (spec !== null && !this.#readAfterEnd && (!isShared || this.#hasTurn)) {
        const { plans } = this.#host
        this.#takePlan(spec, await (isShared ? plans.shared(spec) : plans.read(spec)))
        await this.#readHistory(spec)
        this.#readAfterEnd = over
      }
    } catch (error) {
      // The link shows that the backend is away, and the next round asks again. A backend that gave a bad answer would
      // repeat it.
      if (!(error instanceof BackendError)) this.#host.failed(this.#state, error)
      if (!(error instanceof BackendError) || error.kind === 'bad-answer') this.#readAfterEnd = over
    }
    if (this.#closed) return
    try {
      this.#listener.read()
    } catch (error) {
      this.#host.failed(this.#state, error)
    }
    this.#scheduleNext()
  }

  get #hasTurn(): boolean {
    return !this.#listener.isCalm || isTurnOfCalm(this.#lastAt, this.#state.spec, this.#host.followed)
  }

  async #readHistory(spec: string): Promise<void> {
    const id = this.#state.current.view.historyId
    if (id === null || serverNow() < this.#historyAgainAt) return
    const { incarnation } = this.#state
    try {
      const entry = await this.#host.http.history(spec, id)
      if (!entry || this.#closed || this.#state.incarnation !== incarnation) return
      const shared = this.#host.runs.hasOtherOf(this.#state, id)
      this.#state.observe({ kind: 'history', at: serverNow(), ...entry, ...(shared && { shared }) })
    } catch (error) {
      if (!(error instanceof BackendError) || error.kind !== 'bad-answer') throw error
      // Most likely a generation without history. A request in every round would only fill the log.
      this.#historyAgainAt = serverNow() + HISTORY_AGAIN
      this.#host.odd(this.#state, error.message)
    }
  }
}
