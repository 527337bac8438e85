import { stripVTControlCharacters } from 'node:util'
import type { z } from 'zod'
import type { HubApi, LogPage } from '../hub/types'
import type { LogLine } from '../run/model'
import { followBody, logsQuery, problemsOf, runId, startBody } from './inputs'
import { Refused, type Reply } from './reply'

/** A call that found its route. `body` is read only by those that take one. */
export interface Call {
  hub: HubApi
  /** The decoded `{runId}` of the path; undefined where it is no possible id. */
  runId: string | undefined
  query: URLSearchParams
  accept: string
  body: () => Promise<unknown>
}

export type Handler = (call: Call) => Promise<Reply>

export const methods = ['GET', 'POST', 'PUT'] as const

/** The HTTP interface, row by row. `{runId}` stands for one segment. */
export const routes: ReadonlyMap<string, Partial<Record<(typeof methods)[number], Handler>>> = new Map([
  ['/api/runs', { GET: listRuns, POST: startRun }],
  ['/api/runs/{runId}', { GET: getRun, PUT: followRun }],
  ['/api/runs/{runId}/stop', { POST: stopRun }],
  ['/api/runs/{runId}/logs', { GET: getLogs }],
  ['/api/specs', { GET: listSpecs }],
  ['/healthz', { GET: isAlive }],
  ['/readyz', { GET: isReady }],
])

const addressOf = (id: string) => `/api/runs/${encodeURIComponent(id)}`

async function listRuns({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { runs: await hub.runs() } }
}

async function startRun({ hub, body }: Call): Promise<Reply> {
  const started = await hub.start(parse(startBody, await body()))
  return { status: 201, headers: { location: addressOf(started.runId) }, json: { runId: started.runId } }
}

async function followRun({ hub, runId: id, body }: Call): Promise<Reply> {
  if (id === undefined)
    throw new Refused(422, 'runId: must be 1 to 200 characters, without slashes or control characters')
  const { spec } = parse(followBody, (await body()) ?? {})
  const { snapshot, created } = await hub.follow(id, spec)
  return { status: created ? 201 : 200, json: snapshot }
}

async function getRun({ hub, runId: id }: Call): Promise<Reply> {
  const snapshot = found(id !== undefined && (await hub.snapshot(id)))
  if (snapshot.runId === id) return { status: 200, json: snapshot }
  // A run that got another id keeps its old address [RUN-13].
  return { status: 307, headers: { location: addressOf(snapshot.runId) }, json: snapshot }
}

async function stopRun({ hub, runId: id }: Call): Promise<Reply> {
  await hub.stop(found(id))
  return { status: 202, json: {} }
}

async function getLogs({ hub, runId: id, query, accept }: Call): Promise<Reply> {
  const known = found(id)
  if (wantsText(accept)) {
    const first = found(await hub.logs(known, { after: 0, limit: DOWNLOAD_PAGE }))
    const filename = `${known.replace(/[^\w.-]/g, '_')}.log`
    const headers = { 'content-disposition': `attachment; filename="${filename}"` }
    return { status: 200, headers, text: wholeLog(hub, known, first) }
  }
  const page = found(await hub.logs(known, parse(logsQuery, Object.fromEntries(query))))
  return { status: 200, json: page }
}

async function listSpecs({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { specs: await hub.specs() } }
}

async function isAlive(): Promise<Reply> {
  return { status: 200, json: { alive: true } }
}

/** Ready whenever pages can be served: a backend that is down is something to show, not a reason to hide. */
async function isReady({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { ready: true, links: hub.links() } }
}

const DOWNLOAD_PAGE = 1_000

/** Every line the hub has and gets while this is read, page by page, so that a slow reader costs one page. */
async function* wholeLog(hub: HubApi, id: string, first: LogPage): AsyncGenerator<string> {
  if (first.dropped > 0) yield `# The oldest ${first.dropped} lines are gone.\n`
  let page: LogPage | undefined = first
  while (page !== undefined && page.lines.length > 0) {
    yield page.lines.map(asText).join('')
    page = await hub.logs(id, { after: page.next, limit: DOWNLOAD_PAGE })
  }
}

/** Without escape sequences: an agent's line must not steer the terminal it is read in [SAFE-4]. */
function asText({ at, stream, text }: LogLine): string {
  const plain = stripVTControlCharacters(text).replace(/[^\P{Cc}\t\n]/gu, '')
  return `${at ?? '-'} ${stream} ${plain}\n`
}

/** Text was asked for by name: what takes anything gets JSON. */
function wantsText(accept: string): boolean {
  return accept.split(',').some(range => range.split(';')[0]?.trim().toLowerCase() === 'text/plain')
}

function found<T>(value: T | false | undefined): T {
  if (value === undefined || value === false) throw new Refused(404, 'There is no such run')
  return value
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (!result.success) throw new Refused(422, problemsOf(result.error))
  return result.data
}

/** The `{runId}` segment of a path, decoded; undefined where it is no possible id. */
export function runIdOf(segment: string): string | undefined {
  try {
    const result = runId.safeParse(decodeURIComponent(segment))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
