import type { IncomingHttpHeaders } from 'node:http'
import { SOCKET_PATH } from '../sync/messages'
import { isLoopback } from './config'

export const MAX_BODY_BYTES = 64 * 1024
export const TOO_LARGE = 'The body must not be larger than 64 KiB. Send less.'

/** What the guard looks at: of a request or an upgrade, before anything else sees it. */
export interface Incoming {
  method: string
  /** As on the request line. */
  target: string
  headers: IncomingHttpHeaders
}

export interface Refusal {
  status: 400 | 403 | 405 | 413 | 415 | 421
  error: string
}

/** Where the sign-in page is, and where its form goes. */
export const SIGN_IN = '/sign-in'

/** Where recordings are sent to be imported, and as what: JSON, one thing a line, of any size as far as the guard goes. */
export const IMPORTS = '/api/imports'
export const RECORDING_TYPE = 'application/x-ndjson'

/**
 * Decides whether a request or upgrade may come in at all [SAFE-2]; undefined means yes. `port` is the one that the
 * connection came in on; `publicUrl` the one other address that this server is reached at.
 */
export function refusalOf(incoming: Incoming, port: number, publicUrl: URL | null): Refusal | undefined {
  const { method, target, headers } = incoming
  if (!target.startsWith('/')) {
    return {
      status: 400,
      error: 'The request target must be a path: Groundtruth is no proxy. Ask for example for /api/runs.',
    }
  }
  // A name that was made to point here by DNS rebinding is still in the Host header.
  if (!isOwnHost(headers.host, port, publicUrl))
    return { status: 421, error: misdirected(headers.host, port, publicUrl) }
  if (isForeign(incoming, publicUrl)) return { status: 403, error: FOREIGN }
  if (isLive(target)) return undefined
  const path = method === 'POST' ? pathOf(target) : null
  // How much of a recording is taken is decided where it is written.
  if (path === IMPORTS) return bodyRefusal(headers, RECORDING_TYPE, Infinity)
  // The one form there is works without scripts, which could send JSON; Origin has been looked at.
  return bodyRefusal(headers, path === SIGN_IN ? FORM : JSON_TYPE, MAX_BODY_BYTES)
}

const FOREIGN =
  'This request came from another site, which Groundtruth refuses. Open Groundtruth in a tab of its own; where this is its own ' +
  'page behind a proxy, set PUBLIC_URL to exactly the address that browsers show.'

/**
 * Why a host is not served, and how it can be [SAY-3]. A name is not repeated, as it may be an attacker's, but a port is: a
 * tunnel that listens on another port than the server is the usual reason.
 */
function misdirected(host: string | undefined, port: number, publicUrl: URL | null): string {
  const { name, number } = hostParts(host)
  if (publicUrl !== null) {
    return (
      `Groundtruth is served at ${publicUrl.origin}, as PUBLIC_URL says, and on port ${port} of its own machine. The address ` +
      'that was asked for is neither. Open that one, or set PUBLIC_URL to the address that browsers show.'
    )
  }
  if (isLoopbackName(name) && number !== String(port)) {
    const asked = number === undefined ? 'without a port' : `on port ${number}`
    const forwarded = `http://localhost${number === undefined ? '' : `:${number}`}`
    return (
      `Groundtruth listens on port ${port} and was asked for ${asked}, as through a tunnel. Forward the same port number ` +
      `(ssh -L ${port}:localhost:${port} …) and open http://localhost:${port}, or restart Groundtruth with ` +
      `PUBLIC_URL=${forwarded}, which takes a sign-in (TOKENS_FILE).`
    )
  }
  return (
    `Groundtruth is not served under the host name that was asked for. Open http://localhost:${port} on the machine that it runs ` +
    'on, or restart it with PUBLIC_URL set to the address that browsers show, which takes a sign-in (TOKENS_FILE).'
  )
}

/** The site that a request for this host is for. `secure`: a proxy serves it by https. No header decides that. */
export function siteOf(host: string | undefined, publicUrl: URL | null): { origin: string; secure: boolean } {
  const name = String(host).toLowerCase()
  if (publicUrl?.host === name) return { origin: publicUrl.origin, secure: publicUrl.protocol === 'https:' }
  return { origin: `http://${name}`, secure: false }
}

/** The same for a request that goes to a page: those are only read, and a path that can't be decoded names none. */
export function pageRefusalOf(method: string, target: string): Refusal | undefined {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, error: 'Pages answer GET and HEAD only. Calls that change something are under /api.' }
  try {
    decodeURIComponent(pathOf(target))
    return undefined
  } catch {
    return { status: 400, error: 'The path is not encoded as a URL must be. Write a percent sign as %25.' }
  }
}

/** True of what lies under the socket gateway's path. Its long-polling bodies are text, bounded by the gateway itself. */
export function isLive(target: string): boolean {
  return target.startsWith(`${SOCKET_PATH}/`)
}

/** The target without its query. Never decoded or normalised, so nothing can change its meaning on the way. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

function isOwnHost(host: string | undefined, port: number, publicUrl: URL | null): boolean {
  if (publicUrl !== null && host?.toLowerCase() === publicUrl.host) return true
  const { name, number = '80' } = hostParts(host)
  return Number(number) === port && isLoopbackName(name)
}

/** A `Host` header in its parts; neither where it is malformed. */
function hostParts(host: string | undefined): { name?: string; number?: string } {
  return /^(?<name>\[[^\]]*\]|[^:]*)(?::(?<number>\d{1,5}))?$/.exec(host ?? '')?.groups ?? {}
}

const isLoopbackName = (name: string | undefined): boolean =>
  name !== undefined && isLoopback(name.toLowerCase().replace(/^\[(.*)\]$/, '$1'))

/**
 * A browser says where a request comes from: by Origin, or else by Sec-Fetch-Site. Programs say neither. Following a
 * link to a page from elsewhere is fine, framing it is not.
 */
function isForeign({ method, target, headers }: Incoming, publicUrl: URL | null): boolean {
  if (headers.origin !== undefined) return headers.origin.toLowerCase() !== siteOf(headers.host, publicUrl).origin
  if (headers['sec-fetch-site'] !== 'cross-site') return false
  const isNavigation =
    headers['sec-fetch-mode'] === 'navigate' && (headers['sec-fetch-dest'] ?? 'document') === 'document'
  return !(isNavigation && method === 'GET' && !pathOf(target).startsWith('/api/'))
}

const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'

/** A form on another site can send text or form fields without asking, JSON it cannot. */
function bodyRefusal(headers: IncomingHttpHeaders, type: string, maxBytes: number): Refusal | undefined {
  const length = Number(headers['content-length'] ?? 0)
  if (length === 0 && headers['transfer-encoding'] === undefined) return undefined
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== type) {
    return { status: 415, error: `The body must be ${type}. Set the header Content-Type.` }
  }
  return length > maxBytes ? { status: 413, error: TOO_LARGE } : undefined
}
