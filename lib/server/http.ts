import type { IncomingMessage, ServerResponse } from 'node:http'
import { HubError, type HubApi } from '../hub/types'
import { pathOf } from './guard'
import type { Metrics } from './metrics'
import { readJson, Refused, send, sendError } from './reply'
import { methods, patternOf, routes } from './routes'

const statusOf = {
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  over: 409,
  unreachable: 502,
  refused: 502,
} as const

/** True of what the HTTP interface answers, known or not; pages are everything else. */
export function isApi(target: string): boolean {
  const path = pathOf(target)
  return path === '/api' || path.startsWith('/api/') || routes.has(path)
}

/**
 * The HTTP interface over a hub: JSON in and out, errors as `{error}`. Rejects with what is not the caller's and not
 * the backend's fault, and where an answer breaks off half-way.
 */
export function createApi(hub: HubApi, metrics: Pick<Metrics, 'text'>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await send(response, await answer(hub, metrics, request))
    } catch (error) {
      if (response.headersSent) throw error
      else if (error instanceof Refused) await sendError(response, error.status, error.message, error.headers)
      else if (error instanceof HubError) await sendError(response, statusOf[error.code], error.message)
      else throw error
    }
  }
}

async function answer(hub: HubApi, metrics: Pick<Metrics, 'text'>, request: IncomingMessage) {
  const target = request.url ?? '/'
  const path = pathOf(target)
  const [, , , segment = ''] = path.split('/')
  const route = routes.get(patternOf(path))
  if (route === undefined) throw new Refused(404, 'There is nothing at this path')

  const allowed = methods.filter(method => route[method] !== undefined)
  // Node leaves out the body that HEAD does not want.
  const asked = request.method === 'HEAD' ? 'GET' : request.method
  const method = methods.find(known => known === asked)
  const handler = method && route[method]
  if (handler === undefined) {
    throw new Refused(405, `This path answers ${allowed.join(' and ')}`, { allow: allowed.join(', ') })
  }
  return handler({
    hub,
    metrics,
    segment,
    query: new URLSearchParams(target.slice(path.length)),
    accept: request.headers.accept ?? '',
    body: () => readJson(request),
  })
}
