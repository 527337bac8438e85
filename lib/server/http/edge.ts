import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  maxHeaderSize,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { isIPv6, type BlockList } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Access } from '../access/access'
import { addressOf } from '../bounds/addresses'
import { requestsIn } from '../bounds/bounded-requests'
import { ConfigError } from '../config'
import { limitConnections, networkOf, type ConnectionBounds } from '../bounds/connection-bounds'
import { IMPORTS, isLive, LIVENESS, pathOf, refusalOf, siteOf } from './guard'
import { isApi } from './http'
import type { Log } from '../log'
import type { RefusalMeter } from '../metrics'
import type { Pace } from '../bounds/pace'
import { pageGate, type ContextHandler, type RequestHandler } from './page-gate'
import { pageHeaders, pageOf, sendRefusal, wantsPage } from './refusal-page'
import { refusals, type Refused } from './refusals'
import { securityHeaders } from './security-headers'
import { isSignInForm } from '../access/sign-in'
import { cutSlowBody, PATIENCE, type Patience } from '../bounds/slow-body'
import { Turns } from '../bounds/turns'
import type { RequestContext } from '../request-context'

export interface EdgeOptions {
  /** Answers the HTTP interface. */
  api: ContextHandler
  /** Answers everything else. */
  pages: RequestHandler
  /** Answers the forms for signing in and out; null without authentication. */
  signIn: ContextHandler | null
  /** A server that never listens; the socket gateway adds its listeners to it. */
  live: Server
  /** The same for hot reload, in development. */
  hotReload?: Server
  access: Access
  publicUrl: URL | null
  trustedProxy: BlockList
  /** Inline scripts that every page carries. */
  scripts: readonly string[]
  meter: RefusalMeter
  log: Log
  /** Schedules answers, and the slow work behind them. */
  pace: Pace
  patience?: Patience
  connections?: ConnectionBounds
}

/**
 * The one server that listens. Every request and every upgrade passes the guard [SAFE-2], and then goes to exactly one handler, so
 * no handler can answer, or cut off, the request of another. The sender of a request is identified once, here [SAFE-3].
 */
export function createEdge(behind: EdgeOptions): Server {
  const {
    api,
    pages,
    signIn,
    live,
    hotReload,
    access,
    publicUrl,
    trustedProxy,
    scripts,
    meter,
    log,
    pace,
    patience = PATIENCE,
    connections,
  } = behind

  const judge = ({ method = '', url: target = '', headers, socket }: IncomingMessage) =>
    refusalOf({ method, target, headers }, socket.localPort ?? 0, publicUrl)

  const page = pageGate(pages, hotReload !== undefined)

  const contextOf = async (request: IncomingMessage): Promise<RequestContext> => {
    const address = addressOf(request, trustedProxy)
    const proof = await access.proofOf(request)
    const person = access.personOf(proof)
    if (person === undefined || proof === undefined) {
      const tooMuch = await access.guessed(request, address)
      return { person: undefined, address, ...(tooMuch && { guessAgainIn: tooMuch.retryAfter }) }
    }
    return { person, address, knownBy: proof.kind === 'nothing-asked' ? 'loopback' : proof.kind }
  }

  const answer: RequestHandler = async (request, response) => {
    const { method = '', url: target = '', headers } = request
    const site = { origin: siteOf(headers.host, publicUrl).origin, scripts, dev: hotReload !== undefined }
    const always = securityHeaders(site, randomBytes(16).toString('base64'))
    for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
    // Any handler may answer 413: for an announced length, for a body that grew too long, or for a message by long polling.
    response.once('close', () => {
      if (response.statusCode === 413) meter.refused(isLive(target) ? 'message-size' : 'body-size')
    })
    const isRecording = method === 'POST' && pathOf(target) === IMPORTS
    cutSlowBody(request, response, patience.body, isRecording, () => meter.refused('slow-body'))
    // Next takes the nonce for its scripts from this header; a value that the visitor sent under this name must not reach it.
    headers['content-security-policy'] = always['content-security-policy']

    const refusal = judge(request)
    if (refusal !== undefined) {
      // Close the connection, because the rest of a refused body is not read.
      response.setHeader('connection', 'close')
      await sendRefusal(request, response, refusal)
    } else if (isLive(target) && wantsPage(headers.accept)) {
      // A person opened the address in a browser: neither our pages nor programs ask for a web page there.
      await sendRefusal(request, response, refusals.liveData())
    } else if (isLive(target)) {
      live.emit('request', request, response)
    } else {
      // A probe needs no proof of who sends it.
      const context = isUrgent(request) ? { person: undefined, address: '' } : await contextOf(request)
      const handler = isApi(target) ? api : signIn && isSignInForm(method, pathOf(target)) ? signIn : page
      await handler(request, response, context)
      // A path that is open to anyone is answered even after too many wrong tokens, and is not counted.
      if (context.guessAgainIn !== undefined && response.statusCode === 429) {
        meter.refused('tokens', { address: context.address })
      }
    }
  }

  const turns = new Turns()
  const options = {
    IncomingMessage: requestsIn(turns, () => meter.refused('body-size')),
    ...{ headersTimeout: patience.head, requestTimeout: patience.request },
    connectionsCheckingInterval: Math.ceil(patience.head / 4),
    // The guard refuses a request without a Host header, and says what is wrong.
    requireHostHeader: false,
  }
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = request.url ?? ''
    const refusal = judge(request)
    if (refusal !== undefined) refuse(socket, refusal)
    // The gateway identifies the sender: a program may also send its token in its first message.
    else if (isLive(target)) live.emit('upgrade', request, socket, head)
    else if (hotReload && pathOf(target).startsWith('/_next/')) hotReload.emit('upgrade', request, socket, head)
    else refuse(socket, refusals.noWebSocket())
  }

  /** The response that is being written on each connection. */
  const underWay = new WeakMap<Duplex, ServerResponse>()
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    if (response.destroyed || request.socket.destroyed) return
    underWay.set(request.socket, response)
    answer(request, response).catch((error: unknown) => {
      log.error({ method: request.method, url: request.url, err: error }, 'a request failed')
      // If half of the answer is sent, only a broken connection shows the reader that the rest is missing.
      if (response.headersSent) response.destroy()
      else void sendRefusal(request, response, refusals.failed())
    })
  }

  const take: RequestListener = (request, response) => {
    turns.take(request.socket, response, () => {
      if (isUrgent(request)) pace.beginUrgent(() => begin(request, response))
      else pace.begin(() => begin(request, response), networkOf(addressOf(request, trustedProxy)))
    })
  }
  const edge = createServer(options, take)
  // Without this listener Node itself answers a request with an unknown `Expect` header, and such answers have no bound.
  edge.on('checkExpectation', take)
  // If nothing is sent in either direction for this long, the reader is taken to be gone.
  edge.timeout = patience.idle

  edge.on('clientError', (error: Error, socket: Duplex) => {
    const response = underWay.get(socket)
    // Text in the middle of an answer would be read as a part of it.
    if (!socket.writable || (response?.headersSent === true && !response.writableFinished)) socket.destroy()
    else refuse(socket, notARequest(error, patience), acceptIn(error))
  })
  edge.on('connection', () => pace.arrived())
  limitConnections(edge, trustedProxy, bound => meter.refused(bound), connections)
  edge.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until a handler takes the socket over, a reset by the other side would be an uncaught error.
    socket.on('error', () => socket.destroy())
    // The upgrade would overtake earlier answers of its connection, or it is a request over the limit.
    if (turns.isBusy(socket)) {
      meter.refused('pipelined')
      socket.destroy()
      return
    }
    pace.begin(() => upgrade(request, socket, head), networkOf(addressOf(request, trustedProxy)))
  })
  return edge
}

const isUrgent = ({ method = '', url = '' }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && pathOf(url) === LIVENESS

/**
 * Binds a server and returns its URL; the system picks a free port if `port` is 0. Rejects with a `ConfigError` if it can't
 * listen.
 */
export async function listen(server: Server, host: string, port: number): Promise<URL> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: unknown) => {
    throw new ConfigError([notListening(error, host, port)])
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server is bound to no port')
  return new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`)
}

function notListening(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: ${port} is in use on ${host} (${code}). Stop the program that listens there, or set another PORT; 0 lets the system pick.`
    case 'EACCES':
      return `PORT: ${port} on ${host} takes a privilege that this user lacks (${code}). Set a PORT from 1024 up.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return `HOST: ${host} is no address of this machine (${code}). Set HOST to one of its addresses, or leave it at 127.0.0.1.`
    default:
      return `PORT: ${port} can't be had on ${host} (${code}). Set another PORT or HOST.`
  }
}

/** Stops listening, lets open answers finish within `patienceMs` ms, then closes all connections. */
export async function drain(server: Server, patienceMs: number): Promise<void> {
  const closed = once(server, 'close').then(() => true)
  server.close()
  const deadline = performance.now() + patienceMs
  // A connection that becomes idle after its answer would stay open for a next request.
  while (performance.now() < deadline && !(await Promise.race([closed, sleep(20, false)])))
    server.closeIdleConnections()
  server.closeAllConnections()
}

/** Why the data on a connection is no valid request, by Node's error code. */
function notARequest(error: Error, patience: Patience): Refused {
  switch ('code' in error && error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return refusals.headersTooLarge(maxHeaderSize)
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusals.slowHead(patience.head / 1_000)
    case 'HPE_INVALID_EOF_STATE':
      return refusals.brokenOff()
    default:
      return refusals.malformedRequest()
  }
}

/** Finds the Accept header in the data of a request that could not be parsed. */
function acceptIn(error: Error): string | undefined {
  const packet: unknown = 'rawPacket' in error ? error.rawPacket : undefined
  return packet instanceof Buffer ? /^accept:(.*)$/im.exec(packet.toString('latin1'))?.[1] : undefined
}

/** How long the other side may take to read a refusal and to close its end of the connection, ms. */
const LET_GO_AFTER = 2_000

/** Answers if there is no `ServerResponse`: an upgrade, or data that is no request. Then closes the connection [SAFE-5]. */
function refuse(socket: Duplex, refusal: Refused, accept?: string): void {
  const isPage = wantsPage(accept)
  const body = isPage ? pageOf(refusal) : JSON.stringify({ error: refusal.message })
  const headers = isPage ? pageHeaders : { 'content-type': 'application/json; charset=utf-8' }
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  const lettingGo = setTimeout(() => socket.destroy(), LET_GO_AFTER)
  socket.once('close', () => clearTimeout(lettingGo))
}
