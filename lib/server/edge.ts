import { once } from 'node:events'
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from './config'
import { isLive, pageRefusalOf, pathOf, refusalOf, type Refusal } from './guard'
import { isApi } from './http'
import type { Log } from './log'
import { sendError } from './reply'

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface Behind {
  /** Answers the HTTP interface. */
  api: RequestHandler
  /** Answers everything else. */
  pages: RequestHandler
  /** A server that never listens, where the socket gateway hangs its listeners. */
  live: Server
  /** The same for hot reload, in development. */
  hotReload?: Server
  log: Log
}

/**
 * The one server that listens. Every request and every upgrade passes the guard [SAFE-2] and then goes to exactly one
 * of those behind it, so none of them can answer for, or cut off, another.
 */
export function createEdge({ api, pages, live, hotReload, log }: Behind): Server {
  const readable: RequestHandler = async (request, response) => {
    // Hot reload posts to paths of its own among the pages.
    const refusal = hotReload ? undefined : pageRefusalOf(request.method ?? '', request.url ?? '')
    if (refusal === undefined) await pages(request, response)
    else await sendError(response, refusal.status, refusal.error, refusal.status === 405 ? { allow: 'GET, HEAD' } : {})
  }

  const edge = createServer((request, response) => {
    const target = request.url ?? ''
    const refusal = judge(request)
    if (refusal !== undefined) {
      // The rest of a refused body is not worth reading.
      void sendError(response, refusal.status, refusal.error, { connection: 'close' })
    } else if (isLive(target)) {
      live.emit('request', request, response)
    } else {
      const handler = isApi(target) ? api : readable
      handler(request, response).catch((error: unknown) => {
        log.error({ method: request.method, url: target, err: error }, 'a request failed')
        // Where half of an answer is out already, only a broken connection tells the reader that the rest is missing.
        if (response.headersSent) response.destroy()
        else void sendError(response, 500, 'Groundtruth failed to answer; its log says why')
      })
    }
  })

  edge.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until somebody takes the socket over, a reset by the other side would be an uncaught error.
    socket.on('error', () => socket.destroy())
    const target = request.url ?? ''
    const refusal = judge(request)
    if (refusal !== undefined) refuse(socket, refusal)
    else if (isLive(target)) live.emit('upgrade', request, socket, head)
    else if (hotReload && pathOf(target).startsWith('/_next/')) hotReload.emit('upgrade', request, socket, head)
    else refuse(socket, { status: 400, error: 'Nothing here speaks WebSocket' })
  })
  return edge
}

/** Binds a server, to a free port where `port` is 0, and gives its URL. Rejects with a `ConfigError` where it can't. */
export async function listen(server: Server, host: string, port: number): Promise<URL> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError([`PORT: ${port} can't be had on ${host} (${why}).`])
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server is bound to no port')
  return new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`)
}

/** Stops listening, lets answers under way finish for so many ms at most, then cuts what is left. */
export async function drain(server: Server, patienceMs: number): Promise<void> {
  const closed = once(server, 'close').then(() => true)
  server.close()
  const deadline = Date.now() + patienceMs
  // A connection that falls idle after its answer would be kept for a next request.
  while (Date.now() < deadline && !(await Promise.race([closed, sleep(20, false)]))) server.closeIdleConnections()
  server.closeAllConnections()
}

function judge({ method = '', url: target = '', headers, socket }: IncomingMessage): Refusal | undefined {
  return refusalOf({ method, target, headers }, socket.localPort ?? 0)
}

function refuse(socket: Duplex, { status, error }: Refusal): void {
  const body = JSON.stringify({ error })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
