import { randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT, errors } from 'jose'
import { EndedSessions } from './ended-sessions'
import type { Session } from './session'

/**
 * How long a session lasts, ms. The time is fixed, because an open page sends no HTTP request that could renew the cookie. It is
 * long, because each use also checks that the session's token is still valid.
 */
export const SESSION_MS = 7 * 24 * 60 * 60 * 1_000

const ISSUER = 'groundtruth'

/** A browser sends a `__Host-` cookie to this host alone, and accepts it over https alone. */
const cookieName = (secure: boolean) => (secure ? '__Host-groundtruth' : 'groundtruth')

/** Lax: a link from another site arrives signed in. That is safe: GET changes nothing, and Origin is checked as well. */
const cookie = (value: string, maxAge: number, secure: boolean) =>
  `${cookieName(secure)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`

/** The cookie that removes the session from the browser. `secure`: the site is reached by https. */
export const noCookie = (secure: boolean): string => cookie('', 0, secure)

/** The sessions of people who signed in on the page: signed cookies, and the list of signed-out sessions. */
export class Sessions {
  readonly #key: Uint8Array

  readonly #ended: EndedSessions

  constructor(secret: string, ended = new EndedSessions()) {
    this.#ended = ended

    this.#key = new TextEncoder().encode(secret)
  }

  /** Opens a session for the holder of a token. Returns the `Set-Cookie` header. */
  async open(tokenHash: string, secure: boolean): Promise<string> {
    const jwt = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(tokenHash)
      .setJti(randomUUID())
      .setExpirationTime(new Date(Date.now() + SESSION_MS))
      .sign(this.#key)
    return cookie(jwt, SESSION_MS / 1_000, secure)
  }

  /** The session that a `Cookie` header proves; undefined if it proves none. */
  async read(header: string | undefined, secure: boolean): Promise<Session | undefined> {
    const begin = `${cookieName(secure)}=`
    const found = header?.split(';').map(pair => pair.trim())
    const jwt = found?.find(pair => pair.startsWith(begin))?.slice(begin.length)
    if (jwt === undefined || jwt === '') return undefined
    try {
      const { payload } = await jwtVerify(jwt, this.#key, { algorithms: ['HS256'], issuer: ISSUER })
      const { sub, jti, exp } = payload
      if (sub === undefined || jti === undefined || exp === undefined) return undefined
      return { id: jti, tokenHash: sub, endsAt: exp * 1_000 }
    } catch (error) {
      // An expired, changed or foreign cookie proves nothing.
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  /** Signs the session out: copies of its cookie prove nothing any more. */
  end(session: Session): void {
    this.#ended.add(session, Date.now())
  }

  /** Whether the session is neither expired at `now` (ms) nor signed out. */
  isOpen({ id, endsAt }: Session, now: number): boolean {
    return now < endsAt && !this.#ended.has(id)
  }
}
