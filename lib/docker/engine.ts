import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as pause } from 'node:timers/promises'
import Docker from 'dockerode'
import { z } from 'zod'
import { hasMoreValues } from '../run/json-size'
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
import { DockerError } from './docker-error'
import { asDockerError, refusalOf } from './engine-errors'
import { ask, textOf, type Question } from './engine-http'

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
/** What is read of an answer, in bytes: a list holds thousands of containers, each with labels of any length [SAFE-5]. */
const LONGEST_LIST = 64 * 1024 * 1024
const LONGEST_INSPECTION = 4 * 1024 * 1024
const LONGEST_WORD = 64 * 1024
/** A container is some 80 values of a list, and some 300 of its inspection. */
const MOST_LISTED = 500_000
const MOST_INSPECTED = 20_000
/** So many containers are read, and events for so many ms, before others have their turn. */
const AT_ONCE = 500
const SLICE = 8

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
    const answer = await this.#read(get('/_ping'), LONGEST_WORD, PING_WITHIN)
    // Also a web server answers with 200.
    if (answer.trim() !== 'OK') {
      throw new DockerError(
        'bad-answer',
        `The server at ${this.where} answered GET /_ping with 200, and is not Docker. Check DOCKER_HOST.`,
      )
    }
  }

  /** Every container of the backend's that exists, newest first: named `ckrv-…`, or labelled with a run. */
  async listAgents(): Promise<Listed[]> {
    // Two questions would be two moments: one, and the choice is ours.
    const answer = await this.#read(get('/containers/json', { all: true }), LONGEST_LIST)
    const all: Listed[] = []
    for (const [n, item] of this.#parse(z.array(z.unknown()), answer, MOST_LISTED).entries()) {
      if (n % AT_ONCE === 0) await pause()
      all.push(this.#as(listed, item))
    }
    return all.filter(isAgents)
  }

  /** `id` in full. Rejects with `not-found` where there is none such. */
  async inspect(id: string): Promise<Inspection> {
    return this.#parse(inspection, await this.#read(get(`${pathOf(id)}/json`), LONGEST_INSPECTION), MOST_INSPECTED)
  }

  /** `name` as a container's configuration names its image. */
  async imageExists(name: string): Promise<boolean> {
    try {
      await this.#ask(get(`/images/${encodeURIComponent(name)}/json`), ANSWER_WITHIN, hangUp)
      return true
    } catch (error) {
      if (error instanceof DockerError && error.kind === 'not-found') return false
      throw error
    }
  }

  /** SIGTERM, then SIGKILL after 10 s; resolves when the container has stopped, also where it had before. */
  async stop(id: string): Promise<void> {
    const question: Question = { method: 'POST', path: `${pathOf(id)}/stop`, query: { t: STOP_GRACE } }
    await this.#ask(question, STOP_GRACE * 1000 + ANSWER_WITHIN, hangUp)
  }

  /**
   * Subscribes to the events of containers, at first those that the Engine still knows since `since` (ms, its clock; it
   * keeps the last 256 until it is restarted). Resolves once the subscription stands. The iteration ends where the Engine
   * ends the stream, and throws where it is cut; `destroy` ends it from here. What can't be read is told to `odd`.
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
   * The output of a container from its beginning or `since`, and on until the container ends or the stream is destroyed.
   * `tty`: raw bytes; else multiplexed as the Engine does (8 bytes ahead of each piece). Its `error` must be listened to.
   */
  async logs(id: string, query: LogsQuery): Promise<{ stream: Readable; tty: boolean }> {
    const { tty } = await this.inspect(id)
    return { stream: await this.#stream(get(`${pathOf(id)}/logs`, { ...query, follow: true })), tty }
  }

  /** An answer's whole text, of at most so many bytes. */
  async #read(question: Question, most: number, within = ANSWER_WITHIN): Promise<string> {
    return this.#ask(question, within, response => textOf(response, most))
  }

  /** Throws a `DockerError` where the text is not what the schema wants, or holds more values than so many. */
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

  /** An answer that has no end of its own. */
  async #stream(question: Question): Promise<Readable> {
    return this.#ask(question, ANSWER_WITHIN, response => {
      // A peer that vanished without a word is noticed, where the network is in between.
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

  /** Asks, and takes what it wants of an answer that says yes; all within so many ms. Rejects with a `DockerError`. */
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

/** The events of containers, in the Engine's order. */
export interface EventStream extends AsyncIterable<EngineEvent> {
  destroy(): void
}

function eventOf(line: string, odd: (reason: string) => void): EngineEvent | null {
  try {
    return parseEvent(line)
  } catch {
    // Why would quote what came, labels and all.
    odd("An event of Docker's can't be read.")
    return null
  }
}

/** That it said yes is all that is wanted: the rest may be long. */
const hangUp = (response: IncomingMessage): void => void response.destroy()

const get = (path: string, query?: Record<string, unknown>): Question => ({
  method: 'GET',
  path,
  ...(query && { query }),
})

/** The path of a container. Throws where it is no id in full. */
function pathOf(id: string): string {
  if (!/^[0-9a-f]{64}$/.test(id)) throw new DockerError('not-found', 'That is no id of a container.')
  return `/containers/${id}`
}
