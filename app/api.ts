import { LatePart } from '../lib/client/late'
import type { RunAt, RunRef } from '../lib/client/live'
import { fileName } from '../lib/run/text/display-text'
import type * as Answers from './answers'
import { MERGED, type LogId } from './log-id'
import { part } from './paths'
import { pageRefusals } from './refusals'

export type { FoundLines, SpecChoice, SpecPlan } from './answers'

/**
 * An answer, or a sentence that says why there is none. `status` is 0 if this page's own server did not answer. `runId` is the run
 * that may have begun although the request failed.
 */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; error: string; runId: string | null }

/** An address under `/api`, of a site if it has a name. */
export const apiAt = (site: string | undefined, path: string) =>
  site === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}site=${site}`

/** An address of a run under `/api`; `rest` follows the run. */
export const runApi = ({ runId, site }: RunAt, rest = '') => apiAt(site, `/api/runs/${part(runId)}${rest}`)
export const importApi = (importId: string) => `/api/imports/${part(importId)}`
export const apiOf = (run: RunRef, rest = '') =>
  run.importId === null ? runApi(run, rest) : importApi(run.importId) + rest

type Schemas = typeof Answers
const schemasPart = new LatePart(() => import('./answers'))

interface Body {
  type: string
  content: string | Blob
}
export const json = (value: object): Body => ({ type: 'application/json', content: JSON.stringify(value) })

type Read<T> = (schemas: Schemas, body: unknown) => T

/** Sends one request; `read` parses its answer with the schemas, which are loaded late. */
export async function ask<T>(
  read: Read<T>,
  method: string,
  path: string,
  body?: Body | null,
  signal: AbortSignal | null = null,
): Promise<Answer<T>> {
  const failed = (error: string) => ({ ok: false, status: 0, error, runId: null }) as const
  // Before the request: without them its answer could not be read.
  const schemas = await schemasPart.get().catch(() => null)
  // Nothing was sent, so it may be tried again, whatever it changes.
  if (schemas === null) return failed(pageRefusals.noAnswer('GET'))
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': body.type }) },
      ...(body && { body: body.content }),
      cache: 'no-store',
      signal,
    })
    const answer: unknown = response.headers.get('content-type')?.includes('json') ? await response.json() : null
    if (response.ok) return { ok: true, value: read(schemas, answer) }
    const told = schemas.errorAnswer.safeParse(answer)
    const error = told.data?.error ?? pageRefusals.noWords(response.status, method)
    return { ok: false, status: response.status, error, runId: told.data?.runId ?? null }
  } catch (cause) {
    return failed(schemas.isUnreadable(cause) ? pageRefusals.unreadableAnswer(method) : pageRefusals.noAnswer(method))
  }
}

/** Lines of a log: at most `limit` after a line, in their order; with `picked` only those that fit. */
export const readLog = (
  run: RunRef,
  log: LogId,
  after: number,
  limit: number,
  stop: AbortSignal,
  picked: AskedLines = {},
) => askLog((schemas, body) => schemas.linesAnswer.parse(body), run, '/logs', log, { ...picked, after, limit }, stop)

/** The lines of a log that the server is asked for, as parts of an address. */
export type AskedLines = Readonly<Partial<Record<'text' | 'pattern' | 'stream' | 'source' | 'level', string>>>

/** The numbers of the lines of a log that fit. */
export const searchLog = (run: RunRef, log: LogId, sought: AskedLines, stop: AbortSignal) =>
  askLog((schemas, body) => schemas.foundAnswer.parse(body), run, '/logs/search', log, sought, stop)

function askLog<T>(
  read: Read<T>,
  run: RunRef,
  path: string,
  log: LogId,
  asked: Readonly<Record<string, string | number>>,
  stop: AbortSignal,
): Promise<Answer<T>> {
  const query = logQuery(log, asked)
  return ask(read, 'GET', apiOf(run, `${path}?${query}`), null, stop)
}

function logQuery(log: LogId, asked: Readonly<Record<string, string | number>>): URLSearchParams {
  const query = new URLSearchParams(log === null ? {} : log === MERGED ? { of: 'all' } : { batch: log })
  for (const [name, value] of Object.entries(asked)) query.set(name, String(value))
  return query
}

/** Saves a file: a whole log as text, or with `picked` the lines of it that fit. */
export const saveLog = (run: RunRef, log: LogId, picked: AskedLines | null = null) =>
  save(
    apiOf(run, `/logs?${logQuery(log, picked ?? {})}`),
    'text/plain',
    fileName([run.runId, log === MERGED ? 'all' : log, picked && 'filtered'], '.log'),
    'The log',
  )

/** Also accepts JSON, because the server sends the reason of a refusal as JSON. */
export async function save(path: string, accept: string, name: string, what: string): Promise<Answer<null>> {
  try {
    const response = await fetch(path, { headers: { accept }, cache: 'no-store' })
    if (!response.ok) {
      return { ok: false, status: response.status, error: await refusalOf(response, what), runId: null }
    }
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await response.blob())
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    return { ok: true, value: null }
  } catch {
    return { ok: false, status: 0, error: pageRefusals.downloadBroke(what), runId: null }
  }
}

/** The reason of a refusal: the server's own text if the server answered. */
async function refusalOf(response: Response, what: string): Promise<string> {
  const schemas = await schemasPart.get()
  const answer: unknown = await response.json().catch(() => null)
  const told = schemas.errorAnswer.safeParse(answer)
  if (told.success) return told.data.error
  return pageRefusals.downloadRefused(what, response.status)
}
