import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'

/** A container that the fake Engine shows. */
interface FakeContainer {
  id: string
  runId: string
  batchId: string
  startedAt: Date
  ended: { at: Date; exitCode: number } | null
  /** What it printed, as the Engine sends it. */
  printed: Buffer[]
  readers: Set<ServerResponse>
}

/**
 * An Engine that shows the containers that a test makes up: none at first. It answers what the dashboard asks, and runs nothing, so
 * a test can show any evidence beside a claim, also where no Docker is.
 */
export class FakeEngine {
  readonly #containers = new Map<string, FakeContainer>()
  readonly #listeners = new Set<ServerResponse>()
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      const path = new URL(request.url ?? '/', 'http://engine').pathname.replace(/^\/v[\d.]+/, '')
      this.#answer(path, response)
    })
  }

  static async start(): Promise<FakeEngine> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FakeEngine(server)
  }

  /** The value of `DOCKER_HOST`. */
  get host(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The fake Engine does not listen.')
    return `tcp://127.0.0.1:${address.port}`
  }

  /** Starts a container that works on a batch; returns its id. */
  run(runId: string, batchId: string): string {
    const id = randomBytes(32).toString('hex')
    const made = {
      id,
      runId,
      batchId,
      startedAt: new Date(),
      ended: null,
      printed: [],
      readers: new Set<ServerResponse>(),
    }
    this.#containers.set(id, made)
    this.#tell(made, 'create', {})
    this.#tell(made, 'start', {})
    return id
  }

  /** A container prints a line. */
  print(id: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    const container = this.#containers.get(id)
    if (!container) throw new Error(`The fake Engine has no container ${id}.`)
    const line = Buffer.from(`${new Date().toISOString()} ${text}\n`)
    const head = Buffer.from([stream === 'stdout' ? 1 : 2, 0, 0, 0, 0, 0, 0, 0])
    head.writeUInt32BE(line.length, 4)
    container.printed.push(Buffer.concat([head, line]))
    for (const reader of container.readers) reader.write(container.printed.at(-1))
  }

  /** Ends a container. */
  end(id: string, exitCode = 0): void {
    const container = this.#containers.get(id)
    if (!container) throw new Error(`The fake Engine has no container ${id}.`)
    container.ended = { at: new Date(), exitCode }
    for (const reader of container.readers) reader.end()
    this.#tell(container, 'die', { exitCode: String(exitCode) })
  }

  /** Cuts every connection, and accepts no other. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #answer(path: string, response: ServerResponse): void {
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const [, , id = '', what] = path.split('/')
    const container = this.#containers.get(id)
    if (path === '/_ping') response.end('OK')
    else if (path === '/containers/json') json(200, [...this.#containers.values()].reverse().map(listed))
    else if (path === '/events') {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      this.#listeners.add(response)
      response.on('close', () => this.#listeners.delete(response))
    } else if (path.startsWith('/images/')) json(200, {})
    else if (container && what === 'json') json(200, inspected(container))
    else if (container && what === 'logs') sendLog(container, response)
    else json(404, { message: 'No such container' })
  }

  #tell(container: FakeContainer, action: string, more: Record<string, string>): void {
    const nano = `${Date.now()}${String(this.#count++).padStart(6, '0')}`
    const actor = { ID: container.id, Attributes: { ...labelsOf(container), name: nameOf(container), image, ...more } }
    const text = JSON.stringify({ Type: 'container', Action: action, Actor: actor, timeNano: 0 })
    const line = `${text.replace('"timeNano":0', `"timeNano":${nano}`)}\n`
    for (const listener of this.#listeners) listener.write(line)
  }
  #count = 0
}

/** Sends what a container has printed, and what it will print. */
function sendLog({ printed, readers, ended }: FakeContainer, response: ServerResponse): void {
  response.writeHead(200).flushHeaders()
  for (const frame of printed) response.write(frame)
  if (ended) response.end()
  else {
    readers.add(response)
    response.on('close', () => readers.delete(response))
  }
}

const image = 'ckrv-agent:latest'
const nameOf = ({ batchId, id }: FakeContainer) => `ckrv-${batchId}-${id.slice(0, 6)}`
const labelsOf = ({ runId, batchId }: FakeContainer) => ({ 'ckrv.run_id': runId, 'ckrv.batch_id': batchId })

const listed = (container: FakeContainer) => ({
  Id: container.id,
  Names: [`/${nameOf(container)}`],
  Image: image,
  State: container.ended ? 'exited' : 'running',
  Created: Math.floor(container.startedAt.getTime() / 1_000),
  Labels: labelsOf(container),
})

const inspected = (container: FakeContainer) => ({
  Id: container.id,
  Name: `/${nameOf(container)}`,
  Created: container.startedAt.toISOString(),
  State: {
    Status: container.ended ? 'exited' : 'running',
    Running: container.ended === null,
    ExitCode: container.ended?.exitCode ?? 0,
    OOMKilled: false,
    StartedAt: container.startedAt.toISOString(),
    FinishedAt: container.ended?.at.toISOString() ?? '0001-01-01T00:00:00Z',
  },
  Config: { Image: image, Tty: false, Labels: labelsOf(container) },
})
