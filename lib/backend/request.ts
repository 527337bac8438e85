import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'

export interface Request {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body: string | null
  /** Aborts the request, or the reading of its answer. */
  signal: AbortSignal
}

/** How long an idle connection is kept, ms: the other side closes it at any moment, too. */
const IDLE = 4_000
const AGENTS = {
  'http:': new http.Agent({ keepAlive: true, timeout: IDLE }),
  'https:': new https.Agent({ keepAlive: true, timeout: IDLE }),
}

/**
 * Sends a request and resolves with the head of its answer, whatever its status; the text is read by `textOf`. Rejects with the
 * error of the network. Redirects are not followed. This is Node's own client, because the framework replaces `fetch`, and
 * because dozens of requests are sent every second.
 *
 * A `GET` whose connection turns out to be closed is sent again, on a new one. A `POST` has a connection of its own, so that one
 * which was already closed does not leave it open whether the call arrived [RUN-2.7].
 */
export async function send(url: URL, request: Request): Promise<IncomingMessage> {
  if (request.method === 'POST') return sendOnce(url, request, false)
  try {
    return await sendOnce(url, request, AGENTS[url.protocol === 'https:' ? 'https:' : 'http:'])
  } catch (error) {
    if (!(error instanceof ClosedBefore)) throw error
    return sendOnce(url, request, false)
  }
}

/** A connection that had served an earlier request was closed before it brought an answer to this one. */
class ClosedBefore extends Error {}

function sendOnce(url: URL, { body, ...options }: Request, agent: http.Agent | false): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent }, resolve)
    sent.on('error', error => {
      const isClosed = sent.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      reject(isClosed ? new ClosedBefore('closed before', { cause: error }) : error)
    })
    sent.end(body)
  })
}

/** The answer is compressed, although that was not requested. */
export class Compressed extends Error {
  readonly code = 'ERR_CONTENT_ENCODING'
}

/**
 * Reads the text of an answer. Rejects with the error of the network.
 * @param most how long the text may be, characters
 * @param tooLong makes the error for a longer text; the rest is not read
 */
export async function textOf(answer: IncomingMessage, most: number, tooLong: () => Error): Promise<string> {
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    answer.destroy()
    throw new Compressed(`compressed by ${encoding}`)
  }
  const decoder = new TextDecoder()
  let text = ''
  const chunks: AsyncIterable<Uint8Array> = answer
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > most) throw tooLong()
  }
  return text + decoder.decode()
}
