import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { page, plain, queried, Refusal, serve, type Answer, type Methods } from './http'

/** The port: HTTP, and WebSockets on one path. It can be closed, which cuts all connections, and opened again. */
export class HttpListener {
  readonly #server: Server
  readonly #connected = new Set<Socket>()
  // Like the real backend, the server answers neither Ping nor Close, because it never reads.
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false, clientTracking: false })

  readonly #socketPath: string
  readonly #join: (runId: string, socket: WebSocket) => void

  constructor(
    route: (path: string) => Methods | undefined,
    socketPath: string,
    join: (runId: string, socket: WebSocket) => void,
    /** The backend's clock, ms: its answers carry this time. */
    now: () => number,
  ) {
    this.#socketPath = socketPath
    this.#join = join

    this.#server = createServer((request, response) => {
      response.setHeader('date', new Date(now()).toUTCString())
      void serve(request, response, route)
    })
    this.#server.on('connection', socket => {
      this.#connected.add(socket)
      socket.on('close', () => this.#connected.delete(socket))
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Listens and settles with the port; rejects if it is in use. */
  async open(port: number, host: string): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#connected) socket.destroy()
    await closed
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://backend')
    try {
      if (pathname !== this.#socketPath) {
        refuse(socket, page)
        return
      }
      const runId = queried(searchParams, 'run_id')
      this.#sockets.handleUpgrade(request, socket, head, accepted => {
        accepted.pause()
        // A reader that has disconnected is noticed only at the next send.
        accepted.on('error', () => accepted.terminate())
        this.#join(runId, accepted)
      })
    } catch (error) {
      refuse(socket, error instanceof Refusal ? error.answer : plain(String(error), 500))
    }
  }
}

/** Answers an upgrade with a plain response. */
function refuse(socket: Duplex, { status, type, text }: Answer): void {
  socket.on('error', () => socket.destroy())
  const head = [`HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Refused'}`, `content-type: ${type}`, 'connection: close']
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}
