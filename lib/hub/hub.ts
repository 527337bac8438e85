import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { BackendError, BackendHttp } from '../backend/http'
import { EXECUTION_NOT_FOUND, type Spec } from '../backend/wire'
import type { Fleet, LinkState, RunFields, RunSummary, Snapshot } from '../run/model'
import { iso } from '../run/time'
import type { Document } from '../sync/document'
import type { Publisher } from '../sync/publisher'
import { fleetScope, logScope, runScope } from '../sync/scope'
import { fleetDocument, runDocument, toFleet, toSnapshot } from '../sync/shapes'
import { Health } from './health'
import { LinkWatch } from './link-watch'
import { Session, type SessionHost } from './session'
import { MemoryStore, type FinishedRun, type RunStore } from './store'
import { thinned } from './thinned'
import { HubError, type HubApi, type LogPage, type StartRequest } from './types'

const FIRST_FRAME = 3_000
const MAX_LIVE = 200

/** One backend's runs: one session each while it lives, the store afterwards, and the fleet of them all. */
export class Hub implements HubApi {
  readonly backend: string
  private readonly http: BackendHttp
  private readonly health: Health
  private readonly live = new Map<string, Session>()
  /** Sessions that may yet turn out to be of no run: the fleet does not show them. */
  private readonly tentative = new Set<Session>()
  /** Runs whose first word is awaited. */
  private readonly joining = new Map<string, ReturnType<HubApi['follow']>>()
  /** What the fleet shows of finished runs; their logs are the store's. */
  private readonly finished = new Map<string, Omit<FinishedRun, 'log'>>()
  private readonly host: SessionHost
  private readonly store: RunStore
  private readonly watch = new LinkWatch()
  private linkTimer: NodeJS.Timeout | null = null

  constructor(private readonly options: { backendUrl: URL; publisher: Publisher; log: Logger; store?: RunStore }) {
    const { backendUrl, publisher, log } = options
    const bare = new URL(backendUrl)
    bare.username = bare.password = ''
    this.backend = bare.href.replace(/\/$/, '')
    this.http = new BackendHttp(backendUrl)
    this.store = options.store ?? new MemoryStore()
    this.store.onEvict(run => {
      this.forget(run)
    })
    const oddMessage = thinned((details: object) => log.warn(details, 'message from the backend not understood'))
    const stepFailed = thinned((details: object) => log.error(details, 'a step failed; the next goes on'))
    this.health = new Health(
      this.http,
      why => this.healthChanged(why),
      error => stepFailed({ err: error }),
    )
    this.host = {
      backendUrl,
      backend: this.backend,
      http: this.http,
      health: this.health,
      isShared: (session, spec) => this.hasOther(session, spec),
      changed: ({ runId }) => {
        publisher.touch(runScope(runId))
        publisher.touch(fleetScope)
      },
      logChanged: ({ runId }) => {
        publisher.touch(logScope(runId))
      },
      replaced: ({ runId }) => {
        publisher.renew(runScope(runId))
        publisher.renew(logScope(runId))
      },
      finished: session => {
        this.archive(session).catch((error: unknown) => stepFailed({ runId: session.runId, err: error }))
      },
      odd: ({ runId }, reason) => oddMessage({ runId, reason }),
      failed: ({ runId }, error) => stepFailed({ runId, err: error }),
    }
    publisher.open(fleetScope, () => this.fleetDocument())
    this.health.start()
  }

  links(): { backend: LinkState; docker: LinkState } {
    return { backend: this.watch.link, docker: 'off' }
  }

  async fleet(): Promise<Fleet> {
    const { document, epoch, version } = present(await this.options.publisher.read(fleetScope))
    return toFleet(document, { epoch, version, now: iso(Date.now()) })
  }

  async runs(): Promise<RunSummary[]> {
    const snapshots = await Promise.all(this.newestFirst().map(({ runId }) => this.snapshot(runId)))
    return snapshots.flatMap(snapshot => {
      if (!snapshot) return []
      const { batches: _, ...summary } = snapshot
      return [summary]
    })
  }

  async snapshot(runId: string): Promise<Snapshot | undefined> {
    const published = await this.options.publisher.read(runScope(runId))
    if (!published) return undefined
    const { document, epoch, version } = published
    return toSnapshot(document, { epoch, version, now: iso(Date.now()) })
  }

  async logs(runId: string, { after, limit }: { after: number; limit: number }): Promise<LogPage | undefined> {
    const log = this.live.get(runId)?.log ?? (await this.store.get({ backend: this.backend, runId }))?.log
    if (!log) return undefined
    const lines = [...log.after(after, limit)]
    return { lines, next: lines.at(-1)?.seq ?? after, dropped: log.dropped }
  }

  async specs(): Promise<Spec[]> {
    return asking(() => this.http.specs())
  }

  async start(request: StartRequest): Promise<{ runId: string }> {
    const runId = request.runId ?? `run-${String(Date.now())}-${randomBytes(3).toString('hex')}`
    this.refuseKnown(runId)
    const session = this.create(runId, request.spec)
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
        this.show(session)
      } else this.discard(session)
      throw error
    }
    session.observe({ kind: 'accepted', at: Date.now(), spec: request.spec, dryRun: request.dryRun ?? false })
    session.follow(false)
    this.show(session)
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
    if (session.neverExisted) {
      this.discard(session)
      throw new HubError('not-found', EXECUTION_NOT_FOUND)
    }
    this.show(session)
    const snapshot = await this.snapshot(runId)
    if (!snapshot) throw new HubError('not-found', 'The run was removed while it was being joined.')
    return { snapshot, created: true }
  }

  async stop(runId: string): Promise<void> {
    const session = this.live.get(runId)
    if (!session) {
      if (this.finished.has(runId)) throw new HubError('over', 'The run is already over.')
      throw new HubError('not-found', 'No such run is followed here.')
    }
    if (session.isOver) throw new HubError('over', 'The run is already over.')
    if (this.isStopping(runId)) return
    const sent = Date.now()
    const { success, message } = await asking(() => this.http.stop(runId))
    if (success) session.stopped(sent)
    // The backend says yes to the first of two stops only.
    if (!this.isStopping(runId)) {
      throw new HubError('refused', message ?? 'The backend refused the stop and gave no reason.')
    }
    this.options.log.info({ runId }, 'stop sent')
  }

  private isStopping(runId: string): boolean {
    return this.live.get(runId)?.isStopping ?? false
  }

  /** How many runs are followed right now. */
  get liveRuns(): number {
    return this.live.size
  }

  close(): Promise<void> {
    this.health.stop()
    if (this.linkTimer) clearTimeout(this.linkTimer)
    for (const session of this.live.values()) session.close()
    return Promise.resolve()
  }

  private refuseKnown(runId: string): void {
    if (this.live.has(runId) || this.finished.has(runId)) {
      throw new HubError('conflict', `The id ${runId} is in use. Choose another.`)
    }
    if (this.live.size >= MAX_LIVE) {
      throw new HubError('refused', `${String(MAX_LIVE)} runs are followed already. Wait until one ends.`)
    }
  }

  private create(runId: string, spec: string | null): Session {
    this.refuseKnown(runId)
    const session = new Session(runId, this.host, spec)
    this.live.set(runId, session)
    this.tentative.add(session)
    this.options.publisher.open(runScope(runId), () => this.runDocument(runId))
    this.options.publisher.openLog(logScope(runId), session.log)
    return session
  }

  private show(session: Session): void {
    this.tentative.delete(session)
    this.options.publisher.touch(fleetScope)
  }

  private discard(session: Session): void {
    session.close()
    this.live.delete(session.runId)
    this.tentative.delete(session)
    this.closeScopes(session.runId)
  }

  private closeScopes(runId: string): void {
    this.options.publisher.close(runScope(runId))
    this.options.publisher.close(logScope(runId))
    this.options.publisher.touch(fleetScope)
  }

  private hasOther(session: Session, spec: string): boolean {
    const others = [...this.live.values(), ...this.finished.values()].filter(run => run !== session)
    return others.some(({ runId }) => {
      const fields = this.stateOf(runId)?.fields
      if (fields?.spec !== spec) return false
      return fields.endedAt === null || Date.parse(fields.endedAt) + fields.clockOffset >= session.since
    })
  }

  /** Nothing of the run changes any more: the store keeps what is to be seen of it. */
  private async archive(session: Session): Promise<void> {
    const { runId, log, since } = session
    if (this.live.get(runId) !== session) return
    const run = { runId, since, ...session.view() }
    this.finished.set(runId, run)
    this.live.delete(runId)
    session.close()
    await this.store.put({ backend: this.backend, runId }, { ...run, log })
  }

  private forget({ runId }: FinishedRun): void {
    this.finished.delete(runId)
    this.closeScopes(runId)
  }

  private stateOf(runId: string): Pick<FinishedRun, 'fields' | 'batches'> | undefined {
    const live = this.live.get(runId)
    if (live) return live.view()
    const run = this.finished.get(runId)
    return run && { ...run, fields: { ...run.fields, link: this.links(), linkSince: iso(this.watch.since) } }
  }

  private runDocument(runId: string): Document {
    const { fields, batches } = present(this.stateOf(runId))
    return runDocument(fields, batches)
  }

  private fleetDocument(): Document {
    const fields = {
      backend: this.backend,
      link: this.links(),
      linkSince: iso(this.watch.since),
      dockerSince: null,
      findings: [],
    }
    return fleetDocument(fields, this.newestFirst())
  }

  private newestFirst(): RunFields[] {
    const live = [...this.live.values()].filter(session => !this.tentative.has(session))
    return [...live, ...this.finished.values()]
      .flatMap(({ runId, since }) => {
        const fields = this.stateOf(runId)?.fields
        return fields ? [{ since, fields }] : []
      })
      .sort((a, b) => begun(b) - begun(a) || b.since - a.since)
      .map(({ fields }) => fields)
  }

  private healthChanged(failure: string | null): void {
    this.updateLink(failure)
    for (const session of this.live.values()) session.linkMayHaveChanged()
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
    for (const runId of this.finished.keys()) this.options.publisher.touch(runScope(runId))
  }
}

const begun = ({ since, fields }: { since: number; fields: RunFields }) =>
  fields.startedAt === null ? since : Date.parse(fields.startedAt) + fields.clockOffset

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
