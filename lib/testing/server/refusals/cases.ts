import { once } from 'node:events'
import { connect } from 'node:net'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Required } from '../../support/error-words'
import type { Answer } from '../fake-hub'

/** For tests: how to cause each refusal, and the text that it must have [SAY-4]. */

/** A refusal as a client received it. */
export interface Met {
  /** The status as the table writes it: an HTTP status, an exit code, or the name of an event. */
  status: string
  error: string
}

export interface Case {
  meet: (accept?: string) => Promise<Met>
  says: Required
  /** The refusal is not an answer to an address that a browser opens, so it is never a page. */
  noPage?: boolean
  /** The refusal is a code of the page protocol: `what` is its whole text. */
  isWord?: boolean
}

export type Cases<K extends string> = Record<K, Case>

export const says = (what: RegExp, where: RegExp, next: RegExp): Required => ({ what, where, next })

/** The rows of a section's table of refusals: the text in backquotes in the first cell, and the status in the second. */
export function rowsOf(rule: string): Map<string, string> {
  const rules = readFileSync(fileURLToPath(new URL('../../../server/RULES.md', import.meta.url)), 'utf8')
  const [, after = ''] = rules.split(`\n## ${rule}: `)
  const rows = new Map<string, string>()
  for (const [, key = '', status = ''] of (after.split(/\n#+ /)[0] ?? '').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)) {
    if (rows.has(key)) throw new Error(`${rule} has two rows ${key}`)
    rows.set(key, status.trim())
  }
  return rows
}

const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8'
/** The headers of a browser that opens an address. */
export const asBrowser = { accept: BROWSER }

/** Reads an answer of the HTTP interface: JSON that holds only `error`, and perhaps `runId`; or a page. */
export function metOf({ status, headers, text }: Pick<Answer, 'status' | 'headers' | 'text'>): Met {
  const type = headers['content-type']
  if (type === 'text/html; charset=utf-8') {
    const [, shown = ''] = /<h1>[^<]+<\/h1>\n<p>([^<]+)<\/p>/.exec(text) ?? []
    if (/<script|<img|javascript:/i.test(text)) throw new Error(`The page holds more than text: ${text}`)
    return {
      status: String(status),
      error: shown.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
    }
  }
  if (type !== 'application/json; charset=utf-8')
    throw new Error(`${status} is neither JSON nor a page: ${String(type)}`)
  const body: unknown = JSON.parse(text)
  const isRefusal = typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
  if (!isRefusal || Object.keys(body).some(key => key !== 'error' && key !== 'runId'))
    throw new Error(`no refusal: ${text}`)
  return { status: String(status), error: String(body.error) }
}

/** Sends bytes over TCP, and reads everything that comes back as one answer. `end`: nothing more is sent. */
export async function raw(port: number, bytes: string, end = false): Promise<Met> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  if (end) socket.end()
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const type = /^content-type: *(.*)$/im.exec(head)?.[1]
  const status = Number(/^HTTP\/1\.1 (\d+) /.exec(head)?.[1])
  return metOf({ status, headers: { 'content-type': type }, text: body })
}
