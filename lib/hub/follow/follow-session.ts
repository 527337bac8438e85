import type { Replay } from '../../backend/replay'
import { RunStream, type StreamListener } from '../../backend/stream'
import { serverNow } from '../../clock/clock'
import { guarded } from '../../run/guarded'
import { isOver } from '../../run/is-over'
import type { Observation } from '../../run/observation'
import type { BackendState } from '../../run/links'
import type { Derived } from '../../run/view'
import type { Health } from './health'
import { LinkWatch } from './link-watch'
import { PlanAndHistoryPoller, type PollerHost } from './plan-and-history-poller'
import type { RunState } from '../runs'

/** The part of the hub that a session uses and reports to; `Lifecycle` provides it. */
export interface FollowSessionHost extends PollerHost {
  readonly backendUrl: URL
  readonly health: Pick<Health, 'healthyAt' | 'refusedAt' | 'since'>
  /** The run is over and its stream has ended: the backend sends nothing more. */
  finished(session: FollowSession): void
}

const AHEAD_GRACE = 5_000
const STOP_GRACE = 2_000
const REJOIN_AT_MOST_EVERY = 15_000

/** A run that is over is followed on until its stream has ended and its plan was read once more. */
type Phase =
  | {
      readonly kind: 'at work'
      /** By how many batches plan or history are ahead of the stream, and since when, ms. */
      readonly ahead: number
      readonly aheadSince: number | null
    }
  | { readonly kind: 'over' | 'closed' }

const AT_WORK: Phase = { kind: 'at work', ahead: 0, aheadSince: null }

/** Follows one run at the backend: its stream, and its plan and history while it is at work. */
export class FollowSession {
  readonly #stream: RunStream
  readonly #poller: PlanAndHistoryPoller
  readonly #watch = new LinkWatch(() => this.linkMayHaveChanged())
  #phase: Phase = AT_WORK
  #rejoinedAt = 0
  #spec: string | null
  #incarnation: number
  readonly #ready: (() => void)[] = []

  readonly #host: FollowSessionHost

  constructor(
    readonly state: RunState,
    host: FollowSessionHost,
    /** The run's messages that are known from before a restart. */
    replay?: Replay,
  ) {
    this.#host = host

    this.#spec = state.spec
    this.#incarnation = state.incarnation
    const listener: StreamListener = {
      observed: (observation, fresh) => this.#hear(observation, fresh),
      odd: reason => host.odd(state, reason),
      caughtUp: () => {
        this.#tellReady()
        this.linkMayHaveChanged()
      },
      stalled: () => {
        state.note('The backend cuts the stream again and again before it has caught up: lines may be missing here.')
      },
    }
    this.#stream = new RunStream(host.backendUrl, state.runId, listener, replay)
    const isCalm = () => this.#isCalm
    this.#poller = new PlanAndHistoryPoller(state, host, {
      get isCalm() {
        return isCalm()
      },
      read: () => this.#afterReading(),
    })
  }

  /**
   * Begins to receive the stream, and to read plan and history.
   * @param begun the run may have begun long ago: its numbers are not current before the replay is read
   */
  follow(begun: boolean): void {
    this.#stream.open(begun)
    this.#poller.pollNow()
    this.linkMayHaveChanged()
  }

  /** Connects to a lost stream at once. */
  connectNow(): void {
    this.#stream.connectNow()
  }

  /** Takes in one observation. `fresh`: its line is not in the log yet. */
  observe(observation: Observation, fresh = false): void {
    this.#guard(() => {
      this.state.observe(observation, fresh)
      if (observation.kind === 'accepted' && observation.sent !== undefined) this.#stream.started(observation.sent)
      if (observation.kind === 'our-clock') this.#stream.ourClock(observation.ahead)
      if (this.state.incarnation !== this.#incarnation) this.#reset()
      if (observation.kind === 'unknown-run') this.#tellReady()
      if (observation.kind === 'message') this.#specMayBeTold()
      else this.#updateLink()
    })
  }

  /** A backend may no longer know a run that is over, for example after a restart. That does not change how the run ended. */
  #hear(observation: Observation, fresh: boolean): void {
    if (observation.kind !== 'unknown-run' || this.#phase.kind !== 'over') this.observe(observation, fresh)
  }

  /** Resolves when the replay is read, when the backend does not know the run, or after `ms`. */
  async readyWithin(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#ready.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** The approximate size of what was received and is not yet taken in, bytes. */
  get queued(): number {
    return this.#stream.queued
  }

  /** The link to the backend, for this run [RUN-9]. */
  get link(): BackendState {
    return this.#watch.state
  }

  /** The backend accepted our stop. @param at when it was sent, ms */
  stopped(at: number): void {
    this.observe({ kind: 'stop', at })
    // The message about the stop may be lost. Then only a new connection can show it.
    setTimeout(() => {
      this.#guard(() => {
        if (this.#phase.kind !== 'closed' && !this.state.isOver) this.#stream.rejoin()
      })
    }, STOP_GRACE).unref()
  }

  /** Reads the plan now; rejects with a `BackendError`. An empty plan changes nothing [RUN-8]. */
  async readPlan(spec: string): Promise<void> {
    await this.#poller.readPlan(spec)
  }

  /** The backend's health was requested again, so the link may have changed. */
  linkMayHaveChanged(): void {
    this.#guard(() => this.#updateLink())
  }

  /** Adapts stream and polling to a new state of the run. */
  runChanged({ view, wantsRejoin, ahead }: Derived): void {
    if (this.#phase.kind === 'closed') return
    const now = serverNow()
    const over = isOver(view.status)
    if (over !== (this.#phase.kind === 'over')) {
      this.#phase = over ? { kind: 'over' } : AT_WORK
      if (over) this.#stream.finish()
      else this.#stream.resume()
      this.#poller.runIs(over)
      this.#updateLink()
    }
    if (wantsRejoin) this.#rejoin(now)
    if (this.#phase.kind === 'at work' && ahead !== this.#phase.ahead)
      this.#phase = { kind: 'at work', ahead, aheadSince: ahead > 0 ? now : null }
  }

  close(): void {
    this.#phase = { kind: 'closed' }
    this.#stream.close()
    this.#poller.close()
    this.#watch.close()
    this.#tellReady()
  }

  /** Whether the stream is live, and plan and history say no more than it [RUN-9.16]. */
  get #isCalm(): boolean {
    const isAgreed = this.#phase.kind === 'at work' && this.#phase.ahead === 0 && !this.state.current.wantsRejoin
    return isAgreed && this.#stream.lostAt === null
  }

  /** Returns whether it reconnects. If it is too soon, the caller must ask again. */
  #rejoin(now: number): boolean {
    // A connection that is still opening, or still replaying, is not replaced by another.
    if (this.#stream.lostAt !== null || now - this.#rejoinedAt < REJOIN_AT_MOST_EVERY) return false
    this.#rejoinedAt = now
    // Deferred: the stream must not be closed within its own callback.
    setImmediate(() => {
      if (this.#phase.kind !== 'closed') this.#stream.rejoin()
    })
    return true
  }

  #updateLink(): void {
    if (this.#phase.kind === 'closed') return
    const { healthyAt, refusedAt, since } = this.#host.health
    const streamLostAt = this.#phase.kind === 'over' ? null : this.#stream.lostAt
    if (this.#watch.look({ healthyAt, refusedAt, since, streamLostAt })) this.state.linksChanged()
  }

  /**
   * If a plan or the history is ahead of the stream for 5 s, the stream is dead [RUN-9]. A reconnection that was wanted
   * too soon after another one, for this or for an abort [RUN-4], is repeated here.
   */
  #afterReading(): void {
    const now = serverNow()
    if (this.state.current.wantsRejoin) this.#rejoin(now)
    const phase = this.#phase
    if (phase.kind === 'at work' && phase.aheadSince !== null && now - phase.aheadSince >= AHEAD_GRACE) {
      if (this.#rejoin(now)) this.#phase = { ...phase, aheadSince: null }
    }
    if (phase.kind === 'over' && this.#stream.done && this.#poller.done) this.#host.finished(this)
  }

  /** The plan of a run started elsewhere can be read as soon as its spec is known. */
  #specMayBeTold(): void {
    const { spec } = this.state
    if (spec === this.#spec) return
    this.#spec = spec
    this.#poller.pollNow()
  }

  #reset(): void {
    this.#incarnation = this.state.incarnation
    this.#phase = AT_WORK
    this.#poller.reset()
    this.#stream.resume()
  }

  #tellReady(): void {
    for (const tell of this.#ready.splice(0)) tell()
  }

  /** A failed step does not end the session. */
  #guard(step: () => void): void {
    guarded(step, error => this.#host.failed(this.state, error))
  }
}
