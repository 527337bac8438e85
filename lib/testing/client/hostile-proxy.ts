import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'

/** The behaviour of a proxy. A test may change it at any time; an open connection keeps the behaviour it began with. */
export interface Manners {
  /**
   * The reaction to a request for WebSocket. A number refuses it with that status; `swallow` never answers; `mute` answers 101 and
   * carries nothing; `strip` passes it on as a plain request; `buffer` answers, and holds data back until there are `bufferBytes`.
   */
  upgrade: 'pass' | 'swallow' | 'mute' | 'strip' | 'buffer' | number
  /** The reaction to any other request for the live path. `foreign` answers 200 with a page of the proxy's own. */
  poll: 'pass' | 'swallow' | 'foreign' | number
  /** A request without an answer after this many ms gets 504. */
  requestMs?: number
  /** A WebSocket without data for this many ms is cut. */
  idleMs?: number
  /** A request with a larger body gets 413. */
  maxBody?: number
  /** An answer is passed on only when it is complete. */
  buffers?: boolean
}

export const bufferBytes = 64 * 1024

/**
 * A proxy before a server, over real sockets, that treats long-lived connections badly. The requests that it passes on name the
 * server, as if they had come directly.
 */
export class HostileProxy {
  /** The requests in order: `upgrade`, and `GET` and `POST` of polls. */
  readonly seen: string[] = []
  /** How long the answer to each poll took, ms. */
  readonly polls: number[] = []
  readonly #sockets = new Set<Duplex>()
  readonly #agent = new Agent({ keepAlive: true })
  readonly #server: Server

  readonly #target: URL

  private constructor(
    target: URL,
    public manners: Manners,
  ) {
    this.#target = target

    this.#server = createServer((incoming, response) => this.#pass(incoming, response))
    this.#server.on('connection', socket => this.#keep(socket))
    this.#server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(incoming, socket, head),
    )
  }

  static async before(target: string, manners: Partial<Manners> = {}): Promise<HostileProxy> {
    const proxy = new HostileProxy(new URL(target), { upgrade: 'pass', poll: 'pass', ...manners })
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  count(what: string): number {
    return this.seen.filter(each => each === what).length
  }

  /** Cuts every connection, without a closing message. New connections are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.cut()
    this.#agent.destroy()
    await once(this.#server, 'close')
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket))
  }

  #headers(incoming: IncomingMessage): Record<string, string | string[] | undefined> {
    const { origin, ...headers } = incoming.headers
    return { ...headers, host: this.#target.host, ...(origin !== undefined && { origin: this.#target.origin }) }
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const isPoll = incoming.url?.startsWith('/api/live/') ?? false
    const { poll, maxBody = Infinity } = this.manners
    if (isPoll) this.seen.push(incoming.method ?? '')
    if (isPoll && poll === 'swallow') return
    if (isPoll && poll === 'foreign') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in to the network</h1>')
    } else if (isPoll && typeof poll === 'number') {
      response.writeHead(poll).end('Refused by the proxy')
    } else if (Number(incoming.headers['content-length'] ?? 0) > maxBody) {
      response.writeHead(413).end('Too large for the proxy')
    } else this.#forward(incoming, response, isPoll)
  }

  #forward(incoming: IncomingMessage, response: ServerResponse, isPoll: boolean): void {
    const { requestMs = 0, buffers = false } = this.manners
    const { method, url } = incoming
    const since = performance.now()
    const outgoing = request({
      ...{ port: this.#target.port, host: this.#target.hostname, agent: this.#agent, method, path: url },
      headers: this.#headers(incoming),
    })
    const fail = (status: number) => {
      outgoing.destroy()
      if (response.headersSent) response.destroy()
      else response.writeHead(status).end()
    }
    const timer = requestMs > 0 ? setTimeout(fail, requestMs, 504) : undefined
    response.on('close', () => {
      clearTimeout(timer)
      outgoing.destroy()
    })
    outgoing.on('error', () => fail(502))
    outgoing.on('response', answer => {
      clearTimeout(timer)
      if (isPoll && method === 'GET') this.polls.push(performance.now() - since)
      const status = answer.statusCode ?? 502
      if (!buffers) {
        response.writeHead(status, answer.headers)
        pipeline(answer, response, () => undefined)
        return
      }
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => response.writeHead(status, answer.headers).end(Buffer.concat(chunks)))
    })
    pipeline(incoming, outgoing, () => undefined)
  }

  #upgrade(incoming: IncomingMessage, near: Socket, head: Buffer): void {
    const { upgrade, idleMs } = this.manners
    this.seen.push('upgrade')
    if (upgrade === 'swallow') return
    if (typeof upgrade === 'number') {
      near.end(`HTTP/1.1 ${upgrade} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
      return
    }
    if (upgrade === 'mute') {
      const key = `${String(incoming.headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
      const accept = createHash('sha1').update(key).digest('base64')
      const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
      near.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'))
      return
    }
    const far = connect(Number(this.#target.port), this.#target.hostname)
    this.#keep(far)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    if (idleMs !== undefined) {
      near.setTimeout(idleMs, () => near.destroy())
      far.on('data', () => near.setTimeout(idleMs))
    }
    const isHop = (name: string) => /^(upgrade|connection|sec-websocket-.*)$/.test(name)
    const headers = Object.entries(this.#headers(incoming))
      .filter(([name]) => upgrade !== 'strip' || !isHop(name))
      .map(([name, value]) => `${name}: ${String(value)}`)
    far.write([`GET ${incoming.url ?? ''} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
    far.write(head)
    near.pipe(far)
    if (upgrade === 'buffer') hold(far, near)
    else far.pipe(near)
  }
}

/** Passes on the answer to the upgrade; data after it is passed on only as it fills the buffer. */
function hold(far: Socket, near: Socket): void {
  let answered = false
  let held: Buffer[] = []
  far.on('data', (chunk: Buffer) => {
    const end = answered ? 0 : chunk.indexOf('\r\n\r\n') + 4
    if (end > 3) near.write(chunk.subarray(0, end))
    answered ||= end > 3
    held.push(chunk.subarray(end))
    if (held.reduce((sum, { length }) => sum + length, 0) < bufferBytes) return
    near.write(Buffer.concat(held))
    held = []
  })
}
