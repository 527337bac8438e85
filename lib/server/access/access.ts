import type { IncomingMessage } from 'node:http'
import type { BlockList } from 'node:net'
import { isAmong } from '../bounds/addresses'
import { siteOf } from '../http/guard'
import type { Person, Role } from './person'
import { RateLimit, type TooMuch } from '../bounds/rate-limit'
import type { Session } from './session'
import type { Sessions } from './sessions'
import { holderOf, tokenOf, type Tokens } from './tokens'

/** Longer than any of our tokens or names; a longer text is neither. */
const MAX_CREDENTIAL = 200

/** The same bound as on the sign-in page, but counted apart: a forgotten script must not keep people from signing in. */
const GUESSES_PER_MINUTE = 10

/** How a request proved who sent it. The role that follows from a proof is looked up each time it is needed: see `personOf`. */
export type Proof =
  | { kind: 'nothing-asked' }
  | { kind: 'token'; hash: string }
  | { kind: 'session'; session: Session }
  | { kind: 'proxy'; name: string }

export interface AccessOptions {
  /** Null: authentication is off, and everybody is an operator [SAFE-1]. */
  authentication: {
    tokens: () => Tokens
    sessions: Sessions
    /** A proxy at one of these addresses names the person in this header. */
    proxyUser: { from: BlockList; header: string; role: Role } | null
  } | null
  publicUrl: URL | null
}

/** The parts of a request or an upgrade that may prove who sent it. */
export type Credentials = Pick<IncomingMessage, 'headers' | 'headersDistinct' | 'socket'>

/**
 * Decides who sent a request [SAFE-3]: first what the request proves, then, at each use, what that proof is worth at that moment.
 */
export class Access {
  readonly #guesses = new RateLimit(GUESSES_PER_MINUTE, 60)

  readonly #options: AccessOptions

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /**
   * Reads what a request proves; undefined if it proves nothing. A token decides alone: a wrong one proves nothing, even beside a
   * valid cookie. Without a token and a valid cookie, the proxy's header counts.
   * @param token sent beside the request, in a socket's handshake
   */
  async proofOf(request: Credentials, token?: string): Promise<Proof | undefined> {
    const { authentication, publicUrl } = this.#options
    if (authentication === null) return { kind: 'nothing-asked' }
    const shown = token ?? bearerOf(request.headers.authorization)
    if (shown !== undefined) {
      const known = shown.length <= MAX_CREDENTIAL ? tokenOf(authentication.tokens(), shown) : undefined
      return known && { kind: 'token', hash: known.hash }
    }
    const { secure } = siteOf(request.headers.host, publicUrl)
    const session = await authentication.sessions.read(request.headers.cookie, secure)
    const proof: Proof | undefined = session && { kind: 'session', session }
    return this.personOf(proof) ? proof : this.#proxyWord(request)
  }

  /**
   * Counts a request without a valid proof, if it sent a token. Returns the refusal once there are too many [SAFE-5]. Valid tokens
   * are neither counted nor delayed, from any address.
   */
  async guessed(request: Pick<Credentials, 'headers'>, address: string, token?: string): Promise<TooMuch | null> {
    return (token ?? bearerOf(request.headers.authorization)) === undefined ? null : this.#guesses.count(address)
  }

  /** The person that a proof stands for now; undefined if its token is gone or its session is over. */
  personOf(proof: Proof | undefined, now = Date.now()): Person | undefined {
    const { authentication } = this.#options
    switch (proof?.kind) {
      case undefined:
        return undefined
      case 'nothing-asked':
        return { name: null, role: 'operator', canSignOut: false }
      case 'proxy': {
        const role = authentication?.proxyUser?.role
        return role && { name: proof.name, role, canSignOut: false }
      }
      case 'token': {
        const token = authentication?.tokens().get(proof.hash)
        return token && holderOf(token, false)
      }
      case 'session': {
        const token = authentication?.tokens().get(proof.session.tokenHash)
        if (token === undefined || authentication?.sessions.isOpen(proof.session, now) !== true) return undefined
        return holderOf(token, true)
      }
    }
  }

  /** Accepts exactly one header, from an address that may send it: a second header may be the visitor's own. */
  #proxyWord({ headersDistinct, socket }: Credentials): Proof | undefined {
    const proxy = this.#options.authentication?.proxyUser
    if (!proxy || !isAmong(proxy.from, socket.remoteAddress ?? '')) return undefined
    const [name = '', ...more] = headersDistinct[proxy.header] ?? []
    const isName = more.length === 0 && name.length <= MAX_CREDENTIAL && /^[^\p{C},]+$/u.test(name)
    return isName ? { kind: 'proxy', name } : undefined
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
}
