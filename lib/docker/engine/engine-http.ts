import { IncomingMessage } from 'node:http'
import type Docker from 'dockerode'
import { DockerError } from './docker-error'

/** One request to the Engine. */
export interface Question {
  method: 'GET' | 'POST'
  path: string
  query?: Record<string, unknown>
}

/** Accepts every status here: the client would read the whole text of a refusal. */
const ANY_STATUS = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [200 + index, true]))

/**
 * Sends a request to the Engine. Resolves with the head of the answer, before its body is read. The client's own calls
 * read the whole body, and a body without an end would fill the memory [SAFE-5]. Rejects with an error of the system.
 * @param signal ends the connection, even after the answer has begun
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

/** The whole text of an answer. Rejects with `bad-answer` and closes the connection if it is longer than `most` bytes. */
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
