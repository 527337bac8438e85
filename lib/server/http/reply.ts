import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pace } from '../bounds/pace'
import { MAX_BODY_BYTES, refusals, type Refused } from './refusals'

/**
 * An answer before it is written: `json`, or `text`, which is plain unless a header says otherwise, and is written as fast as its
 * reader takes it.
 */
export type Reply = Streamed | (Head & { json: unknown })
export type Streamed = Head & { text: AsyncIterable<string | Buffer> }

interface Head {
  status: number
  headers?: Record<string, string>
}

const always = { 'cache-control': 'no-store' }

/** Writes a reply. Rejects if the text that it streams fails half-way; a reader that disconnects is no failure. */
export async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const headers = { ...always, ...reply.headers }
  if ('json' in reply) {
    const body = Buffer.from(JSON.stringify(reply.json))
    response.writeHead(reply.status, {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.byteLength,
    })
    response.end(body)
    return
  }
  response.writeHead(reply.status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
  try {
    await pipeline(Readable.from(reply.text), response)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/**
 * Answers with a refusal as JSON.
 * @param more further fields beside the message
 */
export const sendError = (
  response: ServerResponse,
  { status, message, headers }: Pick<Refused, 'status' | 'message' | 'headers'>,
  more: object = {},
) => send(response, { status, headers, json: { error: message, ...more } })

/** Reads a JSON body of at most 64 KiB; undefined if the body is empty. Throws `Refused`. */
export async function readJson(request: IncomingMessage, pace: Pace): Promise<unknown> {
  const text = await readText(request, pace)
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refusals.noJson()
  }
}

/** Reads a body of at most 64 KiB. Many bodies may end at the same time, so each waits for its turn. Throws `Refused`. */
export async function readText(request: IncomingMessage, pace: Pace): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bodyOf(request)) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) throw refusals.tooLarge()
    chunks.push(chunk)
  }
  await pace.turn()
  return Buffer.concat(chunks).toString('utf8')
}

/** Yields a body piece by piece, however large it is. Throws `Refused` if it breaks off. */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request as AsyncIterable<Buffer>
  } catch {
    throw refusals.brokenOff()
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
