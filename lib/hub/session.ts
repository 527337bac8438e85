import { BackendError, type BackendHttp } from '../backend/http'
import { RunStream } from '../backend/stream'
import { emptyRun, fold, type Run } from '../run/fold'
import { isOver, type Batch, type RunFields } from '../run/model'
import type { Observation } from '../run/observation'
import { iso } from '../run/time'
import { derive, type Derived } from '../run/view'
import type { Health } from './health'
import { LinkWatch } from './link-watch'
import { LogBuffer } from './log-buffer'

/** What a session asks of the hub, and tells it. */
export interface SessionHost {
  readonly backendUrl: URL
  /** The backend's URL without credentials. */
  readonly backend: string
  readonly http: BackendHttp
  readonly health: Pick<Health, 'healthyAt' | 'refusedAt' | 'since'>
  /** True where another run of the spec is at work, or was since this one is followed [RUN-8]. */
  isShared(session: Session, spec: string): boolean
  changed(session: Session): void
  logChanged(session: Session): void
  /** Another execution under the same id took the place of the one known [RUN-14]. */
  replaced(session: Session): void
  /** The run is over and its stream has ended: nothing will change any more. */
  finished(session: Session): void
  odd(session: Session, reason: string): void
  /** A step of the session went wrong by a fault of our own; it goes on with the next. */
  failed(session: Session, error: unknown): void
}

const POLL_EVERY = 3_000
const HEARD_EVERY = 1_000
const DERIVE_WITHIN = 20
const AHEAD_GRACE = 5_000
const STOP_GRACE = 2_000
const HISTORY_AGAIN = 60_000
const REJOIN_AT_MOST_EVERY = 15_000

/** One run: takes its observations in, folds them, keeps its log, and reads plan and history while it is at work. */
export class Session {
  readonly since = Date.now()
  readonly log = new LogBuffer()
  private readonly run: Run = emptyRun()
  private readonly stream: RunStream
  private derived: Derived | null = null
  private soon: NodeJS.Timeout | null = null
  private deadline: NodeJS.Timeout | null = null
  private poll: NodeJS.Timeout | null = null
  private readonly watch = new LinkWatch()
  private heardAt: number | null = null
  private aheadSince: number | null = null
  private aheadBefore = 0
  private rejoinedAt = 0
  private over = false
  private readAfterEnd = false
  private closed = false
  private historyAgainAt = 0
  /** Once another run of the spec was at work beside this one, the plan may hold its work for good. */
  private shared = false
  private readonly ready: (() => void)[] = []

  constructor(
    readonly runId: string,
    private readonly host: SessionHost,
    private specHint: string | null,
  ) {
    this.stream = new RunStream(host.backendUrl, runId, {
      observed: (observation, fresh) => {
        this.observe(observation, fresh)
      },
      odd: reason => {
        host.odd(this, reason)
      },
      caughtUp: () => {
        this.tellReady()
        host.changed(this)
      },
      stalled: () => {
        this.note('The backend cuts the stream again and again before it has caught up: lines may be missing here.')
      },
    })
  }

  /**
   * Begins to listen, and to read plan and history.
   * @param begun the run may have begun long ago: its numbers are not current before its story so far is read
   */
  follow(begun: boolean): void {
    this.stream.open(begun)
    this.schedulePoll(0)
  }

  /** Takes one observation in. `fresh`: its line is not in the log yet. */
  observe(observation: Observation, fresh = false): void {
    this.guard(() => this.take(observation, fresh))
  }

  private take(observation: Observation, fresh: boolean): void {
    const { incarnation } = this.run
    const { spec } = this
    const changed = fold(this.run, observation)
    if (this.run.incarnation !== incarnation) this.begunAnew()
    if (observation.kind === 'message') {
      if (fresh) this.keepLine(observation.time.ms, observation.stream, observation.text)
      this.hear(observation.at)
    }
    if (observation.kind === 'unknown-run') this.tellReady()
    if (!changed) return
    this.derived = null
    this.deriveSoon()
    // The plan of a run started elsewhere can be read as soon as its spec is known.
    if (spec !== this.spec && this.spec !== null) this.schedulePoll(0)
    this.host.changed(this)
  }

  /** The backend does not know this run, and nothing was ever heard of it. */
  get neverExisted(): boolean {
    return this.run.unknown !== null && this.run.first === null && this.run.accepted === null
  }

  get isOver(): boolean {
    return isOver(this.view().fields.status)
  }

  get isStopping(): boolean {
    return this.run.stopAt !== null
  }

  get spec(): string | null {
    return this.run.spec ?? this.specHint
  }

  /** Resolves once the run's story so far is read, or the backend does not know it, or after so many ms. */
  async readyWithin(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      this.ready.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** The state as of now. Derived once, however often it is read, until something changes. */
  view(): { fields: RunFields; batches: Batch[] } {
    const now = Date.now()
    const { view } = this.derive(now)
    const { batches, ...rest } = view
    this.updateLink(now)
    return {
      batches,
      fields: {
        ...rest,
        spec: rest.spec ?? this.specHint,
        runId: this.runId,
        backend: this.host.backend,
        link: { backend: this.watch.link, docker: 'off' },
        linkSince: iso(this.watch.since),
        dockerSince: null,
        heardAt: iso(this.heardAt),
      },
    }
  }

  /** The stop that we sent was accepted. @param at when it was sent, ms */
  stopped(at: number): void {
    this.observe({ kind: 'stop', at })
    // The word of it may have been lost; then only a fresh join can tell.
    setTimeout(() => {
      this.guard(() => {
        if (!this.closed && !this.isOver) this.stream.rejoin()
      })
    }, STOP_GRACE).unref()
  }

  /** Reads the plan now; rejects with a `BackendError`. An empty plan changes nothing [RUN-8]. */
  async readPlan(spec: string): Promise<void> {
    const batches = await this.host.http.plan(spec)
    this.shared ||= this.host.isShared(this, spec)
    if (this.closed || batches.length === 0) return
    // After the end another run may have written the plan: it gives the batches, but says nothing of this run.
    if (this.over && this.run.plan) return
    this.observe({ kind: 'plan', at: Date.now(), spec, batches, shared: this.shared || this.over })
  }

  /** The backend's health was asked anew: the link may have changed. */
  linkMayHaveChanged(): void {
    this.guard(() => {
      if (this.updateLink(Date.now())) this.host.changed(this)
    })
  }

  close(): void {
    this.closed = true
    this.stream.close()
    for (const timer of [this.deadline, this.poll, this.soon]) if (timer) clearTimeout(timer)
    this.tellReady()
  }

  /** What a new state asks of its sources must happen also where no page looks. */
  private deriveSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = null
      this.guard(() => {
        if (!this.closed) this.derive(Date.now())
      })
    }, DERIVE_WITHIN)
  }

  private derive(now: number): Derived {
    const due = this.derived?.deadline
    if (this.derived && (due === null || due === undefined || due > now)) return this.derived
    const derived = derive(this.run, now)
    this.derived = derived
    this.follows(derived, now)
    return derived
  }

  /** What a new state of the run asks of its sources. */
  private follows({ view, wantsRejoin, ahead }: Derived, now: number): void {
    if (this.closed) return
    const over = isOver(view.status)
    if (over !== this.over) {
      this.over = over
      this.readAfterEnd = false
      if (over) this.stream.finish()
      else this.stream.resume()
      if (over) this.schedulePoll(0)
    }
    if (wantsRejoin) this.rejoin(now)
    if (ahead !== this.aheadBefore) this.aheadSince = ahead > this.aheadBefore ? now : null
    this.aheadBefore = ahead
    this.scheduleDeadline(now)
  }

  private rejoin(now: number): void {
    // A join that is under way, or has not yet told what it can, is not cut short by another.
    if (this.stream.lostAt !== null || now - this.rejoinedAt < REJOIN_AT_MOST_EVERY) return
    this.rejoinedAt = now
    // Not from within the stream's own callback.
    setImmediate(() => {
      if (!this.closed) this.stream.rejoin()
    })
  }

  private updateLink(now: number): boolean {
    const { healthyAt, refusedAt, since } = this.host.health
    const streamLostAt = this.over ? null : this.stream.lostAt
    const changed = this.watch.look({ healthyAt, refusedAt, since, streamLostAt }, now)
    this.scheduleDeadline(now)
    return changed
  }

  /** Wakes when the passing of time alone changes what is shown. */
  private scheduleDeadline(now: number): void {
    if (this.deadline) clearTimeout(this.deadline)
    this.deadline = null
    const due = [this.derived?.deadline, this.watch.deadline].filter(at => at !== null && at !== undefined)
    if (due.length === 0 || this.closed) return
    this.deadline = setTimeout(
      () => {
        this.deriveSoon()
        this.guard(() => this.host.changed(this))
      },
      Math.max(0, Math.min(...due) - now) + 1,
    )
  }

  private schedulePoll(delay: number): void {
    if (this.poll) clearTimeout(this.poll)
    this.poll = this.closed ? null : setTimeout(() => void this.readSources(), delay)
  }

  /** Plan and history, until the end and once after it. */
  private async readSources(): Promise<void> {
    const { over, spec } = this
    if (spec !== null && !this.readAfterEnd) {
      try {
        await this.readPlan(spec)
        await this.readHistory(spec)
        this.readAfterEnd = over
      } catch (error) {
        // That the backend is away shows in its link; the next round asks again.
        if (!(error instanceof BackendError)) this.host.failed(this, error)
      }
    }
    if (this.closed) return
    this.checkStream(Date.now())
    if (this.over && this.stream.done) this.host.finished(this)
    this.schedulePoll(POLL_EVERY)
  }

  private async readHistory(spec: string): Promise<void> {
    const id = this.derive(Date.now()).view.historyId
    if (id === null || Date.now() < this.historyAgainAt) return
    try {
      const { incarnation } = this.run
      const entry = await this.host.http.history(spec, id)
      if (entry && !this.closed && this.run.incarnation === incarnation)
        this.observe({ kind: 'history', at: Date.now(), ...entry })
    } catch (error) {
      if (!(error instanceof BackendError) || error.kind !== 'bad-answer') throw error
      // A generation without history, most likely: asking at every round would only fill the log.
      this.historyAgainAt = Date.now() + HISTORY_AGAIN
      this.host.odd(this, error.message)
    }
  }

  /**
   * A plan or history ahead of the stream for 5 s means a dead stream [RUN-9]. A fresh join that was wanted too soon after
   * another is made up for here [RUN-4].
   */
  private checkStream(now: number): void {
    if (this.derive(now).wantsRejoin) this.rejoin(now)
    if (this.over || this.aheadSince === null || now - this.aheadSince < AHEAD_GRACE) return
    this.aheadSince = null
    this.rejoin(now)
  }

  private begunAnew(): void {
    this.over = this.readAfterEnd = this.shared = false
    this.derived = null
    this.aheadSince = null
    this.aheadBefore = 0
    this.log.clear()
    this.stream.resume()
    this.host.replaced(this)
  }

  private hear(at: number): void {
    if (this.heardAt !== null && at - this.heardAt < HEARD_EVERY) return
    this.heardAt = at
    this.host.changed(this)
  }

  private tellReady(): void {
    for (const tell of this.ready.splice(0)) tell()
  }

  private keepLine(at: number, stream: 'stdout' | 'stderr' | 'system', text: string): void {
    this.log.append({ at: iso(at), source: 'backend', stream, text })
    this.host.logChanged(this)
  }

  /** What goes wrong in one step must end neither the session nor, from a timer or a socket, the server. */
  private guard(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.host.failed(this, error)
    }
  }

  private note(text: string): void {
    this.keepLine(Date.now(), 'system', text)
  }
}
