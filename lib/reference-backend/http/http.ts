import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'

/** The size limit of a body in bytes; the real backend's framework has the same limit. */
const LARGEST_BODY = 2 * 1024 * 1024

export interface Answer {
  status: number
  type: string
  text: string
}

export const json = (value: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  text: JSON.stringify(value),
})

export const plain = (text: string, status = 200): Answer => ({ status, type: 'text/plain; charset=utf-8', text })

/** The answer to an unknown path, for every method: the single-page application. */
export const page: Answer = {
  status: 200,
  type: 'text/html',
  text: '<!doctype html>\n<html lang="en">\n<head><meta charset="UTF-8" /><title>CKRV Dashboard</title></head>\n<body><div id="root"></div></body>\n</html>\n',
}

/** The error of a handler that does not accept a request, with the answer to it. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(status: number, text: string) {
    super(text)
    this.answer = plain(text, status)
  }
}

export interface Call {
  query: URLSearchParams
  contentType: string
  body: string
}

export type Handler = (call: Call) => Answer
/** Handlers of one path, by method. */
export type Methods = ReadonlyMap<string, Handler>

/** The unescaped text of a path's segment. Throws `Refusal`. */
export function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Refusal(400, 'Invalid URL: not UTF-8 once unescaped')
  }
}

/** The value of a field of the query. Throws `Refusal`. */
export function queried(query: URLSearchParams, field: string): string {
  const value = query.get(field)
  if (value === null) throw new Refusal(400, `Failed to deserialize query string: missing field \`${field}\``)
  return value
}

/** The whole number in a field of the query, or its default. Throws `Refusal`. */
export function queriedNumber(query: URLSearchParams, field: string, otherwise: number): number {
  const value = query.get(field)
  if (value === null) return otherwise
  if (!/^\d+$/.test(value)) {
    throw new Refusal(400, `Failed to deserialize query string: ${field}: invalid digit found in string`)
  }
  return Number(value)
}

/** A JSON body of this shape. Throws `Refusal`: 415 for another type, 400 for bad JSON, 422 for a wrong shape. */
export function body<T>({ contentType, body }: Call, schema: z.ZodType<T>): T {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(contentType)) {
    throw new Refusal(415, 'Expected request with `Content-Type: application/json`')
  }
  const parsed = schema.safeParse(parse(body), { reportInput: true })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, input, message }) =>
    input === undefined ? `missing field \`${path.join('.')}\`` : `${path.join('.')}: ${message}`,
  )
  const place = `at line ${body.split('\n').length} column ${body.length - body.lastIndexOf('\n') - 1}`
  throw new Refusal(422, `Failed to deserialize the JSON body into the target type: ${problems[0] ?? ''} ${place}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, `Failed to parse the request body as JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

/** Answers one request with the result of the route's handler. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  route: (path: string) => Methods | undefined,
): Promise<void> {
  const answer = await answerTo(request, route)
  response.writeHead(answer.status, { 'content-type': answer.type })
  response.end(request.method === 'HEAD' ? '' : answer.text)
}

async function answerTo(request: IncomingMessage, route: (path: string) => Methods | undefined): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://backend')
  try {
    const methods = route(url.pathname)
    if (methods === undefined) return page
    const handler = methods.get(request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'))
    if (handler === undefined) return plain('', 405)
    const text = await bodyOf(request)
    return handler({ query: url.searchParams, contentType: request.headers['content-type'] ?? '', body: text })
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    return plain(error instanceof Error ? error.message : String(error), 500)
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LARGEST_BODY) throw new Refusal(413, 'Failed to buffer the request body: length limit exceeded')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
