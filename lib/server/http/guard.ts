import type { IncomingHttpHeaders } from 'node:http'
import { SOCKET_PATH } from '../../sync/messages'
import { isLoopback } from '../config'
import { MAX_BODY_BYTES, refusals, SIGN_IN, type Refused } from './refusals'

/** What the guard checks of a request or an upgrade, before anything else sees it. */
export interface Incoming {
  method: string
  /** As on the request line. */
  target: string
  headers: IncomingHttpHeaders
}

/** The liveness probe: answered at once, before all other work [SAFE-5]. */
export const LIVENESS = '/healthz'
/** Where recordings are imported, and their type: JSON, one object per line. The guard does not bound their size. */
export const IMPORTS = '/api/imports'
export const RECORDING_TYPE = 'application/x-ndjson'

/**
 * Decides whether a request or an upgrade may come in at all [SAFE-2]; undefined means yes.
 * @param port the port that the connection came in on
 * @param publicUrl the one address besides loopback at which this server is reached
 */
export function refusalOf(incoming: Incoming, port: number, publicUrl: URL | null): Refused | undefined {
  const { method, target, headers } = incoming
  if (!target.startsWith('/')) return refusals.notAPath()
  // With DNS rebinding, an attacker's name points to this machine; the Host header still holds that name.
  if (!isOwnHost(headers.host, port, publicUrl)) return misdirected(headers.host, port, publicUrl)
  if (isForeign(incoming, publicUrl)) return refusals.otherSite()
  if (isLive(target)) return undefined
  const path = method === 'POST' ? pathOf(target) : null
  // The importer, not the guard, decides how large a recording may be.
  if (path === IMPORTS) return bodyRefusal(headers, RECORDING_TYPE, Infinity)
  // The sign-in form works without scripts, so it can't send JSON. Its Origin has been checked above.
  return bodyRefusal(headers, path === SIGN_IN ? FORM : JSON_TYPE, MAX_BODY_BYTES)
}

/**
 * Says why a host is not served, and what to do [SAY-3]. The message never repeats the name, which may be an attacker's. It
 * repeats the port: the usual reason is a tunnel that listens on a port other than the server's.
 */
function misdirected(host: string | undefined, port: number, publicUrl: URL | null): Refused {
  const { name, number } = hostParts(host)
  if (publicUrl !== null) return refusals.otherThanPublicUrl(publicUrl, port)
  return isLoopbackName(name) && number !== String(port) ? refusals.otherPort(port, number) : refusals.otherHost(port)
}

/** The site that a request for this host belongs to. `secure`: a proxy serves it over https. No other header decides that. */
export function siteOf(host: string | undefined, publicUrl: URL | null): { origin: string; secure: boolean } {
  const name = String(host).toLowerCase()
  if (publicUrl?.host === name) return { origin: publicUrl.origin, secure: publicUrl.protocol === 'https:' }
  return { origin: `http://${name}`, secure: false }
}

/**
 * Decides like `refusalOf` about a request for a page: pages are only read, the path must be decodable, and of the framework's own
 * paths only the files that pages consist of are served [SAFE-2].
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

/** Whether a target belongs to the socket gateway. Its long-polling bodies are text, and the gateway itself bounds them. */
export function isLive(target: string): boolean {
  return target.startsWith(`${SOCKET_PATH}/`)
}

/** The target without its query. The path is never decoded or normalised, so its meaning can't change on the way. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

function isOwnHost(host: string | undefined, port: number, publicUrl: URL | null): boolean {
  if (publicUrl !== null && host?.toLowerCase() === publicUrl.host) return true
  const { name, number = '80' } = hostParts(host)
  return Number(number) === port && isLoopbackName(name)
}

/** Splits a `Host` header into name and port; both are undefined if it is malformed. */
function hostParts(host: string | undefined): { name?: string; number?: string } {
  return /^(?<name>\[[^\]]*\]|[^:]*)(?::(?<number>\d{1,5}))?$/.exec(host ?? '')?.groups ?? {}
}

const isLoopbackName = (name: string | undefined): boolean =>
  name !== undefined && isLoopback(name.toLowerCase().replace(/^\[(.*)\]$/, '$1'))

/**
 * Whether a request comes from another site. A browser names the site in Origin, or else in Sec-Fetch-Site; programs send neither.
 * A link from another site to a page is allowed, a frame is not.
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

/** Checks type and size of a body. Another site's form can send text or form fields without permission, but not JSON. */
function bodyRefusal(headers: IncomingHttpHeaders, type: string, maxBytes: number): Refused | undefined {
  const length = Number(headers['content-length'] ?? 0)
  if (length === 0 && headers['transfer-encoding'] === undefined) return undefined
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== type) return refusals.otherType(type)
  return length > maxBytes ? refusals.tooLarge() : undefined
}
