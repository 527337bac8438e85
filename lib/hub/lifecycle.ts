import type { Logger } from 'pino'
import type { BackendHttp } from '../backend/http'
import type { Replay } from '../backend/replay'
import { serverNow } from '../clock/clock'
import { standingNow } from '../clock/our-clock-watch'
import { CLAIMS_ALONE, type Links, type AmbiguousContainer } from '../run/evidence'
import type { RunStatus } from '../run/model'
import type { OurClock } from '../run/observation'
import type { DockerState } from '../run/verdict'
import type { Publisher } from '../sync/publisher'
import { batchLogScope } from '../sync/scope'
import { type HubMeter, hubRefusals, type HubState, ReachedBounds, sampled } from './api'
import { type BackendLink, Session, type SessionHost } from './follow'
import { AgentLogs, LogBudget } from './logs'
import type { Header, Recorder, RecordingFile } from './recording'
import { EndLog, type Rebuilt, RunPages, RunRecordings, Runs, RunState, type RunStore, type StateHost } from './runs'

export interface LifecycleOptions {
  backendUrl: URL
  /** The same without credentials. */
  backend: string
  http: BackendHttp
  link: BackendLink
  publisher: Publisher
  store: RunStore
  /** Null: nothing is recorded. */
  recorder: Recorder | null
  log: Logger
  meter: HubMeter
}

/** What Docker shows, as `DockerEvidence` has it. */
export interface DockerNow {
  readonly state: DockerState
  /** Containers that may be a run's own, by its id. */
  readonly ambiguous: ReadonlyMap<string, readonly AmbiguousContainer[]>
}

const MAX_LIVE = 200
/** How long a backend may take to say that it does not know a run, ms. */
const UNHEARD_FOR = 30_000
/** For how long a start that was not answered may still be carried out by a busy backend, ms. */
const MAY_BEGIN_FOR = 5 * 60_000

/** What becomes of a run here: opened, followed, shown, archived, made one with another, forgotten; pages are told of each. */
export class Lifecycle {
  readonly runs: Runs
  readonly agentLogs: AgentLogs
  /** The runs that are followed at the backend right now. */
  readonly #sessions = new Map<RunState, Session>()
  readonly #options: LifecycleOptions
  readonly #pages: RunPages
  readonly #budget: LogBudget
  readonly #recordings: RunRecordings
  readonly #stateHost: StateHost
  readonly #sessionHost: SessionHost
  #docker: DockerNow = { state: CLAIMS_ALONE.docker, ambiguous: new Map() }
  #changed: (() => void) | null = null
  #isClosed = false

  constructor(options: LifecycleOptions) {
    const { backend, backendUrl, http, link, publisher, store, recorder, log, meter } = options
    this.#options = options
    const oddMessage = sampled((details: object) => log.warn(details, 'message from the backend not understood'))
    const stepFailed = sampled((details: object) => log.error(details, 'a step failed; the next goes on'))
    const ends = new EndLog(log)
    const bounds = new ReachedBounds(meter)
    const failed = ({ runId }: RunState, error: unknown) => stepFailed({ runId, err: error })
    this.#budget = new LogBudget(undefined, lines => meter.dropped(lines))
    this.#pages = new RunPages(publisher)
    this.#recordings = new RunRecordings(backend, recorder, log)
    this.runs = new Runs(backend, store, state => this.#forget(state))
    this.agentLogs = new AgentLogs(this.#budget, {
      opened: (runId, batchId, lines) => publisher.openLog(batchLogScope(runId, batchId), lines),
      appended: (runId, batch, { source: container, at, stream, text }) => {
        const state = this.runs.getByCurrentId(runId)
        this.#recordings.append(state, { kind: 'output', container, batch, at, stream, text }, false)
        publisher.touch(batchLogScope(runId, batch))
      },
      rebuilt: (runId, batchId, container) => {
        this.#recordings.append(this.runs.getByCurrentId(runId), { kind: 'left', container }, false)
        publisher.resetEpoch(batchLogScope(runId, batchId))
      },
      closed: (runId, batchId) => publisher.close(batchLogScope(runId, batchId)),
    })
    this.#stateHost = {
      backend,
      logs: this.#budget,
      pages: this.#pages,
      links: state => this.#linksOf(state),
      record: (state, entry, urgent) => this.#recordings.append(state, entry, urgent),
      heard: ({ says, at }, lag) => meter.message(says.kind, Math.max(0, serverNow() - at), lag),
      updated: (state, derived) => {
        ends.look(state, derived)
        bounds.look(state, derived.view.findings, { runId: state.runId })
        this.#sessions.get(state)?.follows(derived)
        this.#mergeFound(state, derived.view.historyId)
        this.#changed?.()
      },
      failed,
    }
    this.#sessionHost = {
      ...{ backendUrl, http, health: link.health, runs: this.runs },
      finished: ({ state }) => {
        this.archive(state).catch((error: unknown) => failed(state, error))
      },
      odd: ({ runId }, reason) => {
        meter.unparsed()
        oddMessage({ runId, reason })
      },
      failed,
    }
  }

  /** @param changed called when a run says something new, or is no longer known */
  listen(changed: () => void): void {
    this.#changed = changed
  }

  /** The session of a followed run. */
  sessionOf(state: RunState): Session | undefined {
    return this.#sessions.get(state)
  }

  /** How many runs are followed right now. */
  get liveRuns(): number {
    return this.#sessions.size
  }

  /** What is held now; looks at every run. */
  holding(): Pick<HubState, 'runs' | 'logBytes' | 'queuedBytes'> {
    const runs = new Map<RunStatus, number>()
    for (const state of this.runs.all()) {
      state.update()
      const { status } = state.current.view
      runs.set(status, (runs.get(status) ?? 0) + 1)
    }
    const queuedBytes = [...this.#sessions.values()].reduce((sum, { queued }) => sum + queued, 0)
    return { runs, logBytes: this.#budget.bytes, queuedBytes }
  }

  /** A run to be followed, which the fleet does not show before `show`. Throws a `HubError` where that can't be. */
  create(runId: string, spec: string | null): Session {
    if (this.#isClosed) throw hubRefusals.stopping()
    if (this.runs.has(runId)) throw hubRefusals.runIdInUse(runId)
    if (this.#sessions.size >= MAX_LIVE) {
      this.#options.meter.refused('runs', { runId })
      throw hubRefusals.tooManyRuns(MAX_LIVE)
    }
    const state = this.#open(new RunState(runId, this.#stateHost, spec), true)
    this.#recordings.begin(state)
    const session = this.#follow(state)
    const standing = standingNow()
    if (standing) session.observe(standing)
    this.#date(state)
    return session
  }

  /** Rebuilds the runs that were recorded, and follows on those that were followed [REC-7]. The oldest come first. */
  async restore(): Promise<Rebuilt[]> {
    const { agentLogs } = this
    const reopen = (header: Header) => this.#reopen(header)
    const abandon = (state: RunState) => {
      this.#unpublish(state)
      return this.runs.remove(state)
    }
    const all = await this.#recordings.rebuild({ agentLogs, reopen, abandon })
    for (const rebuilt of all) await this.#resume(rebuilt)
    // For some there may have been no room.
    return all.filter(({ state }) => state !== null && this.runs.getByCurrentId(state.runId) === state)
  }

  /** A run that only the history tells of [RUN-13]; undefined where there are too many runs. */
  foundInHistory(historyId: string, spec: string): RunState | undefined {
    const open = [...this.runs.all()].filter(state => !this.runs.isStored(state)).length
    if (open >= MAX_LIVE * 2) {
      this.#options.meter.refused('runs', { historyId })
      return undefined
    }
    this.#options.log.info({ historyId, spec }, 'a run that nobody announced was found in the history')
    const state = this.#open(new RunState(historyId, this.#stateHost, spec), false)
    this.#recordings.begin(state)
    const standing = standingNow()
    if (standing) state.observe(standing)
    this.#date(state)
    return state
  }

  show(state: RunState): void {
    this.#recordings.show(state)
    state.update()
    this.#mergeFound(state, state.current.view.historyId)
    this.runs.show(state)
    this.#pages.fleetChanged()
  }

  /** What is recorded of the run up to now, and how fresh its sources are; undefined where it is not recorded [IMP-1]. */
  exported(state: RunState): Promise<RecordingFile> | undefined {
    return this.#recordings.exported(state, { kind: 'exported', at: serverNow(), links: this.#linksOf(state) })
  }

  /** It turned out to be none. */
  async discard(state: RunState): Promise<void> {
    this.#unfollow(state)
    const removed = this.runs.remove(state)
    this.#forget(state)
    await removed
  }

  /** Nothing more comes from the backend: the store keeps what is to be seen of it. */
  async archive(state: RunState): Promise<void> {
    this.#unfollow(state)
    if (!this.runs.isStored(state)) this.#recordings.append(state, { kind: 'archived' }, true)
    // From now on its link is that of all runs, which may be live since another moment.
    state.update()
    await this.#keep(state)
  }

  /** What was found in the history is a run that is followed: its evidence goes there, and its address leads there [RUN-13]. */
  async merge(found: RunState, followed: RunState): Promise<void> {
    const at = serverNow()
    for (const { batchId, by, container } of found.evidence) {
      followed.observe({ kind: 'container', at, batch: { id: batchId, by }, container })
      this.agentLogs.assigned(container.id, { runId: followed.runId, batchId })
    }
    this.#recordings.append(followed, { kind: 'renamed', from: found.runId }, true)
    const removed = this.runs.remove(found)
    this.runs.rename(found.runId, followed)
    this.#forget(found)
    followed.update()
    await removed
  }

  /** The machine's clock was set: runs that go on keep that; of one that is over only how it stands matters [RUN-16.14]. */
  clockWasSet(step: OurClock): void {
    for (const state of this.runs.all()) {
      if (this.runs.isStored(state)) continue
      const { isOver } = state
      ;(this.#sessions.get(state) ?? state).observe(isOver ? { ...step, by: 0 } : step)
    }
  }

  /** The link to the backend is another than before. */
  backendLinkChanged(): void {
    for (const session of this.#sessions.values()) session.linkMayHaveChanged()
    this.#linksChanged()
  }

  /** The link to Docker is another than before, or what may be whose. */
  dockerChanged({ state, ambiguous }: DockerNow): void {
    this.#docker = { state, ambiguous }
    this.#linksChanged()
  }

  /** Docker was listed: to a run that is over that says nothing. */
  dockerListed({ state, ambiguous }: DockerNow): void {
    this.#docker = { state, ambiguous }
    for (const run of this.runs.all()) if (!run.isOver) run.linksChanged()
    this.#pages.fleetChanged()
  }

  #linksChanged(): void {
    for (const run of this.runs.all()) run.linksChanged()
    this.#pages.fleetChanged()
  }

  /** The backend was asked how it is. */
  asked(): void {
    for (const session of this.#sessions.values()) session.linkMayHaveChanged()
    for (const state of this.runs.all()) if (!this.runs.isStored(state)) this.#date(state)
  }

  #date(state: RunState): void {
    const { clockOffset } = this.#options.http
    if (clockOffset !== null) state.dateBy(clockOffset)
  }

  close(): void {
    this.#isClosed = true
    for (const session of this.#sessions.values()) session.close()
    for (const state of this.runs.all()) state.close()
  }

  /** It begins to be published, though the fleet need not show it yet. */
  #open(state: RunState, tentative: boolean): RunState {
    this.runs.add(state, tentative)
    this.#pages.open(state)
    return state
  }

  /** Nothing is listened to before the session's `follow`. @param replay what is known of its messages from before a restart */
  #follow(state: RunState, replay?: Replay): Session {
    const session = new Session(state, this.#sessionHost, replay)
    this.#sessions.set(state, session)
    // Its link is the session's from now on.
    state.update()
    return session
  }

  #unfollow(state: RunState): void {
    this.#sessions.get(state)?.close()
    this.#sessions.delete(state)
  }

  #reopen({ backend, runId, spec, since }: Header): RunState | null {
    if (backend !== this.#options.backend || this.runs.getByCurrentId(runId)) return null
    return this.#open(new RunState(runId, this.#stateHost, spec, since), false)
  }

  /** What was expected of the backend when the recording ended still is. */
  async #resume({ state, replay, renamed, lost, isArchived }: Rebuilt): Promise<void> {
    if (!state) return
    for (const old of renamed) this.runs.rename(old, state)
    if (lost) state.observe(lost)
    state.update()
    if (isArchived && state.isOver) await this.#keep(state)
    else if (state.current.view.basis === 'stream') {
      const session = this.#follow(state, replay ?? undefined)
      session.follows(state.current)
      session.follow(true)
      this.#discardUnheard(session).catch((error: unknown) => this.#stateHost.failed(state, error))
    } else if (state.isOver) await this.archive(state)
  }

  /**
   * Forgets a run whose start was not answered, once the backend has said for 5 min that it does not know it [RUN-2.13]. A
   * backend that is away says nothing, and is waited for.
   */
  discardUnlessBegun(session: Session): void {
    const { state } = session
    const look = () => {
      const since = state.unknownSince
      if (this.#isClosed || !this.#sessions.has(state) || state.wasHeardOf) return
      if (since === null || serverNow() - since < MAY_BEGIN_FOR) this.#later(look)
      else this.discard(state).catch((error: unknown) => this.#stateHost.failed(state, error))
    }
    this.#later(look)
  }

  #later(look: () => void): void {
    setTimeout(look, UNHEARD_FOR).unref()
  }

  /** It ended before it was known whether its start was heard: it was not. */
  async #discardUnheard(session: Session): Promise<void> {
    await session.readyWithin(UNHEARD_FOR)
    if (session.state.neverExisted && this.#sessions.has(session.state)) await this.discard(session.state)
  }

  /** From now on the store keeps it, as long as there is room. */
  async #keep(state: RunState): Promise<void> {
    await this.runs.archive(state)
    let hasMore = true
    while (hasMore && this.#recordings.isOverfull) hasMore = await this.runs.evict()
  }

  /** It is no longer known, nor recorded: pages are told. */
  #forget(state: RunState): void {
    this.#recordings.remove(state)
    this.#unpublish(state)
  }

  #unpublish(state: RunState): void {
    state.close()
    this.agentLogs.forget(state.runId)
    this.#pages.close(state)
    this.#changed?.()
  }

  #linksOf(state: RunState): Links {
    const { link, since } = this.#sessions.get(state)?.link ?? this.#options.link
    const { state: docker, ambiguous } = this.#docker
    return { backend: { link, since }, docker, undecided: ambiguous.get(state.runId) ?? CLAIMS_ALONE.undecided }
  }

  /** The run that was found in the history under that id is this one [RUN-13]. */
  #mergeFound(state: RunState, historyId: string | null): void {
    const found = historyId === null ? undefined : this.runs.getByCurrentId(historyId)
    if (!found || found === state || !this.#sessions.has(state) || this.#sessions.has(found)) return
    if (this.runs.isResumeOf(found, state)) return
    this.merge(found, state).catch((error: unknown) => this.#stateHost.failed(state, error))
  }
}
