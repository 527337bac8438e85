import { once } from 'node:events'
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { BlockList } from 'node:net'
import { Readable } from 'node:stream'
import {
  type FoundLines,
  HubError,
  type HubApi,
  type ImportsApi,
  type LogChoice,
  type LogPage,
  type LogsApi,
  type Moments,
  type NoteRequest,
  type StartRequest,
} from '../../hub/api/hub-api'
import type { AgentContainer, ContainerList, Fleet, LogLine, RunFields, RunSummary, Snapshot } from '../../run/model'
import type { BatchTasks } from '../../run/batch-tasks'
import type { SpecOverview, SpecRuns } from '../../run/spec-pages'
import { someRun } from '../run/documents'
import { Access, type AccessOptions } from '../../server/access/access'
import type { AuditEntry } from '../../server/audit'
import type { ConnectionBounds } from '../../server/bounds/connection-bounds'
import { Pace } from '../../server/bounds/pace'
import { inTurns, type RenderingBounds } from '../../server/bounds/renderings'
import { createEdge, listen } from '../../server/http/edge'
import { createApi } from '../../server/http/http'
import { createLog } from '../../server/log'
import { Metrics } from '../../server/metrics'
import { createSignInHandler } from '../../server/access/sign-in'
import type { Patience } from '../../server/bounds/slow-body'
import type { Team } from './team'
import { currentRequestContext } from '../../server/request-context'
import { Sites } from '../../sites/sites'

export const silent = createLog('silent', process.stderr)

const version = { epoch: 'e1', version: 1, now: '2026-01-02T03:04:06.000Z' }

/** The one import that the fake hub has. */
export const IMPORT = 'f'.repeat(32)

/** By run, by run and batch, or by run and a star for the merged log, joined with a space. */
const keyOf = (runId: string, { batch, merged }: LogChoice) =>
  batch !== undefined ? `${runId} ${batch}` : merged ? `${runId} *` : runId

/** A search of two steps. */
function* foundIn(seqs: number[]): Generator<void, FoundLines> {
  yield
  return { seqs, count: seqs.length, from: 1, to: seqs.at(-1) ?? 0 }
}

/** A hub that keeps its runs in memory and remembers the requests it received; it fails with `failure` if one is set. */
export class FakeHub implements HubApi {
  readonly backend = 'http://127.0.0.1:3000'
  readonly asked: unknown[] = []
  /** By `keyOf`. */
  readonly logLines = new Map<string, LogLine[]>()
  readonly agents: AgentContainer[] = []
  dockerError: string | null = null
  readonly renamed = new Map<string, string>()
  failure: Error | undefined
  dropped = 0
  #runs = new Map<string, RunFields>()

  constructor(readonly site: string | null = null) {}

  add(runId: string): void {
    this.#runs.set(runId, { ...someRun(runId), ...this.#named })
    this.logLines.set(runId, [])
  }

  links() {
    return { backend: 'live', docker: 'off' } as const
  }

  async askSources() {
    this.#note('askSources')
    return this.links()
  }

  recording() {
    return { state: 'on' } as const
  }

  async fleet(): Promise<Fleet> {
    this.#note('fleet')
    const runs = [...this.#runs.values()]
    const since = { linkSince: null, dockerSince: null }
    return {
      ...version,
      ...since,
      ...this.#named,
      backend: this.backend,
      link: this.links(),
      findings: [],
      imports: [],
      runs,
    }
  }

  async runs(): Promise<RunSummary[]> {
    this.#note('runs')
    return [...this.#runs.values()].map(run => ({ ...run, ...version }))
  }

  has(runId: string): boolean {
    return this.#runs.has(this.renamed.get(runId) ?? runId)
  }

  async snapshot(runId: string): Promise<Snapshot | undefined> {
    this.#note('snapshot', runId)
    const run = this.#runs.get(this.renamed.get(runId) ?? runId)
    return run && { ...run, ...version, batches: [] }
  }

  async past(runId: string, moment: number): Promise<Snapshot | undefined> {
    this.#note('past', runId, moment)
    const run = this.#runs.get(runId)
    return run && { ...run, ...version, epoch: 'past', now: new Date(moment).toISOString(), batches: [] }
  }

  async usual(runId: string) {
    this.#note('usual', runId)
    return this.#runs.has(runId) ? { runs: 0, batches: [], whole: null } : undefined
  }

  async moments(runId: string): Promise<Moments | undefined> {
    this.#note('moments', runId)
    return this.#runs.has(runId) ? { from: version.now, to: version.now, changes: [] } : undefined
  }

  readonly logs: LogsApi = {
    page: async (runId, { after, before, limit, ...log }) => {
      this.#note('logs', runId, after, limit)
      const all = this.logLines.get(keyOf(runId, log))
      const lines =
        before === undefined
          ? all?.filter(line => line.seq > after).slice(0, limit)
          : all?.filter(line => line.seq < before).slice(-limit)
      return lines && { lines, next: lines.at(-1)?.seq ?? after, dropped: this.dropped }
    },
    pick: async (runId, query, filter) => {
      this.#note('pickLines', runId, filter)
      const page = await this.logs.page(runId, query)
      const { text = '' } = filter
      return (
        page &&
        (function* (): Generator<void, LogPage> {
          yield
          return {
            ...page,
            lines: page.lines.filter(line => line.text.includes(text)),
            next: Math.max(page.next, query.after),
          }
        })()
      )
    },
    search: async (runId, { text = '', stream, source, ...log }) => {
      this.#note('searchLog', runId, text)
      const all = this.logLines.get(keyOf(runId, log))
      const sought = all?.filter(
        line => (stream?.includes(line.stream) ?? true) && (source === undefined || line.source === source),
      )
      return sought && foundIn(sought.filter(line => line.text.includes(text)).map(({ seq }) => seq))
    },
  }

  async exportRun(runId: string) {
    this.#note('exportRun', runId)
    return this.#runs.has(runId) ? Readable.from(['{"groundtruth":1}\n']) : undefined
  }

  imports: ImportsApi = {
    unread: undefined,
    list: () => {
      this.#note('imports')
      return []
    },
    add: async body => {
      let text = ''
      for await (const piece of body) text += piece.toString()
      this.#note('import', text)
      return { importId: IMPORT, created: true }
    },
    snapshot: async id => {
      this.#note('importSnapshot', id)
      return id === IMPORT ? { ...someRun('r1'), ...version, batches: [] } : undefined
    },
    logs: {
      page: async id => {
        this.#note('importLogs', id)
        return id === IMPORT ? { lines: [], next: 0, dropped: 0 } : undefined
      },
      pick: async () => undefined,
      search: async (id, { text }) => {
        this.#note('searchImportLog', id, text)
        return id === IMPORT ? foundIn([]) : undefined
      },
    },
    recording: async id => {
      this.#note('importRecording', id)
      return id === IMPORT ? Readable.from(['{"groundtruth":1}\n']) : undefined
    },
    remove: async id => {
      this.#note('removeImport', id)
      if (id !== IMPORT) throw new HubError('not-found', 'There is no such import')
    },
  }

  async containers(): Promise<ContainerList> {
    this.#note('containers')
    const docker = { link: this.links().docker, error: this.dockerError }
    return { ...version, ...this.#named, docker, dockerSince: null, containers: this.agents }
  }

  async stopContainer(id: string, by?: string) {
    this.#note('stopContainer', id, ...(by === undefined ? [] : [by]))
    const agent = this.agents.find(each => each.id.startsWith(id))
    if (agent === undefined) throw new HubError('not-found', 'There is no such container')
    if (agent.state !== 'running') throw new HubError('over', 'It no longer runs')
    if (!agent.stoppable) throw new HubError('forbidden', 'Its run is not over')
  }

  async specs() {
    this.#note('specs')
    return [{ name: 'shop', has_tasks: true, has_plan: true, task_count: 3 }]
  }

  async specPlan(spec: string) {
    this.#note('specPlan', spec)
    return { state: 'read' as const, total: 3, completed: 1, runs: [...this.#runs.keys()] }
  }

  async specRuns(spec: string): Promise<SpecRuns | undefined> {
    this.#note('specRuns', spec)
    if (spec === 'nowhere') return undefined
    const plan = { state: 'read' as const, readAt: version.now, failure: null }
    const grid = { columns: [], runs: [], runsLeftOut: 0, columnsLeftOut: 0 }
    return { ...this.#named, spec, now: version.now, onBackend: true, plan, ...grid }
  }

  async batchTasks(spec: string, batchId: string): Promise<BatchTasks | undefined> {
    this.#note('batchTasks', spec)
    if (spec === 'nowhere') return undefined
    const tasks = [{ id: 'T1', title: `Task of ${batchId}` }]
    return { plan: 'read', titles: 'read', failure: null, readAt: version.now, model: null, tasks, more: 0 }
  }

  async specOverview(): Promise<SpecOverview> {
    this.#note('specOverview')
    return { ...this.#named, now: version.now, backend: { failure: null }, specs: [] }
  }

  async start(start: StartRequest, by?: string) {
    this.#note('start', start, ...(by === undefined ? [] : [by]))
    const runId = start.runId ?? 'run-1-abcdef'
    if (this.#runs.has(runId)) throw new HubError('conflict', `${runId} is in use`)
    this.add(runId)
    return { runId }
  }

  async follow(runId: string, spec?: string) {
    this.#note('follow', runId, spec)
    const created = !this.#runs.has(runId)
    if (created) this.add(runId)
    return { snapshot: { ...someRun(runId), ...version, batches: [] }, created }
  }

  async stop(runId: string, by?: string) {
    this.#note('stop', runId, ...(by === undefined ? [] : [by]))
    if (!this.#runs.has(runId)) throw new HubError('not-found', 'There is no such run')
  }

  async leaveNote(runId: string, note: NoteRequest, by?: string) {
    this.#note('leaveNote', runId, note, ...(by === undefined ? [] : [by]))
    if (!this.#runs.has(runId)) throw new HubError('not-found', 'There is no such run')
  }

  async close() {
    this.#note('close')
  }

  get #named(): { site?: string } {
    return this.site === null ? {} : { site: this.site }
  }

  #note(...call: unknown[]): void {
    this.asked.push(call)
    if (this.failure) throw this.failure
  }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** An edge as on loopback, where no sign-in is required. */
export const atHome = {
  access: new Access({ authentication: null, publicUrl: null }),
  signIn: null,
  publicUrl: null,
  trustedProxy: new BlockList(),
  scripts: [],
  meter: new Metrics(),
  log: silent,
  pace: new Pace(),
}

export interface Entrance {
  /** Replace the fake hub: one for each site. */
  hubs?: readonly HubApi[]
  /** Replaces the fake hub's imports. */
  imports?: ImportsApi
  /** The people who have tokens; without them no sign-in is required. */
  team?: Team
  proxyUser?: NonNullable<AccessOptions['authentication']>['proxyUser']
  publicUrl?: URL
  trustedProxy?: BlockList
  patience?: Patience
  connections?: ConnectionBounds
  renderings?: RenderingBounds
}

/**
 * A dashboard whose pages show only the given data: the edge, the HTTP interface and a fake hub, on a real port. `audited` holds
 * the audit entries; `left` is called when a person signs out.
 */
export async function serve(entranceOf: Entrance = {}) {
  const { team, proxyUser = null, publicUrl, trustedProxy, patience, connections, renderings, imports } = entranceOf
  const hub = new FakeHub()
  if (imports) hub.imports = imports
  const metrics = new Metrics()
  const live = createServer()
  const audited: AuditEntry[] = []
  const audit = (entry: AuditEntry) => void audited.push(entry)
  const left = { then: () => undefined as unknown }
  const entrance = { publicUrl: publicUrl ?? null, trustedProxy: trustedProxy ?? new BlockList() }
  const access = new Access({
    authentication: team ? { ...team.signIn, proxyUser } : null,
    publicUrl: entrance.publicUrl,
  })
  const page = async (_: IncomingMessage, response: ServerResponse) =>
    void response.end(currentRequestContext().signIn ?? 'a page')
  const pages = inTurns(page, metrics, atHome.pace, renderings)
  const edge = createEdge({
    ...atHome,
    ...entrance,
    access,
    meter: metrics,
    api: createApi({
      sites: new Sites(entranceOf.hubs ?? [hub]),
      imports: (entranceOf.hubs?.[0] ?? hub).imports,
      ...{ metrics, audit, warnings: () => [], pace: atHome.pace },
    }),
    pages,
    signIn: team
      ? createSignInHandler({
          ...team.signIn,
          ...entrance,
          audit,
          meter: metrics,
          pages,
          pace: atHome.pace,
          left: () => left.then(),
        })
      : null,
    live,
    ...(patience && { patience }),
    ...(connections && { connections }),
  })
  const port = Number((await listen(edge, '127.0.0.1', 0)).port)

  /** Sends all headers unchanged, including those that `fetch` forbids. */
  const call = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Answer> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request({ port, method, path, headers: { host: `127.0.0.1:${port}`, ...headers }, agent: false })
      outgoing.on('response', resolve).on('error', reject).end(body)
    })
    let text = ''
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) text += chunk
    return { status: response.statusCode ?? 0, headers: response.headers, text }
  }

  const close = async () => {
    edge.close()
    edge.closeAllConnections()
    await once(edge, 'close')
  }
  return { hub, metrics, live, edge, access, audited, left, port, call, close }
}
