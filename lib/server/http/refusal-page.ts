import { createHash } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { shownProse } from '../../run/text/display-text'
import type { Refused } from './refusals'
import { send, sendError } from './reply'

/** All styles of the page. The page needs no other file: on a host that is not served, its files would be refused too. */
const STYLE = [
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}',
  'body{max-width:40rem;margin:15vh auto 0;padding:0 1.25rem}',
  'h1{font-size:1.375rem;line-height:1.3}',
  'p{overflow-wrap:anywhere}',
  'small{opacity:.7}',
].join('')

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const titles: Partial<Record<number, string>> = {
  401: 'Nobody is signed in',
  403: 'Groundtruth refuses this request',
  404: 'There is nothing here',
  421: 'Groundtruth is not served at this address',
  429: 'Too many requests',
  431: 'The browser sends too much',
  500: 'Groundtruth failed to answer',
  502: 'The backend or Docker did not do it',
  503: 'Groundtruth is being stopped',
}

/** The headers that belong to `pageOf`. */
export const pageHeaders = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }

/** The parts of a refusal that an answer needs. */
type Said = Pick<Refused, 'status' | 'message' | 'headers'>

/**
 * Answers with a refusal: as a page if a browser asks for one, else as JSON [SAY-3].
 * @param more further fields of the JSON
 */
export async function sendRefusal(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  said: Said,
  more: object = {},
): Promise<void> {
  if (!wantsPage(request.headers.accept)) return sendError(response, said, more)
  const headers = { ...said.headers, ...pageHeaders }
  await send(response, { status: said.status, headers, text: Readable.from([pageOf(said)]) })
}

/** Whether a browser opens an address. Programs accept JSON, or anything. */
export function wantsPage(accept = ''): boolean {
  return accept.split(',').some(range => range.split(';')[0]?.trim().toLowerCase() === 'text/html')
}

/** Left out at an address that is not served, where the link would not work. */
const HOME = '<p><a href="/">Go to the fleet</a></p>\n'

export function pageOf({ status, message }: Said): string {
  const title = titles[status] ?? 'This request can’t be answered'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${escaped(shownProse(message))}</p>
${status === 421 ? '' : HOME}<p><small>Groundtruth, HTTP ${status} ${STATUS_CODES[status] ?? ''}</small></p>
</html>
`
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
