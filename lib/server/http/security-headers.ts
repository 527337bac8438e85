import { createHash } from 'node:crypto'

export interface Site {
  /** Scheme and host of the address that the answer is for. */
  origin: string
  /** Our inline scripts, which are the same on every page. */
  scripts: readonly string[]
  /** Development: hot reload evaluates code and writes styles into the page. */
  dev: boolean
}

const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']

/**
 * The headers that every answer carries [SAFE-2].
 * @param nonce made for this answer alone; only scripts that carry it, and the scripts that those load, run
 */
export function securityHeaders(site: Site, nonce: string): Record<string, string> {
  const secure = site.origin.startsWith('https:')
  return {
    'content-security-policy': policy(site, nonce),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS.map(name => `${name}=()`).join(', '),
    // Not `no-referrer`: browsers would then send forms with `Origin: null`, and the guard would refuse them.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
  }
}

function policy({ origin, scripts, dev }: Site, nonce: string): string {
  const hashes = scripts.map(script => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  return [
    "default-src 'none'",
    ['script-src', `'nonce-${nonce}'`, "'strict-dynamic'", ...hashes, ...(dev ? ["'unsafe-eval'"] : [])].join(' '),
    `style-src 'self'${dev ? " 'unsafe-inline'" : ''}`,
    // Older Safari does not count a WebSocket to the page's own host as `'self'`.
    `connect-src 'self' ${origin.replace(/^http/, 'ws')}`,
    // The icon of a page's tab is drawn by the page: an image in an address can hold no script.
    "img-src 'self' data:",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
