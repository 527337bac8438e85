import type { Logger } from 'pino'
import type { BackendHttp } from '../backend/http'
import type { Replay } from '../backend/replay'
import { serverNow } from '../clock/clock'
import { standingNow } from '../clock/our-clock-watch'
import { CLAIMS_ALONE, type Links, type AmbiguousContainer } from '../run/links'
import type { RunStatus } from '../run/model'
import type { OurClock } from '../run/observation'
import type { DockerState } from '../run/links'
import type { StatePublisher } from '../sync/publisher'
import { batchLogScope } from '../sync/scope'
import { type HubMeter, hubRefusals, type HubState, ReachedBounds, sampled } from './api'
import { type BackendLink, PlanReadings, FollowSession, type FollowSessionHost, UnheardStarts } from './follow'
import { AgentLogs, LogBudget } from './logs'
import type { Header, Recorder, RecordingFile } from './recording'
import { EndLog, type Rebuilt, RunPages, RunRecordings, Runs, RunState, type RunStore, type StateHost } from './runs'

export interface LifecycleOptions {
  backendUrl: URL
  /** Where the runs come from; the backend's URL without credentials. */
  origin: StateHost['origin']
  http: BackendHttp
  link: BackendLink
  publisher: StatePublisher
  store: RunStore
  /** Null: nothing is recorded. */
  recorder: Recorder | null
  log: Logger
  meter: HubMeter
}

/** The evidence of Docker, as `DockerEvidence` provides it. */
export interface DockerNow {
  readonly state: DockerState
  /** By run id: the containers that may belong to the run. */
  readonly ambiguous: ReadonlyMap<string, readonly AmbiguousContainer[]>
}

const MAX_LIVE = 200

/** Opens, follows, shows, archives, merges and forgets runs, and notifies the pages of each change. */
export class Lifecycle {
  readonly runs: Runs
  readonly agentLogs: AgentLogs
  readonly unheard = new UnheardStarts({
    isFollowed: state => !this.#isClosed && this.#sessions.has(state),
    discard: state => this.discard(state),
    failed: (state, error) => this.#stateHost.failed(state, error),
  })
  /** The sessions of the runs that are followed now. */
  readonly #sessions = new Map<RunState, FollowSession>()
  readonly #options: LifecycleOptions
  readonly #pages: RunPages
  readonly #budget: LogBudget
  readonly #recordings: RunRecordings
  readonly #stateHost: StateHost
  readonly #sessionHost: FollowSessionHost
  #docker: DockerNow = { state: CLAIMS_ALONE.docker, ambiguous: new Map() }
  #changed: (() => void) | null = null
  #isClosed = false

  constructor(options: LifecycleOptions) {
    const { origin, backendUrl, http, link, publisher, store, recorder, log, meter } = options
    this.#options = options
    const oddMessage = sampled((details: object) => log.warn(details, 'message from the backend not understood'))
    const stepFailed = sampled((details: object) => log.error(details, 'a step failed; the next goes on'))
    const ends = new EndLog(log)
    const bounds = new ReachedBounds(meter)
    const failed = ({ runId }: RunState, error: unknown) => stepFailed({ runId, err: error })
    this.#budget = new LogBudget(undefined, lines => meter.dropped(lines))
    this.#pages = new RunPages(publisher)
    this.#recordings = new RunRecordings(origin.backend, recorder, log)
    this.runs = new Runs(origin.backend, store, state => this.#forget(state))
    this.agentLogs = new AgentLogs(this.#budget, {
      opened: (runId, batchId, lines) => {
        this.runs.getByCurrentId(runId)?.merged.add(lines, batchId)
        publisher.openLog(batchLogScope(runId, batchId), lines)
      },
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
      origin,
      logs: this.#budget,
      pages: this.#pages,
      links: state => this.#linksOf(state),
      record: (state, entry, urgent) => this.#recordings.append(state, entry, urgent),
      heard: ({ says, at }, lag) => meter.message(says.kind, Math.max(0, serverNow() - at), lag),
      updated: (state, derived) => {
        ends.look(state, derived)
        bounds.look(state, derived.view.findings, { runId: state.runId })
        this.#sessions.get(state)?.runChanged(derived)
        this.#mergeFound(state, derived.view.historyId)
        this.#changed?.()
      },
      failed,
    }
    const sessions = this.#sessions
    this.#sessionHost = {
      ...{ backendUrl, http, health: link.health, runs: this.runs, plans: new PlanReadings(http) },
      get followed() {
        return sessions.size
      },
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

  /** @param changed called when a run has changed, or is no longer known */
  listen(changed: () => void): void {
    this.#changed = changed
  }

  /** The session of a followed run. */
  sessionOf(state: RunState): FollowSession | undefined {
    return this.#sessions.get(state)
  }

  /** The number of runs that are followed now. */
  get liveRuns(): number {
    return this.#sessions.size
  }

  /** Counts the runs and the memory that are held now. Updates every run. */
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

  /** Creates a run to follow. The fleet does not show it before `show`. Throws a `HubError` if the run can't be created. */
  create(runId: string, spec: string | null): FollowSession {
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

  /** Rebuilds the recorded runs, the oldest first, and continues to follow those that were followed [REC-7]. */
  async restore(): Promise<Rebuilt[]> {
    const { agentLogs } = this
    const reopen = (header: Header) => this.#reopen(header)
    const abandon = (state: RunState) => {
      this.#unpublish(state)
      return this.runs.remove(state)
    }
    const all = await this.#recordings.rebuild({ agentLogs, reopen, abandon })
    for (const rebuilt of all) await this.#resume(rebuilt)
    // The store may have evicted some of them for lack of room.
    return all.filter(({ state }) => state !== null && this.runs.getByCurrentId(state.runId) === state)
  }

  /** Adds a run that only the history contains [RUN-13]. Returns undefined if there are too many runs. */
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

  /** The run's recording up to now, with the freshness of its sources. Undefined if the run is not recorded [IMP-1]. */
  exported(state: RunState): Promise<RecordingFile> | undefined {
    return this.#recordings.exported(state, { kind: 'exported', at: serverNow(), links: this.#linksOf(state) })
  }

  /** The file with the run's recording; null while some of it can't be written. Undefined if the run is not recorded. */
  recordingOf(state: RunState): string | null | undefined {
    return this.#recordings.file(state)
  }

  /** Removes a run that turned out not to exist. */
  async discard(state: RunState): Promise<void> {
    this.#unfollow(state)
    const removed = this.runs.remove(state)
    this.#forget(state)
    await removed
  }

  /** The backend sends nothing more for this run. From now on the store keeps its final state. */
  async archive(state: RunState): Promise<void> {
    this.#unfollow(state)
    if (!this.runs.isStored(state)) this.#recordings.append(state, { kind: 'archived' }, true)
    // From now on the run has the link that all runs share, which may have become live at another moment.
    state.update()
    await this.#keep(state)
  }

  /** The run found in the history is the followed run: its evidence moves to that run, and its address leads there [RUN-13]. */
  async merge(found: RunState, followed: RunState): Promise<void> {
    const at = serverNow()
    // Removed first: an update of the followed run, which its new evidence leads to, must not find it and merge it again.
    const removed = this.runs.remove(found)
    this.runs.rename(found.runId, followed)
    for (const { batchId, by, container } of found.evidence) {
      followed.observe({ kind: 'container', at, batch: { id: batchId, by }, container })
      this.agentLogs.assign(container.id, { runId: followed.runId, batchId })
    }
    for (const note of found.notes) followed.observe(note)
    this.#recordings.append(followed, { kind: 'renamed', from: found.runId }, true)
    this.#forget(found)
    followed.update()
    await removed
  }

  /** The machine's clock was set. Unfinished runs keep the step; a finished run needs only how the clock stands [RUN-16.14]. */
  clockWasSet(step: OurClock): void {
    for (const state of this.runs.all()) {
      if (this.runs.isStored(state)) continue
      const { isOver } = state
      ;(this.#sessions.get(state) ?? state).observe(isOver ? { ...step, by: 0 } : step)
    }
  }

  /** The link to the backend has changed. */
  backendLinkChanged(): void {
    for (const session of this.#sessions.values()) session.linkMayHaveChanged()
    this.#linksChanged()
  }

  /** The link to Docker has changed, or the containers without a certain run have. */
  dockerChanged({ state, ambiguous }: DockerNow): void {
    this.#docker = { state, ambiguous }
    this.#linksChanged()
  }

  /** Docker has listed all containers. This changes nothing for a finished run. */
  dockerListed({ state, ambiguous }: DockerNow): void {
    this.#docker = { state, ambiguous }
    for (const run of this.runs.all()) if (!run.isOver) run.linksChanged()
    this.#pages.fleetChanged()
  }

  #linksChanged(): void {
    for (const run of this.runs.all()) run.linksChanged()
    this.#pages.fleetChanged()
  }

  /** Connects to every lost stream at once. */
  connectNow(): void {
    for (const session of this.#sessions.values()) session.connectNow()
  }

  /** The backend's health was requested. */
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

  /** Begins to publish the run. A tentative run is not yet in the fleet. */
  #open(state: RunState, tentative: boolean): RunState {
    this.runs.add(state, tentative)
    this.#pages.open(state)
    return state
  }

  /**
   * Nothing is received before the session's `follow`.
   * @param replay what is known of the run's messages from before a restart
   */
  #follow(state: RunState, replay?: Replay): FollowSession {
    const session = new FollowSession(state, this.#sessionHost, replay)
    this.#sessions.set(state, session)
    // From now on the run's link is the link of its session.
    state.update()
    return session
  }

  #unfollow(state: RunState): void {
    this.#sessions.get(state)?.close()
    this.#sessions.delete(state)
  }

  #reopen({ backend, runId, spec, since }: Header): RunState | null {
    if (backend !== this.#options.origin.backend || this.runs.getByCurrentId(runId)) return null
    return this.#open(new RunState(runId, this.#stateHost, spec, since), false)
  }

  /** Restores what was expected of the backend when the recording ended. */
  async #resume({ state, replay, renamed, lost, isArchived }: Rebuilt): Promise<void> {
    if (!state) return
    for (const old of renamed) this.runs.rename(old, state)
    if (lost) state.observe(lost)
    state.update()
    if (isArchived && state.isOver) await this.#keep(state)
    else if (state.current.view.basis === 'stream') {
      const session = this.#follow(state, replay ?? undefined)
      session.runChanged(state.current)
      session.follow(true)
      void this.unheard.discardUnheard(session)
    } else if (state.isOver) await this.archive(state)
  }

  /** From now on the store keeps the run, as long as there is room. */
  async #keep(state: RunState): Promise<void> {
    await this.runs.archive(state)
    let hasMore = true
    while (hasMore && this.#recordings.isOverfull) hasMore = await this.runs.evict()
  }

  /** Removes the run and its recording, and closes its pages' scopes. */
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
    const backend = this.#sessions.get(state)?.link ?? this.#options.link.state
    const { state: docker, ambiguous } = this.#docker
    return { backend, docker, undecided: ambiguous.get(state.runId) ?? CLAIMS_ALONE.undecided }
  }

  /** If the history lists this run under that id, the run found there is this run [RUN-13]. */
  #mergeFound(state: RunState, historyId: string | null): void {
    const found = historyId === null ? undefined : this.runs.getByCurrentId(historyId)
    if (!found || found === state || !this.#sessions.has(state) || this.#sessions.has(found)) return
    if (this.runs.isResumeOf(found, state)) return
    this.merge(found, state).catch((error: unknown) => this.#stateHost.failed(state, error))
  }
}
