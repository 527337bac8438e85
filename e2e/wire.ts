import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A way from somebody to a server, which a test can cut, or freeze so that it is open and carries nothing. */
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

  /** Listens on a free port, and carries what comes to the server at `target`. */
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

  /** How many WebSockets have been asked for through it. */
  get upgrades(): number {
    return this.#upgrades
  }

  /** Ends every connection, without a word. New ones are let in. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** From now on nobody takes what is sent, nor says so. */
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

  /** A request names the server that it is for, as if it had come straight. */
  #addressed(chunk: Buffer): Buffer {
    const text = chunk.toString('latin1')
    if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) return chunk
    if (/^upgrade: websocket$/im.test(text)) this.#upgrades += 1
    return Buffer.from(text.replace(/^host: .*$/im, `Host: ${this.#target.host}`), 'latin1')
  }
}
