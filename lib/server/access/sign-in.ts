import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Audit } from '../audit'
import { pathOf, siteOf } from '../http/guard'
import type { RefusalMeter } from '../metrics'
import type { Pace } from '../bounds/pace'
import { RateLimit } from '../bounds/rate-limit'
import { sendRefusal } from '../http/refusal-page'
import { Refused, SIGN_IN } from '../http/refusals'
import { readText } from '../http/reply'
import { noCookie, type Sessions } from './sessions'
import { holderOf, tokenOf, type Tokens } from './tokens'
import { runWithContext, type RequestContext } from '../request-context'

export const SIGN_OUT = '/sign-out'

/**
 * A person who mistypes a token tries again a few times. The bound protects the log: 256 bits can't be guessed, but anyone could
 * try.
 */
const TRIES_EACH = 10
const TRIES_IN_ALL = 300
const WINDOW_S = 60

export interface SignInOptions {
  tokens: () => Tokens
  sessions: Sessions
  audit: Audit
  meter: RefusalMeter
  publicUrl: URL | null
  /** Renders pages: here the sign-in page, which says what went wrong. */
  pages: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  pace: Pace
  /** Called when a person has signed out: that person may still have open connections. */
  left: () => void
}

/** Whether a request sends the form for signing in or out. */
export const isSignInForm = (method: string, path: string): boolean =>
  method === 'POST' && (path === SIGN_IN || path === SIGN_OUT)

/** Answers the forms for signing in and out [SAFE-3]. They work without scripts, so the answers are pages. */
export function createSignInHandler({ tokens, sessions, audit, meter, publicUrl, pages, pace, left }: SignInOptions) {
  const each = new RateLimit(TRIES_EACH, WINDOW_S)
  const all = new RateLimit(TRIES_IN_ALL, WINDOW_S)
  const isSecure = ({ headers }: IncomingMessage) => siteOf(headers.host, publicUrl).secure

  /**
   * Ends the session of the request's cookie, whatever else the request proves, and even if the session's token is no longer
   * valid.
   * @returns whether there was such a session
   */
  const endSession = async (request: IncomingMessage): Promise<boolean> => {
    const session = await sessions.read(request.headers.cookie, isSecure(request))
    if (session === undefined || !sessions.isOpen(session, Date.now())) return false
    sessions.end(session)
    left()
    return true
  }

  const signIn = async (request: IncomingMessage, response: ServerResponse, context: RequestContext) => {
    const form = new URLSearchParams(await readText(request, pace))
    const next = localPath(form.get('next'))
    const again = (status: number, why: NonNullable<RequestContext['signIn']>) => {
      response.statusCode = status
      // The body has been read, so render the page as if it had been requested by GET.
      request.method = 'GET'
      request.url = signInPath(next)
      return runWithContext({ ...context, signIn: why }, () => pages(request, response))
    }

    const token = tokenOf(tokens(), form.get('token')?.trim() ?? '')
    if (token === undefined) {
      // Check the address before the total: tries of one address beyond its bound must not use up the total, and so the audit
      // entries of others.
      const tooMuch = (await each.count(context.address)) ?? (await all.count('all'))
      if (tooMuch === null) {
        audit({ context, action: 'sign in', outcome: 'refused', facts: { why: 'unknown token' } })
        return again(401, 'unknown-token')
      }
      meter.refused('sign-ins')
      if (tooMuch.first) audit({ context, action: 'sign in', outcome: 'refused', facts: { why: 'too many tries' } })
      response.setHeader('retry-after', tooMuch.retryAfter)
      return again(429, 'too-often')
    }
    const person = holderOf(token, true)
    audit({ context: { ...context, person, knownBy: 'token' }, action: 'sign in', outcome: 'done', facts: {} })
    await endSession(request)
    response.setHeader('set-cookie', await sessions.open(token.hash, isSecure(request)))
    goTo(response, next)
  }

  const signOut = async (request: IncomingMessage, response: ServerResponse, context: RequestContext) => {
    if (await endSession(request)) audit({ context, action: 'sign out', outcome: 'done', facts: {} })
    response.setHeader('set-cookie', noCookie(isSecure(request)))
    goTo(response, SIGN_IN)
  }

  return async (request: IncomingMessage, response: ServerResponse, context: RequestContext): Promise<void> => {
    try {
      await (pathOf(request.url ?? '') === SIGN_IN ? signIn : signOut)(request, response, context)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      await sendRefusal(request, response, error)
    }
  }
}

/** Sends the browser to a page of ours, by GET. */
export function goTo(response: ServerResponse, path: string): void {
  response.writeHead(303, { location: path, 'cache-control': 'no-store' }).end()
}

/** The address of the sign-in page that leads to `next`. */
export const signInPath = (next: string): string =>
  next === '/' ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(next)}`

/**
 * The address to go to after signing in: always a page of ours, whatever the form asked for. It is resolved as a browser does it,
 * so `//evil`, `/\evil` and the like lead only to the home page.
 */
export function localPath(next: string | null | undefined): string {
  const here = 'http://here.invalid'
  if (next?.startsWith('/') !== true || !URL.canParse(next, here)) return '/'
  const { origin, pathname, search } = new URL(next, here)
  if (origin !== here || pathname.startsWith('//') || pathname === SIGN_IN || pathname.startsWith('/api/')) return '/'
  return pathname + search
}
