import { createHash } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { send, sendError } from './reply'

/** All there is of style: the page has to stand alone, as files of a host that is not served are refused, too. */
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
  403: 'Groundtruth refuses this request',
  421: 'Groundtruth is not served at this address',
  429: 'Too many tries',
  500: 'Groundtruth failed to answer',
}

/** Answers with a refusal: as a page where a browser asks for one, else as JSON [SAY-3]. */
export async function sendRefusal(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  status: number,
  error: string,
  headers: Record<string, string> = {},
): Promise<void> {
  if (!wantsPage(request.headers.accept)) return sendError(response, status, error, headers)
  await send(response, {
    status,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    text: Readable.from([pageOf(status, error)]),
  })
}

/** True of browsers that open an address. Programs ask for JSON, or for anything. */
function wantsPage(accept = ''): boolean {
  return accept.split(',').some(range => range.split(';')[0]?.trim().toLowerCase() === 'text/html')
}

function pageOf(status: number, error: string): string {
  const title = titles[status] ?? 'This request can’t be answered'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${escaped(error)}</p>
<p><small>Groundtruth, HTTP ${status} ${STATUS_CODES[status] ?? ''}</small></p>
</html>
`
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
