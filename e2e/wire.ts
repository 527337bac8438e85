import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A connection to a server that a test can cut, or freeze: a frozen wire stays open and transfers nothing. */
export class Wire {
  readonly #sockets = new Set<Socket>()
  #frozen = false
  #upgrades = 0

  readonly #server: Server
  readonly #target: URL

  private constructor(server: Server, target: URL) {
    this.#server = server
    this.#target = target

    server.on('connection', near => this.#join(near))
  }

  /** Listens on a free port, and forwards connections to the server at `target`. */
  static async to(target: string): Promise<Wire> {
    const server = createServer()
    const wire = new Wire(server, new URL(target))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return wire
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** How many WebSockets were requested through it. */
  get upgrades(): number {
    return this.#upgrades
  }

  /** Cuts every connection, without a closing message. New connections are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** From now on sent data is neither received nor refused. */
  freeze(): void {
    this.#frozen = true
    for (const socket of this.#sockets) socket.pause()
  }

  thaw(): void {
    this.#frozen = false
    for (const socket of this.#sockets) socket.resume()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.cut()
    await once(this.#server, 'close')
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname)
    const end = () => [near, far].forEach(socket => this.#sockets.delete(socket.destroy()))
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('error', end).on('close', end)
      from.on('data', (chunk: Buffer) => {
        if (!to.write(from === near ? this.#addressed(chunk) : chunk)) from.pause()
      })
      to.on('drain', () => {
        if (!this.#frozen) from.resume()
      })
    }
    if (this.#frozen) this.freeze()
  }

  /** Replaces the host and the origin in a request by the server's own, as if it had come directly. */
  #addressed(chunk: Buffer): Buffer {
    const text = chunk.toString('latin1')
    if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) return chunk
    if (/^upgrade: websocket$/im.test(text)) this.#upgrades += 1
    const direct = text
      .replace(/^host: .*$/im, `Host: ${this.#target.host}`)
      .replace(/^origin: .*$/im, `Origin: ${this.#target.origin}`)
    return Buffer.from(direct, 'latin1')
  }
}
