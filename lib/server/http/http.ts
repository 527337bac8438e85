import type { IncomingMessage, ServerResponse } from 'node:http'
import { HubError } from '../../hub/api'
import { Sites } from '../../sites/sites'
import type { Audit } from '../audit'
import { networkOf } from '../bounds/connection-bounds'
import { pathOf } from './guard'
import type { Metrics } from '../metrics'
import type { Pace } from '../bounds/pace'
import { suffices, type Person } from '../access/person'
import { RateLimit } from '../bounds/rate-limit'
import { sendRefusal } from './refusal-page'
import { refusals, Refused } from './refusals'
import { bodyOf, readJson, send, type Reply, type Streamed } from './reply'
import { theSite } from './calls/at-site'
import type { Call } from './calls/call'
import { methods, patternOf, routes, type Route } from './routes'
import { Tally } from '../bounds/tally'
import type { RequestContext } from '../request-context'

const statusOfHub = {
  forbidden: 403,
  stopping: 503,
  'too-much': 507,
  unusable: 422,
  unwritable: 507,
  'not-found': 404,
  conflict: 409,
  over: 409,
  unreachable: 502,
  refused: 502,
} as const

/** Whether the HTTP interface answers the target, also if no call is known there; pages answer everything else. */
export function isApi(target: string): boolean {
  const path = pathOf(target)
  return path === '/api' || path.startsWith('/api/') || routes.has(path)
}

/** How many downloads one person, or one address, may have at once. */
const STREAMS_EACH = 16

/** An answer stays in memory until its reader takes it. From this many unread bytes on it counts as a download. */
const LONG_UNREAD = 64 * 1024

/** How many changing calls one person, or one address, may make in a minute. */
const CHANGES_PER_MINUTE = 300

export interface ApiOptions extends Pick<Call, 'sites' | 'imports' | 'warnings'> {
  metrics: Pick<Metrics, 'text' | 'refused'>
  audit: Audit
  pace: Pace
}

/**
 * The HTTP interface over the sites: JSON in and out, errors as `{error}`, or as a page for a browser [SAY-3]. Rejects if the fault is
 * neither the caller's nor the backend's, and if an answer breaks off half-way.
 */
export function createApi({ sites, imports, metrics, audit, warnings, pace }: ApiOptions) {
  const changes = new RateLimit(CHANGES_PER_MINUTE, 60)

  const answer = async (request: IncomingMessage, context: RequestContext): Promise<Reply> => {
    const { route, segment, query } = routeOf(request)
    const facts: Record<string, string> = {}
    // Admit the sender first: a stranger must not learn from the answer which sites there are [SITE-6].
    const admitted = (): Call => {
      admit(context, route, request.headers.authorization !== undefined)
      return {
        sites: sitesOf(query, sites, context.person),
        imports,
        metrics,
        warnings,
        person: context.person,
        note: more => void Object.assign(facts, more),
        segment,
        query,
        accept: request.headers.accept ?? '',
        body: () => readJson(request, pace),
        pieces: () => bodyOf(request),
      }
    }
    const { action } = route
    if (action === undefined) return route.handle(admitted())
    const tooMuch = await changes.count(context.person?.name ?? context.address)
    if (tooMuch !== null) {
      metrics.refused('changes')
      if (tooMuch.first) audit({ context, action, outcome: 'refused', facts: { why: 'too many calls' } })
      throw refusals.tooManyCalls(tooMuch.retryAfter)
    }
    try {
      const reply = await route.handle(admitted())
      audit({ context, action, outcome: 'done', facts })
      return reply
    } catch (error) {
      const outcome = (statusOf(error) ?? 500) < 500 ? 'refused' : 'failed'
      const why = error instanceof Error ? error.message : String(error)
      audit({ context, action, outcome, facts: { path: pathOf(request.url ?? '/'), ...facts, why } })
      throw error
    }
  }

  /** The number of downloads that each person or address has open. */
  const streams = new Tally()
  const stream = async (response: ServerResponse, { person, address }: RequestContext, reply: Streamed) => {
    const who = person?.name ?? networkOf(address)
    if (streams.of(who) >= STREAMS_EACH) {
      await reply.text[Symbol.asyncIterator]().return?.()
      metrics.refused('downloads')
      throw refusals.tooManyDownloads(STREAMS_EACH)
    }
    response.once('close', streams.add(who))
    await send(response, { ...reply, text: paced(reply.text, pace) })
  }

  /** Counts a complete answer like a download if its reader takes it slowly or not at all. */
  const keep = (response: ServerResponse, { person, address }: RequestContext) => {
    if (response.writableLength < LONG_UNREAD) return
    const who = person?.name ?? networkOf(address)
    if (streams.of(who) < STREAMS_EACH) {
      response.once('close', streams.add(who))
    } else {
      metrics.refused('downloads')
      response.destroy()
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, context: RequestContext): Promise<void> => {
    try {
      const reply = await answer(request, context)
      if ('text' in reply) {
        await stream(response, context, reply)
      } else {
        await send(response, reply)
        keep(response, context)
      }
    } catch (error) {
      const status = statusOf(error)
      if (response.headersSent || status === undefined || !(error instanceof Error)) throw error
      const runId = error instanceof HubError ? error.runId : null
      const { message } = error
      const headers = error instanceof Refused ? error.headers : {}
      await sendRefusal(request, response, { status, message, headers }, runId === null ? {} : { runId })
    }
  }
}

/** Making each piece takes some milliseconds: let other waiting work run between two of them. */
async function* paced<T>(pieces: AsyncIterable<T>, pace: Pace): AsyncGenerator<T> {
  for await (const piece of pieces) {
    yield piece
    await pace.turn()
  }
}

/**
 * Throws `Refused` if the visitor may not use the route [SAFE-3].
 * @param showed whether the request sent a token or similar
 */
function admit({ person, guessAgainIn }: RequestContext, { needs }: Route, showed: boolean): void {
  if (needs === null) return
  if (person === undefined) {
    if (guessAgainIn !== undefined) throw refusals.tooManyGuesses(guessAgainIn)
    throw showed ? refusals.unknownToken() : refusals.notSignedIn()
  }
  if (!suffices(person.role, needs)) throw refusals.otherRole(needs, person.role)
}

/** The status that an error is answered with; undefined if it is a fault of our own. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof Refused) return error.status
  return error instanceof HubError ? statusOfHub[error.code] : undefined
}

/**
 * The sites that the person may see, or the one of them that the query names; a stranger sees none. Takes the name from the query: the
 * call itself does not know it.
 */
function sitesOf(query: URLSearchParams, sites: Sites, person: Person | undefined): Sites {
  const [name, ...more] = query.getAll('site')
  query.delete('site')
  if (person === undefined) return new Sites([])
  const seen = sites.among(person.sites ?? null)
  if (name === undefined) return seen
  if (more.length > 0) throw refusals.badInput('site: must stand only once in the query.')
  return new Sites([theSite(seen, name)])
}

function routeOf(request: IncomingMessage): { route: Route; segment: string; query: URLSearchParams } {
  const target = request.url ?? '/'
  const path = pathOf(target)
  const [, , , segment = ''] = path.split('/')
  const row = routes.get(patternOf(path))
  if (row === undefined) throw refusals.unknownCall()

  const allowed = methods.filter(method => row[method] !== undefined)
  // Node itself leaves out the body of the answer to HEAD.
  const asked = request.method === 'HEAD' ? 'GET' : request.method
  const method = methods.find(known => known === asked)
  const route = method && row[method]
  if (route === undefined) throw refusals.otherMethod(allowed)
  return { route, segment, query: new URLSearchParams(target.slice(path.length)) }
}
