import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as pause } from 'node:timers/promises'
import Docker from 'dockerode'
import { z } from 'zod'
import { hasMoreValues } from '../../run/text/json-size'
import { isAgents } from '../agent-container'
import {
  inspection,
  listed,
  parseEvent,
  watchedActions,
  type EngineEvent,
  type Inspection,
  type Listed,
} from './answers'
import { DockerError } from './docker-error'
import { asDockerError, refusalOf } from './engine-errors'
import { ask, textOf, type Question } from './engine-http'

/** The address at which the Engine listens. */
export type DockerHost =
  | { socketPath: string }
  | { protocol: 'http' | 'https'; host: string; port: number; tls?: { ca: string; cert: string; key: string } }

/** The part of a container's output to read, oldest first. */
export interface LogsQuery {
  stdout: boolean
  stderr: boolean
  timestamps: boolean
  /** Only output printed at or after this time: seconds since 1970, optionally with a fraction. */
  since?: string
}

/** How long an answer may take, ms. */
const PING_WITHIN = 3_000
const ANSWER_WITHIN = 10_000
/** The time that the Engine gives a container between SIGTERM and SIGKILL, s. */
const STOP_GRACE = 10
/** Much longer than any event with its labels, chars. */
const LONGEST_EVENT = 1_048_576
const TCP_KEEP_ALIVE = 10_000
/** How much of an answer is read at most, bytes: a list holds thousands of containers, each with labels of any length [SAFE-5]. */
const LONGEST_LIST = 64 * 1024 * 1024
const LONGEST_INSPECTION = 4 * 1024 * 1024
const LONGEST_WORD = 64 * 1024
/** The most JSON values of an answer. A container has some 80 in a list, and some 300 in its inspection. */
const MOST_LISTED = 500_000
const MOST_INSPECTED = 20_000
/** After this many containers of a list, or this many ms of reading events, other work gets its turn. */
const AT_ONCE = 500
const SLICE = 8

/**
 * A thin layer over the HTTP interface of the Docker Engine. Each call ends within its time limit, even if the daemon
 * accepts the connection and never answers. Each rejection is a `DockerError`.
 */
export class Engine {
  /** The address for messages: the socket's path, or scheme, host and port. */
  readonly where: string
  readonly #docker: Docker

  constructor(host: DockerHost) {
    this.where = 'socketPath' in host ? host.socketPath : `${host.protocol}://${host.host}:${host.port}`
    // The client reads missing options from the environment, by rules of its own, so every option is set here.
    const unsaid = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined }
    const noTls = { ca: undefined, cert: undefined, key: undefined }
    this.#docker =
      'socketPath' in host
        ? new Docker({ ...unsaid, ...noTls, protocol: 'http', socketPath: host.socketPath })
        : new Docker({ ...unsaid, ...noTls, ...host.tls, protocol: host.protocol, host: host.host, port: host.port })
  }

  /** Resolves when a Docker daemon answers. Rejects after 3 s without an answer. */
  async ping(): Promise<void> {
    const answer = await this.#read(get('/_ping'), LONGEST_WORD, PING_WITHIN)
    // A web server answers with 200 as well.
    if (answer.trim() !== 'OK') {
      throw new DockerError(
        'bad-answer',
        `The server at ${this.where} answered GET /_ping with 200, and is not Docker. Check DOCKER_HOST.`,
      )
    }
  }

  /** All existing containers of the backend, newest first: those named `ckrv-…`, or labelled with a run. */
  async listAgents(): Promise<Listed[]> {
    // Two filtered requests would show two different moments, so one request lists all containers, which are filtered
    // here.
    const answer = await this.#read(get('/containers/json', { all: true }), LONGEST_LIST)
    const all: Listed[] = []
    for (const [n, item] of this.#parse(z.array(z.unknown()), answer, MOST_LISTED).entries()) {
      if (n % AT_ONCE === 0) await pause()
      all.push(this.#as(listed, item))
    }
    return all.filter(isAgents)
  }

  /** `id` is the full id. Rejects with `not-found` if there is no such container. */
  async inspect(id: string): Promise<Inspection> {
    return this.#parse(inspection, await this.#read(get(`${pathOf(id)}/json`), LONGEST_INSPECTION), MOST_INSPECTED)
  }

  /** `name` is the image's name in a container's configuration. */
  async imageExists(name: string): Promise<boolean> {
    try {
      await this.#ask(get(`/images/${encodeURIComponent(name)}/json`), ANSWER_WITHIN, hangUp)
      return true
    } catch (error) {
      if (error instanceof DockerError && error.kind === 'not-found') return false
      throw error
    }
  }

  /** Sends SIGTERM, then SIGKILL after 10 s. Resolves when the container has stopped, or if it had stopped already. */
  async stop(id: string): Promise<void> {
    const question: Question = { method: 'POST', path: `${pathOf(id)}/stop`, query: { t: STOP_GRACE } }
    await this.#ask(question, STOP_GRACE * 1000 + ANSWER_WITHIN, hangUp)
  }

  /**
   * Subscribes to the events of containers. First come the events since `since` (ms, the Engine's clock) that the Engine
   * still holds: it keeps the last 256 until it is restarted. Resolves when the subscription is established. The iteration
   * ends if the Engine ends the stream, and throws if the connection is cut. `destroy` ends it from this side. Events that
   * can't be read are reported to `odd`.
   */
  async events(since: number, odd: (reason: string) => void): Promise<EventStream> {
    const filters = JSON.stringify({ type: ['container'], event: watchedActions })
    const stream = await this.#stream(get('/events', { since: since / 1000, filters }))
    return {
      destroy: () => void stream.destroy(),
      [Symbol.asyncIterator]: () => this.#eventsOf(stream, odd),
    }
  }

  /**
   * The output of a container from its beginning or `since`, until the container ends or the stream is destroyed. With
   * `tty` the stream is raw bytes; without it the Engine multiplexes it (8 bytes before each piece). The caller must
   * listen to the stream's `error`.
   */
  async logs(id: string, query: LogsQuery): Promise<{ stream: Readable; tty: boolean }> {
    const { tty } = await this.inspect(id)
    return { stream: await this.#stream(get(`${pathOf(id)}/logs`, { ...query, follow: true })), tty }
  }

  /** The whole text of an answer. Rejects if it is longer than `most` bytes. */
  async #read(question: Question, most: number, within = ANSWER_WITHIN): Promise<string> {
    return this.#ask(question, within, response => textOf(response, most))
  }

  /** Throws a `DockerError` if the text does not match the schema, or holds more values than `most`. */
  #parse<T>(schema: z.ZodType<T>, answer: string, most: number): T {
    if (hasMoreValues(answer, most)) throw this.#unreadable(`more than ${most} values`)
    try {
      return this.#as(schema, JSON.parse(answer))
    } catch (cause) {
      throw cause instanceof DockerError ? cause : this.#unreadable(cause)
    }
  }

  #as<T>(schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    throw this.#unreadable(parsed.error)
  }

  #unreadable(cause: unknown): DockerError {
    const words = `Docker's answer can't be read: the server at ${this.where} may be another program. Check DOCKER_HOST.`
    return new DockerError('bad-answer', words, false, { cause })
  }

  /** Opens an answer that has no end of its own. */
  async #stream(question: Question): Promise<Readable> {
    return this.#ask(question, ANSWER_WITHIN, response => {
      // Keep-alive detects a peer on the network that vanished without closing the connection.
      response.socket.setKeepAlive(true, TCP_KEEP_ALIVE)
      return response
    })
  }

  async *#eventsOf(stream: Readable, odd: (reason: string) => void): AsyncGenerator<EngineEvent> {
    const decoder = new StringDecoder('utf8')
    let rest = ''
    try {
      for await (const chunk of stream) {
        if (!Buffer.isBuffer(chunk)) continue
        const lines = (rest + decoder.write(chunk)).split('\n')
        rest = lines.pop() ?? ''
        if (rest.length > LONGEST_EVENT)
          throw new DockerError(
            'bad-answer',
            `Docker at ${this.where} sent an event of more than 1 MiB. Check DOCKER_HOST.`,
          )
        let since = performance.now()
        for (const line of lines) {
          if (performance.now() - since > SLICE) {
            await pause()
            since = performance.now()
          }
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

  /** Sends a request, and passes a successful answer to `take`. Both must end within `within` ms. Rejects with a `DockerError`. */
  async #ask<T>(question: Question, within: number, take: (response: IncomingMessage) => T | Promise<T>): Promise<T> {
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), within)
    try {
      const response = await ask(this.#docker, question, patience.signal)
      const refusal = refusalOf(response.statusCode ?? 0, question, this.where)
      if (refusal === null) return await take(response)
      hangUp(response)
      throw refusal
    } catch (error) {
      if (!patience.signal.aborted) throw asDockerError(error, this.where)
      const words = `Docker at ${this.where} did not answer within ${within / 1000} s. It is asked again; if this lasts, restart Docker.`
      throw new DockerError('timeout', words, false, { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The events of containers, in the order in which the Engine sends them. */
export interface EventStream extends AsyncIterable<EngineEvent> {
  destroy(): void
}

function eventOf(line: string, odd: (reason: string) => void): EngineEvent | null {
  try {
    return parseEvent(line)
  } catch {
    // The error's reason is omitted: it would quote the event with its labels.
    odd("An event of Docker's can't be read.")
    return null
  }
}

/** The status is enough: the rest of the answer may be long. */
const hangUp = (response: IncomingMessage): void => void response.destroy()

const get = (path: string, query?: Record<string, unknown>): Question => ({
  method: 'GET',
  path,
  ...(query && { query }),
})

/** The URL path of a container. Throws if `id` is not a full id. */
function pathOf(id: string): string {
  if (!/^[0-9a-f]{64}$/.test(id)) throw new DockerError('not-found', 'That is no id of a container.')
  return `/containers/${id}`
}
