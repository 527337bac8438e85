import { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import Docker from 'dockerode'
import { z } from 'zod'
import { isAgents } from './agent-container'
import {
  inspection,
  listed,
  parseEvent,
  watchedActions,
  type EngineEvent,
  type Inspection,
  type Listed,
} from './answers'
import { asDockerError, DockerError } from './docker-error'

/** Where the Engine listens. */
export type DockerHost =
  | { socketPath: string }
  | { protocol: 'http' | 'https'; host: string; port: number; tls?: { ca: string; cert: string; key: string } }

/** Which part of a container's output, oldest first. */
export interface LogsQuery {
  stdout: boolean
  stderr: boolean
  timestamps: boolean
  /** Only what was printed at or after it: seconds since 1970, with a fraction where wanted. */
  since?: string
}

/** How long an answer may take, ms. */
const PING_WITHIN = 3_000
const ANSWER_WITHIN = 10_000
/** What the Engine gives a container between SIGTERM and SIGKILL, s. */
const STOP_GRACE = 10
/** Far beyond what labels make of an event; chars. */
const LONGEST_EVENT = 1_048_576
const TCP_KEEP_ALIVE = 10_000

/**
 * A thin edge over the Docker Engine's HTTP interface. Each call ends within its time, also where the daemon accepts and
 * never answers; each rejection is a `DockerError`.
 */
export class Engine {
  /** For messages: the socket's path, or scheme, host and port. */
  readonly where: string
  readonly #docker: Docker

  constructor(host: DockerHost) {
    this.where = 'socketPath' in host ? host.socketPath : `${host.protocol}://${host.host}:${host.port}`
    // What is not said here the client reads from the environment, by rules of its own: so nothing is left unsaid.
    const unsaid = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined }
    const noTls = { ca: undefined, cert: undefined, key: undefined }
    this.#docker =
      'socketPath' in host
        ? new Docker({ ...unsaid, ...noTls, protocol: 'http', socketPath: host.socketPath })
        : new Docker({ ...unsaid, ...noTls, ...host.tls, protocol: host.protocol, host: host.host, port: host.port })
  }

  /** Resolves when the daemon answers as one, within 3 s. */
  async ping(): Promise<void> {
    // The client takes options here too; its types just don't say so.
    const ping: (options: Abortable) => Promise<unknown> = this.#docker.ping.bind(this.#docker)
    const answer = await this.#call(PING_WITHIN, ping)
    // Also a web server answers with 200.
    if (String(answer).trim() !== 'OK') {
      throw new DockerError('bad-answer', `What answers at ${this.where} is not Docker. Check DOCKER_HOST.`)
    }
  }

  /** Every container of the backend's that exists, newest first: named `ckrv-…`, or labelled with a run. */
  async listAgents(): Promise<Listed[]> {
    // Two questions would be two moments: one, and the choice is ours.
    const answer = await this.#call(ANSWER_WITHIN, options => this.#docker.listContainers({ all: true, ...options }))
    return read(z.array(listed), answer).filter(isAgents)
  }

  /** `id` in full. Rejects with `not-found` where there is none such. */
  async inspect(id: string): Promise<Inspection> {
    const container = this.#container(id)
    return read(inspection, await this.#call(ANSWER_WITHIN, options => container.inspect(options)))
  }

  /** `name` as a container's configuration names its image. */
  async imageExists(name: string): Promise<boolean> {
    const image = this.#docker.getImage(encodeURIComponent(name))
    try {
      await this.#call(ANSWER_WITHIN, () => image.inspect())
      return true
    } catch (error) {
      if (error instanceof DockerError && error.kind === 'not-found') return false
      throw error
    }
  }

  /** SIGTERM, then SIGKILL after 10 s; resolves when the container has stopped, also where it had before. */
  async stop(id: string): Promise<void> {
    const container = this.#container(id)
    const within = STOP_GRACE * 1000 + ANSWER_WITHIN
    await this.#call(within, options => container.stop({ t: STOP_GRACE, ...options }).catch(unlessStopped))
  }

  /**
   * Subscribes to the events of containers, at first those that the Engine still knows since `since` (ms, its clock; it
   * keeps the last 256 until it is restarted). Resolves once the subscription stands. The iteration ends where the Engine
   * ends the stream, and throws where it is cut; `destroy` ends it from here. What can't be read is told to `odd`.
   */
  async events(since: number, odd: (reason: string) => void): Promise<EventStream> {
    const stream = await this.#stream(options =>
      this.#docker.getEvents({
        since: since / 1000,
        filters: { type: ['container'], event: [...watchedActions] },
        ...options,
      }),
    )
    return {
      destroy: () => void stream.destroy(),
      [Symbol.asyncIterator]: () => this.#eventsOf(stream, odd),
    }
  }

  /**
   * The output of a container from its beginning or `since`, and on until the container ends or the stream is destroyed.
   * `tty`: raw bytes; else multiplexed as the Engine does (8 bytes ahead of each piece). Its `error` must be listened to.
   */
  async logs(id: string, query: LogsQuery): Promise<{ stream: Readable; tty: boolean }> {
    const container = this.#container(id)
    const { tty } = await this.inspect(id)
    return { stream: await this.#stream(options => container.logs({ ...query, follow: true, ...options })), tty }
  }

  #container(id: string): Docker.Container {
    // It becomes part of a path.
    if (!/^[0-9a-f]{64}$/.test(id)) throw new DockerError('not-found', 'That is no id of a container.')
    return this.#docker.getContainer(id)
  }

  async #stream(open: (options: Abortable) => Promise<NodeJS.ReadableStream>): Promise<Readable> {
    const stream = await this.#call(ANSWER_WITHIN, open)
    if (!(stream instanceof Readable)) throw new DockerError('bad-answer', 'Docker answered with no stream.')
    // A peer that vanished without a word is noticed, where the network is in between.
    if (stream instanceof IncomingMessage) stream.socket.setKeepAlive(true, TCP_KEEP_ALIVE)
    return stream
  }

  async *#eventsOf(stream: Readable, odd: (reason: string) => void): AsyncGenerator<EngineEvent> {
    const decoder = new StringDecoder('utf8')
    let rest = ''
    try {
      for await (const chunk of stream) {
        if (!Buffer.isBuffer(chunk)) continue
        const lines = (rest + decoder.write(chunk)).split('\n')
        rest = lines.pop() ?? ''
        if (rest.length > LONGEST_EVENT) throw new DockerError('bad-answer', 'Docker sent an event without an end.')
        for (const line of lines) {
          const event = line.trim() === '' ? null : eventOf(line, odd)
          if (event !== null) yield event
        }
      }
    } catch (error) {
      throw asDockerError(error, this.where)
    } finally {
      stream.destroy()
    }
  }

  /**
   * The client's own promise stays open for ever where a connection is cut amid an answer, so ours does not rely on it.
   */
  async #call<T>(within: number, call: (options: Abortable) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new DockerError('timeout', `Docker at ${this.where} did not answer within ${within / 1000} s.`))
        controller.abort()
      }, within)
    })
    try {
      return await Promise.race([call({ abortSignal: controller.signal }), late])
    } catch (error) {
      throw asDockerError(error, this.where)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The events of containers, in the Engine's order. */
export interface EventStream extends AsyncIterable<EngineEvent> {
  destroy(): void
}

interface Abortable {
  abortSignal: AbortSignal
}

/** Nothing is asked yet. */
export const connectEngine = (host: DockerHost): Engine => new Engine(host)

function eventOf(line: string, odd: (reason: string) => void): EngineEvent | null {
  try {
    return parseEvent(line)
  } catch {
    // Why would quote what came, labels and all.
    odd("An event of Docker's can't be read.")
    return null
  }
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw new DockerError('bad-answer', "Docker's answer can't be read.", false, { cause: result.error })
}

function unlessStopped(error: unknown): void {
  if (typeof error === 'object' && error !== null && Reflect.get(error, 'statusCode') === 304) return
  throw error
}
