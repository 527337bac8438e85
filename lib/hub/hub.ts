import type { Logger } from 'pino'
import { BackendHttp } from '../backend/http'
import type { Spec } from '../backend/wire'
import { AskedNow } from '../clock/asked-now'
import { serverNow } from '../clock/clock'
import type { Engine } from '../docker/engine/engine'
import type { BatchTasks } from '../run/batch-tasks'
import { boundedFindings } from '../run/findings'
import { isOver } from '../run/is-over'
import type { ContainerList, Fleet, LinkState, RunSummary, Snapshot } from '../run/model'
import type { SpecOverview, SpecRuns } from '../run/spec-pages'
import { iso } from '../run/time/time'
import { runsForUsual, usualOf, type Usual } from '../run/usual'
import { CLAIMS_ALONE, type DockerState } from '../run/links'
import type { Document } from '../sync/document'
import type { StatePublisher } from '../sync/publisher'
import { containersScope, DEFAULT_SITE, fleetScope, runScope } from '../sync/scope'
import { toContainerList, toFleet, toSnapshot } from '../sync/from-document'
import { containersDocument, fleetDocument, runDocument } from '../sync/shapes'
import {
  mapBackendErrors,
  type HubApi,
  type HubMeter,
  hubRefusals,
  type HubState,
  type LogChoice,
  type Moments,
  ReachedBounds,
  type SpecPlan,
  type NoteRequest,
  type StartRequest,
  sampled,
  unmetered,
} from './api'
import { BackendLink } from './follow'
import { Commands } from './commands'
import { DockerEvidence } from './evidence'
import { Imports } from './imports'
import { Lifecycle } from './lifecycle'
import { type FindLog, LogReader } from './logs'
import { OurClockWatch } from '../clock/our-clock-watch'
import { type Recorder, recorderFinding, type RecorderState, type RecordingFile } from './recording'
import { Pasts } from './past'
import { EarlierDurations, ExpectedEnds, SpecReads } from './specs'
import { MemoryStore, type RunState, type RunStore } from './runs'
import { DiscoveredRuns } from './discovery'

export interface HubOptions {
  /** The name of its site, if there can be several [SITE-3]. */
  site?: string
  backendUrl: URL
  /** Null: Docker is not watched. */
  engine: Engine | null
  publisher: StatePublisher
  log: Logger
  store?: RunStore
  meter?: HubMeter
  /** With a recorder, the hub connects to no source before `restore`. */
  recorder?: Recorder
  /** The imported recordings, which all sites show; their owner restores them. Without, none can be imported. */
  imports?: Imports
}

/** So old the moments of a run may be: they are asked for by everyone who comes near the slider; ms. */
const MOMENTS_OLD = 5_000

/** The runs of one backend, their evidence from Docker, and the fleet, which lists them all. */
export class Hub implements HubApi {
  readonly backend: string
  readonly site: string | null
  readonly imports: Imports
  readonly logs = new LogReader((runId, choice) => this.#logOf(runId, choice))
  readonly #http: BackendHttp
  readonly #link: BackendLink
  readonly #life: Lifecycle
  readonly #found: DiscoveredRuns
  readonly #commands: Commands
  readonly #pasts: Pasts<RunState>
  readonly #specs: SpecReads
  readonly #earlier = new EarlierDurations()
  readonly #expected = new ExpectedEnds()
  readonly #evidence: DockerEvidence | null
  readonly #bounds: ReachedBounds
  readonly #clock: OurClockWatch
  readonly #askedNow = new AskedNow(async () => {
    this.#life.connectNow()
    await Promise.all([this.#link.askNow(), this.#evidence?.askNow()])
  })
  /** The state of the link to Docker that was last written to the server's log. */
  #dockerSaid: LinkState | null = null

  readonly #options: HubOptions

  constructor(options: HubOptions) {
    this.#options = options

    const { backendUrl, publisher, log, engine, store = new MemoryStore(), meter = unmetered, recorder } = options
    this.#bounds = new ReachedBounds(meter)
    const bare = new URL(backendUrl)
    bare.username = bare.password = ''
    this.backend = bare.href.replace(/\/$/, '')
    this.site = options.site ?? null
    const variable = (this.site ?? DEFAULT_SITE) === DEFAULT_SITE ? 'BACKEND_URL' : 'BACKEND_URLS'
    this.#http = new BackendHttp(backendUrl, undefined, variable)
    this.#link = new BackendLink(this.#http)
    this.#life = new Lifecycle({
      origin: { backend: this.backend, ...this.#named },
      ...{ backendUrl, http: this.#http, link: this.#link, publisher, store, log, meter },
      recorder: recorder ?? null,
    })
    const { runs, agentLogs } = this.#life
    this.#evidence = engine && new DockerEvidence(engine, runs, agentLogs)
    this.#found = new DiscoveredRuns(this.#http, this.#life)
    this.#commands = new Commands({
      ...{ http: this.#http, life: this.#life, log },
      snapshot: runId => this.snapshot(runId),
      followed: () => this.#found.pollNow(),
    })
    this.#pasts = new Pasts(run => this.#life.recordingOf(run), meter)
    this.imports = options.imports ?? new Imports({ folder: null, publisher, log, meter })
    this.imports.listen(() => publisher.touch(fleetScope))
    this.#specs = new SpecReads({
      http: this.#http,
      runs: () => {
        for (const state of runs.all()) state.update()
        return runs.viewsNewestFirst()
      },
      imports: this.imports,
    })
    this.#clock = new OurClockWatch()
    if (this.#evidence) this.#life.dockerChanged(this.#evidence)
    publisher.open(fleetScope, () => this.#fleetDocument())
    publisher.open(containersScope, () => this.#containersDocument())
    recorder?.listen({
      tell: ({ runId }, text) => this.#life.runs.getByCurrentId(runId)?.note(text),
      changed: () => publisher.touch(fleetScope),
    })
    if (!recorder) this.#begin()
  }

  /** Rebuilds the runs that an earlier process recorded, and connects to the sources after that [REC-7]. */
  async restore(): Promise<void> {
    const all = await this.#life.restore()
    for (const { state, lines } of all) if (state) this.#evidence?.restore(state.runId, state.evidence, lines)
    if (all.length > 0) this.#options.log.info({ runs: all.length }, 'runs rebuilt from their recordings')
    this.#begin()
  }

  #begin(): void {
    const { publisher, log } = this.#options
    const stepFailed = sampled((details: object) => log.error(details, 'a step failed; the next goes on'))
    const failed = (error: unknown) => stepFailed({ err: error })
    const odd = sampled((details: object) => log.warn(details, 'Docker said something that is not understood'))
    this.#life.listen(() => {
      this.#evidence?.runsChanged()
      publisher.touch(containersScope)
    })
    this.#clock.start(step => {
      log.warn({ by: step.by, ahead: step.ahead }, 'the clock of this machine was set')
      this.#life.clockWasSet(step)
      publisher.touch(fleetScope)
    })
    this.#link.start({
      changed: (link, failure) => {
        log.info({ link, failure }, 'link to the backend changed')
        this.#specs.linkChanged()
        this.#life.backendLinkChanged()
      },
      asked: () => this.#life.asked(),
      failed,
    })
    this.#found.start({
      odd: (spec, reason) => log.debug({ spec, reason }, 'the backend has no history of a spec, or an odd one'),
      failed,
    })
    this.#evidence?.start({
      appeared: () => this.#found.pollNow(),
      changed: evidence => {
        this.#sayDocker()
        this.#life.dockerChanged(evidence)
      },
      listed: evidence => this.#life.dockerListed(evidence),
      listChanged: () => publisher.touch(containersScope),
      odd: reason => odd({ reason }),
      failed,
    })
  }

  /** The number of runs that are followed now. */
  get liveRuns(): number {
    return this.#life.liveRuns
  }

  /** Counts the runs and the memory that the hub holds now. Updates every run. */
  state(): HubState {
    return { links: this.links(), ...this.#life.holding() }
  }

  links(): { backend: LinkState; docker: LinkState } {
    return { backend: this.#link.state.link, docker: this.#docker.link }
  }

  async askSources(): Promise<{ backend: LinkState; docker: LinkState }> {
    await this.#askedNow.now()
    return this.links()
  }

  recording(): RecorderState {
    return this.#options.recorder?.state ?? { state: 'off' }
  }

  async fleet(): Promise<Fleet> {
    const { document, epoch, version } = present(await this.#options.publisher.read(fleetScope))
    return toFleet(document, { epoch, version, now: iso(serverNow()) })
  }

  async runs(): Promise<RunSummary[]> {
    const snapshots = await Promise.all(this.#life.runs.newestFirst().map(({ runId }) => this.snapshot(runId)))
    return snapshots.flatMap(snapshot => {
      if (!snapshot) return []
      const { batches: _, ...summary } = snapshot
      return [summary]
    })
  }

  has(runId: string): boolean {
    return this.#life.runs.get(runId) !== undefined
  }

  async snapshot(runId: string): Promise<Snapshot | undefined> {
    // The answer holds everything that was received until now, also within the last ms.
    this.#life.runs.get(runId)?.update()
    const published = await this.#options.publisher.read(runScope(this.#life.runs.idOf(runId)))
    if (!published) return undefined
    const { document, epoch, version } = published
    return toSnapshot(document, { epoch, version, now: iso(serverNow()) })
  }

  async past(runId: string, moment: number): Promise<Snapshot | undefined> {
    const state = this.#life.runs.get(runId)
    if (!state) return undefined
    const at = Math.min(moment, serverNow())
    const past = await this.#pasts.of(state, at)
    const { fields, batches } = await past.at(at)
    const document = runDocument({ ...fields, ...this.#named, runId: state.runId }, batches)
    return toSnapshot(document, { epoch: 'past', version: 0, now: iso(at) })
  }

  async usual(runId: string): Promise<Usual | undefined> {
    const run = this.#life.runs.get(runId)?.view().fields
    if (!run) return undefined
    const earlier = runsForUsual(run, this.#life.runs.newestFirst())
    const snapshots = await Promise.all(earlier.map(each => this.snapshot(each.runId)))
    return usualOf(snapshots.flatMap(snapshot => snapshot ?? []))
  }

  async moments(runId: string): Promise<Moments | undefined> {
    const state = this.#life.runs.get(runId)
    return state && (await this.#pasts.of(state, serverNow() - MOMENTS_OLD)).moments
  }

  async #logOf(runId: string, { batch, merged = false }: LogChoice): ReturnType<FindLog> {
    const state = this.#life.runs.get(runId)
    if (!state) return undefined
    await this.#life.runs.opened(runId)
    if (batch === undefined) return { log: merged ? state.merged : state.log }
    const log = this.#life.agentLogs.get(state.runId, batch)
    // A batch exists also before any container works on it.
    return log !== undefined || state.view().batches.some(({ id }) => id === batch) ? { log } : undefined
  }

  async exportRun(runId: string): Promise<RecordingFile | undefined> {
    const state = this.#life.runs.get(runId)
    if (!state) return undefined
    const recording = this.#life.exported(state)
    if (!recording) throw hubRefusals.notRecorded(runId)
    return recording.catch((error: unknown) => {
      throw hubRefusals.recordingUnreadable(error)
    })
  }

  async specs(): Promise<Spec[]> {
    return mapBackendErrors(() => this.#http.specs())
  }

  async specPlan(spec: string): Promise<SpecPlan> {
    const plan = await mapBackendErrors(() => this.#http.planState(spec))
    const batches = typeof plan === 'string' ? [] : plan
    return {
      state: typeof plan === 'string' ? plan : 'read',
      total: batches.length,
      completed: batches.filter(({ completed }) => completed).length,
      runs: this.#life.runs
        .newestFirst()
        .filter(run => run.spec === spec && !isOver(run.status))
        .map(({ runId }) => runId),
    }
  }

  async specRuns(spec: string): Promise<SpecRuns | undefined> {
    const runs = await this.#specs.runsOf(spec)
    return runs && { ...runs, ...this.#named }
  }

  batchTasks(spec: string, batchId: string): Promise<BatchTasks | undefined> {
    return this.#specs.tasksOf(spec, batchId)
  }

  async specOverview(): Promise<SpecOverview> {
    return { ...(await this.#specs.overview()), ...this.#named }
  }

  async containers(): Promise<ContainerList> {
    const { document, epoch, version } = present(await this.#options.publisher.read(containersScope))
    return toContainerList(document, { epoch, version, now: iso(serverNow()) })
  }

  async stopContainer(id: string, by?: string): Promise<void> {
    if (!this.#evidence) throw hubRefusals.dockerOff()
    const { runId, batchId } = await this.#evidence.stop(id)
    this.#options.log.info({ containerId: id, runId, batchId }, 'container stopped')
    const whose = by === undefined ? '' : ` by ${by}`
    const words = `The container of ${batchId} was stopped from the dashboard${whose}: its run is over.`
    this.#life.runs.get(runId)?.note(words)
  }

  start(request: StartRequest, by?: string): Promise<{ runId: string }> {
    return this.#commands.start(request, by)
  }

  follow(runId: string, spec?: string): ReturnType<HubApi['follow']> {
    return this.#commands.follow(runId, spec)
  }

  stop(runId: string, by?: string): Promise<void> {
    return this.#commands.stop(runId, by)
  }

  async leaveNote(runId: string, note: NoteRequest, by?: string): Promise<void> {
    this.#commands.leaveNote(runId, note, by)
  }

  close(): Promise<void> {
    this.#clock.close()
    this.#link.close()
    this.#found.close()
    this.#evidence?.close()
    this.#life.close()
    this.#options.recorder?.close()
    return Promise.resolve()
  }

  #sayDocker(): void {
    const { link } = this.#docker
    if (link === this.#dockerSaid) return
    this.#dockerSaid = link
    this.#options.log.info({ link, failure: this.#evidence?.error ?? null }, 'link to Docker changed')
  }

  get #docker(): DockerState {
    return this.#evidence?.state ?? CLAIMS_ALONE.docker
  }

  #fleetDocument(): Document {
    const now = serverNow()
    const findings = boundedFindings(this.#evidence?.findings(now) ?? [])
    this.#bounds.look(this, findings, { of: 'the fleet' })
    const runs = this.#life.runs.viewsNewestFirst()
    const earlier = this.#earlier.of(runs)
    const expected = this.#expected.of(runs)
    const fields = {
      backend: this.backend,
      ...this.#named,
      link: this.links(),
      linkSince: iso(this.#link.state.since),
      dockerSince: this.#dockerSince,
      findings: [...recorderFinding(this.recording()), ...this.#clock.findings(), ...findings],
      imports: this.imports.list(),
      ...(this.imports.unread && { importsUnread: this.imports.unread }),
      ...(earlier.length > 0 && { earlier }),
      ...(expected.length > 0 && { expected }),
    }
    return fleetDocument(
      fields,
      runs.map(run => run.fields),
    )
  }

  #containersDocument(): Document {
    const { link } = this.#docker
    const fields = {
      ...this.#named,
      docker: { link, error: this.#evidence?.error ?? null },
      dockerSince: this.#dockerSince,
    }
    return containersDocument(fields, this.#evidence?.list() ?? [])
  }

  get #named(): { site?: string } {
    return this.site === null ? {} : { site: this.site }
  }

  get #dockerSince(): string | null {
    return this.#evidence ? iso(this.#docker.since) : null
  }
}

/** Returns the value of a scope that is always open. Throws if it is missing. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A scope was read that is not open')
  return value
}
