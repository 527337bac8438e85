import { once } from 'node:events'
import { request as plain, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as secure } from 'node:https'
import { DockerError } from './docker-error'

/** Where the Engine listens. */
export type DockerHost =
  | { socketPath: string }
  | { protocol: 'http' | 'https'; host: string; port: number; tls?: { ca: string; cert: string; key: string } }

/** One question to the Engine. */
export interface Question {
  method: 'GET' | 'POST'
  /** With its query. */
  path: string
}

/**
 * Asks the Engine. Resolves with the head of its answer, whose body waits to be read: clients for Docker read an answer
 * whole, however long it is, and one without an end would cost all memory there is [SAFE-5]. Rejects with a system's error.
 * @param signal ends the connection, also where the answer has begun
 */
export async function ask(host: DockerHost, question: Question, signal: AbortSignal): Promise<IncomingMessage> {
  const request = requestTo(host, { ...question, signal })
  const answered = once(request, 'response')
  // What goes wrong once the answer has begun is the answer's to tell.
  request.on('error', () => undefined)
  request.end()
  const [response] = (await answered) as [IncomingMessage]
  return response
}

function requestTo(host: DockerHost, options: RequestOptions) {
  if ('socketPath' in host) return plain({ ...options, socketPath: host.socketPath })
  const { protocol, host: hostname, port, tls } = host
  return protocol === 'https' ? secure({ ...options, ...tls, hostname, port }) : plain({ ...options, hostname, port })
}

/** The answer's whole text. Rejects with `bad-answer` once it is longer than so many bytes, and hangs up. */
export async function textOf(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > most) throw new DockerError('bad-answer', `Docker's answer is longer than ${most / 1024} KiB.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
