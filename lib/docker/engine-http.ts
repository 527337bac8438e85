import { IncomingMessage } from 'node:http'
import type Docker from 'dockerode'
import { DockerError } from './docker-error'

/** One question to the Engine. */
export interface Question {
  method: 'GET' | 'POST'
  path: string
  query?: Record<string, unknown>
}

/** Whatever it answers, the head of it is for us: the client would read what explains a refusal whole. */
const ANY_STATUS = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [200 + index, true]))

/**
 * Asks the Engine. Resolves with the head of its answer, whose body waits to be read: the client's own calls read an answer
 * whole, however long it is, and one without an end would cost all memory there is [SAFE-5]. Rejects with a system's error.
 * @param signal ends the connection, also where the answer has begun
 */
export function ask(docker: Docker, { method, path, query }: Question, signal: AbortSignal): Promise<IncomingMessage> {
  const question = query ? { path: `${path}?`, options: { _query: query, _body: {} } } : { path }
  const how = { method, isStream: true, statusCodes: ANY_STATUS, abortSignal: signal }
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...question, ...how }, (error, answer) => {
      if (answer instanceof IncomingMessage) resolve(answer)
      else reject(error ?? new DockerError('bad-answer', 'Docker gave no HTTP answer. Check DOCKER_HOST.'))
    })
  })
}

/** The answer's whole text. Rejects with `bad-answer` once it is longer than so many bytes, and hangs up. */
export async function textOf(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > most)
      throw new DockerError(
        'bad-answer',
        `Docker's answer is longer than ${most / 1024} KiB, which is not read. Check DOCKER_HOST.`,
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
