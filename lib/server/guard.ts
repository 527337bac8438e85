import type { IncomingHttpHeaders } from 'node:http'
import { SOCKET_PATH } from '../sync/messages'
import { isLoopback } from './config'
import { MAX_BODY_BYTES, refusals, SIGN_IN, type Refused } from './refusals'

/** What the guard looks at: of a request or an upgrade, before anything else sees it. */
export interface Incoming {
  method: string
  /** As on the request line. */
  target: string
  headers: IncomingHttpHeaders
}

/** Where recordings are sent to be imported, and as what: JSON, one thing a line, of any size as far as the guard goes. */
/** Answered at once, whatever else waits [SAFE-5]. */
export const LIVENESS = '/healthz'
export const IMPORTS = '/api/imports'
export const RECORDING_TYPE = 'application/x-ndjson'

/**
 * Decides whether a request or upgrade may come in at all [SAFE-2]; undefined means yes. `port` is the one that the
 * connection came in on; `publicUrl` the one other address that this server is reached at.
 */
export function refusalOf(incoming: Incoming, port: number, publicUrl: URL | null): Refused | undefined {
  const { method, target, headers } = incoming
  if (!target.startsWith('/')) return refusals.notAPath()
  // A name that was made to point here by DNS rebinding is still in the Host header.
  if (!isOwnHost(headers.host, port, publicUrl)) return misdirected(headers.host, port, publicUrl)
  if (isForeign(incoming, publicUrl)) return refusals.otherSite()
  if (isLive(target)) return undefined
  const path = method === 'POST' ? pathOf(target) : null
  // How much of a recording is taken is decided where it is written.
  if (path === IMPORTS) return bodyRefusal(headers, RECORDING_TYPE, Infinity)
  // The one form there is works without scripts, which could send JSON; Origin has been looked at.
  return bodyRefusal(headers, path === SIGN_IN ? FORM : JSON_TYPE, MAX_BODY_BYTES)
}

/**
 * Why a host is not served, and how it can be [SAY-3]. A name is not repeated, as it may be an attacker's, but a port is: a
 * tunnel that listens on another port than the server is the usual reason.
 */
function misdirected(host: string | undefined, port: number, publicUrl: URL | null): Refused {
  const { name, number } = hostParts(host)
  if (publicUrl !== null) return refusals.otherThanPublicUrl(publicUrl, port)
  return isLoopbackName(name) && number !== String(port) ? refusals.otherPort(port, number) : refusals.otherHost(port)
}

/** The site that a request for this host is for. `secure`: a proxy serves it by https. No header decides that. */
export function siteOf(host: string | undefined, publicUrl: URL | null): { origin: string; secure: boolean } {
  const name = String(host).toLowerCase()
  if (publicUrl?.host === name) return { origin: publicUrl.origin, secure: publicUrl.protocol === 'https:' }
  return { origin: `http://${name}`, secure: false }
}

/**
 * The same for a request that goes to a page: those are only read, a path that can't be decoded names none, and of what the
 * framework serves by itself there are only the files that pages are made of [SAFE-2].
 */
export function pageRefusalOf(method: string, target: string): Refused | undefined {
  if (method !== 'GET' && method !== 'HEAD') return refusals.pageMethod()
  let path: string
  try {
    path = decodeURIComponent(pathOf(target))
  } catch {
    return refusals.badEncoding()
  }
  const steps = path.split(/[/\\]+/)
  const isFile = path.startsWith('/_next/static/') && !steps.some(step => /^\.+$/.test(step))
  return !isFile && steps.some(step => /^_+next/i.test(step)) ? refusals.notServed() : undefined
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
function bodyRefusal(headers: IncomingHttpHeaders, type: string, maxBytes: number): Refused | undefined {
  const length = Number(headers['content-length'] ?? 0)
  if (length === 0 && headers['transfer-encoding'] === undefined) return undefined
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== type) return refusals.otherType(type)
  return length > maxBytes ? refusals.tooLarge() : undefined
}
