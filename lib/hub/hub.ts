import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { BackendError, BackendHttp } from '../backend/http'
import { EXECUTION_NOT_FOUND, type Spec } from '../backend/wire'
import type { Engine } from '../docker/engine'
import type { Links } from '../run/evidence'
import type { ContainerList, Fleet, LinkState, RunSummary, Snapshot } from '../run/model'
import { iso } from '../run/time'
import type { DockerState } from '../run/verdict'
import type { Document } from '../sync/document'
import type { Publisher } from '../sync/publisher'
import { batchLogScope, containersScope, fleetScope, logScope, runScope } from '../sync/scope'
import {
  containersDocument,
  fleetDocument,
  runDocument,
  toContainerList,
  toFleet,
  toSnapshot,
  type ContainersFields,
} from '../sync/shapes'
import { AgentLogs } from './agent-logs'
import { DockerEvidence } from './docker-evidence'
import { Health } from './health'
import { LinkWatch } from './link-watch'
import { LogBudget } from './log-budget'
import { RunState, type StateHost } from './run-state'
import { Runs } from './runs'
import { Session, type SessionHost } from './session'
import { MemoryStore, type RunStore } from './store'
import { thinned } from './thinned'
import { HubError, type HubApi, type LogPage, type StartRequest } from './types'
import { UnannouncedRuns } from './unannounced-runs'

const FIRST_FRAME = 3_000
const MAX_LIVE = 200
const NOT_WATCHED: DockerState = { link: 'off', since: 0, lists: [], imageMissing: false }

export interface HubOptions {
  backendUrl: URL
  /** Null: Docker is not watched. */
  engine: Engine | null
  publisher: Publisher
  log: Logger
  store?: RunStore
}

/** One backend's runs, what Docker shows of them, and the fleet of them all. */
export class Hub implements HubApi {
  readonly backend: string
  private readonly http: BackendHttp
  private readonly health: Health
  private readonly runsKnown: Runs
  private readonly sessions = new Map<RunState, Session>()
  private readonly found: UnannouncedRuns
  private readonly evidence: DockerEvidence | null
  private readonly agentLogs: AgentLogs
  /** Runs whose first word is awaited. */
  private readonly joining = new Map<string, ReturnType<HubApi['follow']>>()
  private readonly stateHost: StateHost
  private readonly sessionHost: SessionHost
  private readonly watch = new LinkWatch()
  private linkTimer: NodeJS.Timeout | null = null
  private readonly failed: (error: unknown) => void

  constructor(private readonly options: HubOptions) {
    const { backendUrl, publisher, log, engine } = options
    const bare = new URL(backendUrl)
    bare.username = bare.password = ''
    this.backend = bare.href.replace(/\/$/, '')
    this.http = new BackendHttp(backendUrl)
    const budget = new LogBudget()
    this.runsKnown = new Runs(this.backend, options.store ?? new MemoryStore(), state => this.forget(state))
    const oddMessage = thinned((details: object) => log.warn(details, 'message from a source not understood'))
    const stepFailed = thinned((details: object) => log.error(details, 'a step failed; the next goes on'))
    const failed = (error: unknown) => stepFailed({ err: error })
    this.failed = failed
    this.health = new Health(this.http, why => this.healthChanged(why), failed)
    this.stateHost = {
      backend: this.backend,
      logs: budget,
      links: state => this.linksOf(state),
      changed: ({ runId }) => {
        publisher.touch(runScope(runId))
        publisher.touch(fleetScope)
      },
      logChanged: ({ runId }) => publisher.touch(logScope(runId)),
      replaced: ({ runId }) => {
        publisher.renew(runScope(runId))
        publisher.renew(logScope(runId))
      },
      derived: (state, derived) => {
        this.sessions.get(state)?.follows(derived)
        this.saysHistoryId(state, derived.view.historyId)
        this.evidence?.runsChanged()
        publisher.touch(containersScope)
      },
      failed: ({ runId }, error) => stepFailed({ runId, err: error }),
    }
    this.sessionHost = {
      backendUrl,
      http: this.http,
      health: this.health,
      isShared: (state, spec) => this.runsKnown.hasOther(state, spec),
      finished: ({ state }) => {
        this.archive(state).catch((error: unknown) => stepFailed({ runId: state.runId, err: error }))
      },
      odd: ({ runId }, reason) => oddMessage({ runId, reason }),
      failed: ({ runId }, error) => stepFailed({ runId, err: error }),
    }
    this.agentLogs = new AgentLogs(budget, {
      opened: (runId, batchId, lines) => publisher.openLog(batchLogScope(runId, batchId), lines),
      appended: (runId, batchId) => publisher.touch(batchLogScope(runId, batchId)),
      rebuilt: (runId, batchId) => publisher.renew(batchLogScope(runId, batchId)),
      closed: (runId, batchId) => publisher.close(batchLogScope(runId, batchId)),
    })
    this.found = new UnannouncedRuns({
      http: this.http,
      runs: this.runsKnown,
      create: (historyId, spec) => this.foundInHistory(historyId, spec),
      ended: state => {
        this.archive(state).catch((error: unknown) => stepFailed({ runId: state.runId, err: error }))
      },
      merged: (found, followed) => {
        this.merge(found, followed).catch(failed)
      },
      odd: (spec, reason) => log.debug({ spec, reason }, 'the backend has no history of a spec, or an odd one'),
      failed,
    })
    this.evidence =
      engine &&
      new DockerEvidence(engine, {
        agentLogs: this.agentLogs,
        employers: since => this.runsKnown.employers(since),
        batch: (runId, batchId) => {
          const state = this.runsKnown.get(runId)
          return state && { over: state.isOver, batch: state.view().batches.find(({ id }) => id === batchId) }
        },
        observe: (runId, observation) => this.runsKnown.get(runId)?.observe(observation),
        appeared: () => this.found.hurry(),
        stateChanged: () => this.dockerChanged(),
        listChanged: () => publisher.touch(containersScope),
        odd: reason => oddMessage({ reason }),
        failed,
      })
    publisher.open(fleetScope, () => this.fleetDocument())
    publisher.open(containersScope, () => this.containersDocument())
    this.health.start()
    this.found.start()
    this.evidence?.start()
  }

  links(): { backend: LinkState; docker: LinkState } {
    return { backend: this.watch.link, docker: this.docker.link }
  }

  async fleet(): Promise<Fleet> {
    const { document, epoch, version } = present(await this.options.publisher.read(fleetScope))
    return toFleet(document, { epoch, version, now: iso(Date.now()) })
  }

  async runs(): Promise<RunSummary[]> {
    const snapshots = await Promise.all(this.runsKnown.newestFirst().map(({ runId }) => this.snapshot(runId)))
    return snapshots.flatMap(snapshot => {
      if (!snapshot) return []
      const { batches: _, ...summary } = snapshot
      return [summary]
    })
  }

  async snapshot(runId: string): Promise<Snapshot | undefined> {
    const published = await this.options.publisher.read(runScope(this.runsKnown.idOf(runId)))
    if (!published) return undefined
    const { document, epoch, version } = published
    return toSnapshot(document, { epoch, version, now: iso(Date.now()) })
  }

  async logs(runId: string, query: { batch?: string; after: number; limit: number }): Promise<LogPage | undefined> {
    const state = this.runsKnown.get(runId)
    if (!state) return undefined
    await this.runsKnown.opened(runId)
    const { batch, after, limit } = query
    const log = batch === undefined ? state.log : this.agentLogs.get(state.runId, batch)
    if (log) {
      const lines = [...log.after(after, limit)]
      return { lines, next: lines.at(-1)?.seq ?? after, dropped: log.dropped }
    }
    // A batch that no container has worked on yet.
    const exists = state.view().batches.some(({ id }) => id === batch)
    return exists ? { lines: [], next: after, dropped: 0 } : undefined
  }

  async specs(): Promise<Spec[]> {
    return asking(() => this.http.specs())
  }

  async containers(): Promise<ContainerList> {
    const { document, epoch, version } = present(await this.options.publisher.read(containersScope))
    return toContainerList(document, { epoch, version, now: iso(Date.now()) })
  }

  async stopContainer(id: string): Promise<void> {
    if (!this.evidence) throw new HubError('unreachable', 'Docker is not watched: DOCKER=off.')
    const { runId, batchId } = await this.evidence.stop(id)
    this.options.log.info({ containerId: id, runId, batchId }, 'container stopped')
    this.runsKnown.get(runId)?.note(`The container of ${batchId} was stopped from the dashboard: its run is over.`)
  }

  async start(request: StartRequest): Promise<{ runId: string }> {
    const runId = request.runId ?? `run-${String(Date.now())}-${randomBytes(3).toString('hex')}`
    const session = this.create(runId, request.spec)
    const { state } = session
    try {
      await asking(() => session.readPlan(request.spec))
      const { success, message } = await asking(() =>
        this.http.start({
          spec: request.spec,
          runId,
          dryRun: request.dryRun ?? false,
          model: request.model,
          resumeRunId: request.resumeRunId,
        }),
      )
      if (!success) {
        const words = message ?? 'The backend refused the start and gave no reason.'
        throw new HubError(/already running/i.test(words) ? 'conflict' : 'refused', words)
      }
    } catch (error) {
      // Nobody knows whether a start that got no answer in time was heard: the stream will tell.
      const open = error instanceof HubError && error.cause instanceof BackendError && error.cause.kind === 'timeout'
      if (open) {
        session.follow(true)
        this.show(state)
      } else await this.discard(state)
      throw error
    }
    session.observe({ kind: 'accepted', at: Date.now(), spec: request.spec, dryRun: request.dryRun ?? false })
    session.follow(false)
    this.show(state)
    this.options.log.info({ runId, spec: request.spec }, 'run started')
    return { runId }
  }

  async follow(runId: string, spec?: string): ReturnType<HubApi['follow']> {
    // Who asks while another waits for the first word gets what that one gets.
    const sameRun = this.joining.get(runId)
    if (sameRun) return { ...(await sameRun), created: false }
    const joining = this.join(runId, spec).finally(() => this.joining.delete(runId))
    this.joining.set(runId, joining)
    return joining
  }

  private async join(runId: string, spec: string | undefined): ReturnType<HubApi['follow']> {
    const known = await this.snapshot(runId)
    if (known) return { snapshot: known, created: false }
    const session = this.create(runId, spec ?? null)
    session.follow(true)
    await session.readyWithin(FIRST_FRAME)
    if (session.state.neverExisted) {
      await this.discard(session.state)
      throw new HubError('not-found', EXECUTION_NOT_FOUND)
    }
    this.show(session.state)
    this.found.hurry()
    const snapshot = await this.snapshot(runId)
    if (!snapshot) throw new HubError('not-found', 'The run was removed while it was being joined.')
    return { snapshot, created: true }
  }

  async stop(runId: string): Promise<void> {
    const state = this.runsKnown.get(runId)
    if (!state) throw new HubError('not-found', 'No such run is followed here.')
    if (state.isOver) throw new HubError('over', 'The run is already over.')
    const session = this.sessions.get(state)
    if (!session) {
      const words = 'The run is known from the backend’s history alone, which does not tell the id that a stop needs.'
      throw new HubError('conflict', `${words} Follow it by that id, or stop it where it was started.`)
    }
    if (state.isStopping) return
    const sent = Date.now()
    const { success, message } = await asking(() => this.http.stop(state.runId))
    if (success) session.stopped(sent)
    // The backend says yes to the first of two stops only.
    if (!isStopping(state)) {
      throw new HubError('refused', message ?? 'The backend refused the stop and gave no reason.')
    }
    this.options.log.info({ runId: state.runId }, 'stop sent')
  }

  /** How many runs are followed right now. */
  get liveRuns(): number {
    return this.sessions.size
  }

  close(): Promise<void> {
    this.health.stop()
    this.found.close()
    this.evidence?.close()
    if (this.linkTimer) clearTimeout(this.linkTimer)
    for (const session of this.sessions.values()) session.close()
    for (const state of this.runsKnown.all()) state.close()
    return Promise.resolve()
  }

  private get docker(): DockerState {
    return this.evidence?.state ?? NOT_WATCHED
  }

  private linksOf(state: RunState): Links {
    const { link, since } = this.sessions.get(state)?.link ?? this.watch
    return { backend: { link, since }, docker: this.docker }
  }

  private create(runId: string, spec: string | null): Session {
    if (this.runsKnown.has(runId)) throw new HubError('conflict', `The id ${runId} is in use. Choose another.`)
    if (this.sessions.size >= MAX_LIVE) {
      throw new HubError('refused', `${String(MAX_LIVE)} runs are followed already. Wait until one ends.`)
    }
    const state = this.open(runId, spec, true)
    const session = new Session(state, this.sessionHost)
    this.sessions.set(state, session)
    return session
  }

  /** The run begins to be published, though the fleet need not show it yet. */
  private open(runId: string, spec: string | null, tentative: boolean): RunState {
    const state = new RunState(runId, this.stateHost, spec)
    this.runsKnown.add(state, tentative)
    this.options.publisher.open(runScope(runId), () => this.runDocument(runId))
    this.options.publisher.openLog(logScope(runId), state.log)
    return state
  }

  private show(state: RunState): void {
    this.runsKnown.show(state)
    this.options.publisher.touch(fleetScope)
  }

  private async discard(state: RunState): Promise<void> {
    this.sessions.get(state)?.close()
    this.sessions.delete(state)
    this.forget(state)
    await this.runsKnown.remove(state)
  }

  /** It is no longer known: pages are told. */
  private forget(state: RunState): void {
    state.close()
    this.agentLogs.forget(state.runId)
    this.options.publisher.close(runScope(state.runId))
    this.options.publisher.close(logScope(state.runId))
    this.options.publisher.touch(fleetScope)
  }

  /** Nothing more comes from the backend: the store keeps what is to be seen of it. */
  private async archive(state: RunState): Promise<void> {
    this.sessions.get(state)?.close()
    this.sessions.delete(state)
    await this.runsKnown.archive(state)
  }

  private foundInHistory(historyId: string, spec: string): RunState | undefined {
    const open = [...this.runsKnown.all()].filter(state => !this.runsKnown.isStored(state)).length
    if (open >= MAX_LIVE * 2) return undefined
    this.options.log.info({ historyId, spec }, 'a run that nobody announced was found in the history')
    return this.open(historyId, spec, false)
  }

  /** What was found in the history under that id is this run; not from within the reading of either. */
  private saysHistoryId(state: RunState, historyId: string | null): void {
    if (historyId === null || !this.runsKnown.has(historyId) || !this.sessions.has(state)) return
    setImmediate(() => {
      const found = this.runsKnown.get(historyId)
      if (found && found !== state && !this.sessions.has(found)) this.merge(found, state).catch(this.failed)
    })
  }

  /** A run of the history turns out to be one that is followed: its evidence goes there, and its address leads there [RUN-13]. */
  private async merge(found: RunState, followed: RunState): Promise<void> {
    const at = Date.now()
    for (const { batchId, by, container } of found.evidence) {
      followed.observe({ kind: 'container', at, batch: { id: batchId, by }, container })
      this.agentLogs.assigned(container.id, { runId: followed.runId, batchId })
    }
    this.forget(found)
    const removed = this.runsKnown.remove(found)
    this.runsKnown.rename(found.runId, followed)
    this.evidence?.runsChanged()
    await removed
  }

  private runDocument(runId: string): Document {
    const { fields, batches } = present(this.runsKnown.get(runId)).view()
    return runDocument(fields, batches)
  }

  private fleetDocument(): Document {
    const now = Date.now()
    const fields = {
      backend: this.backend,
      link: this.links(),
      linkSince: iso(this.watch.since),
      dockerSince: this.dockerSince,
      findings: this.evidence?.findings(now) ?? [],
    }
    return fleetDocument(fields, this.runsKnown.newestFirst())
  }

  private containersDocument(): Document {
    const { link } = this.docker
    const fields: ContainersFields = {
      docker: { link, error: this.evidence?.error ?? null },
      dockerSince: this.dockerSince,
    }
    return containersDocument(fields, this.evidence?.list() ?? [])
  }

  private get dockerSince(): string | null {
    return this.evidence ? iso(this.docker.since) : null
  }

  private dockerChanged(): void {
    for (const state of this.runsKnown.all()) state.linksChanged()
    this.options.publisher.touch(fleetScope)
  }

  private healthChanged(failure: string | null): void {
    this.updateLink(failure)
    for (const session of this.sessions.values()) session.linkMayHaveChanged()
  }

  private updateLink(failure: string | null): void {
    const { healthyAt, refusedAt, since } = this.health
    const now = Date.now()
    const changed = this.watch.look({ healthyAt, refusedAt, since, streamLostAt: null }, now)
    const { link, deadline } = this.watch
    if (this.linkTimer) clearTimeout(this.linkTimer)
    this.linkTimer =
      deadline === null ? null : setTimeout(() => this.updateLink('no answer in time'), deadline - now + 1)
    if (!changed) return
    this.options.log.info({ link, failure }, 'link to the backend changed')
    this.options.publisher.touch(fleetScope)
    for (const state of this.runsKnown.all()) if (!this.sessions.has(state)) state.linksChanged()
  }
}

/** Asked anew, as an answer was awaited in between. */
const isStopping = (state: RunState) => state.isStopping

/** What is open by construction. Throws where that is broken. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A scope was read that is not open')
  return value
}

/** A backend that can't be reached, or answers nonsense, as the hub's own error. */
async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (!(cause instanceof BackendError)) throw cause
    throw new HubError(cause.kind === 'bad-answer' ? 'refused' : 'unreachable', cause.message, { cause })
  }
}
