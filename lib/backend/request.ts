import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'

export interface Request {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body: string | null
  /** Aborts the request, or the reading of its answer. */
  signal: AbortSignal
  /** How long the text of the answer may be, characters. */
  most: number
}

/** An answer, whatever its status. `date`: its header of that name. */
export interface Answer {
  status: number
  date: string | null
  text: string
}

/** The text of an answer is longer than it may be, and was not read to its end. */
export class TooLong extends Error {}

/** An answer is compressed, although that was not requested. */
class Compressed extends Error {
  readonly code = 'ERR_CONTENT_ENCODING'
}

/** A connection that had served an earlier request was closed before it brought an answer to this one. */
class ClosedBefore extends Error {}

/** How long an idle connection is kept, ms: the other side closes it at any moment, too. */
const IDLE = 4_000
const AGENTS = {
  'http:': new http.Agent({ keepAlive: true, timeout: IDLE }),
  'https:': new https.Agent({ keepAlive: true, timeout: IDLE }),
}

/**
 * Sends a request and reads its answer. Rejects with the error of the network or with `TooLong`. Redirects are not followed. This
 * is Node's own client, because the framework replaces `fetch`, and dozens of requests are sent every second.
 *
 * A `GET` whose connection turns out to be closed is sent again, on a new one. A `POST` has a connection of its own, so that one
 * which was already closed does not leave it open whether the call arrived [RUN-2.7].
 */
export async function request(url: URL, { most, ...options }: Request): Promise<Answer> {
  const answer = await (options.method === 'POST' ? send(url, options, false) : sendOnKept(url, options))
  const { statusCode: status = 0, headers } = answer
  return { status, date: headers.date ?? null, text: await textOf(answer, most) }
}

type Sent = Omit<Request, 'most'>

async function sendOnKept(url: URL, options: Sent): Promise<IncomingMessage> {
  try {
    return await send(url, options, AGENTS[url.protocol === 'https:' ? 'https:' : 'http:'])
  } catch (error) {
    if (!(error instanceof ClosedBefore)) throw error
    return send(url, options, false)
  }
}

function send(url: URL, { body, ...options }: Sent, agent: http.Agent | false): Promise<IncomingMessage> {
  const client = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const sent = client.request(url, { ...options, agent }, resolve)
    sent.on('error', error => {
      const isClosed = sent.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      reject(isClosed ? new ClosedBefore('closed before', { cause: error }) : error)
    })
    sent.end(body)
  })
}

async function textOf(answer: IncomingMessage, most: number): Promise<string> {
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
    if (text.length > most) throw new TooLong(`more than ${most} characters`)
  }
  return text + decoder.decode()
}
