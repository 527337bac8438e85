import type { IncomingMessage } from 'node:http'
import type { BlockList } from 'node:net'
import { isAmong } from './addresses'
import { siteOf } from './guard'
import type { Person, Role } from './person'
import { RateLimit, type TooMuch } from './rate-limit'
import type { Session } from './session'
import type { Sessions } from './sessions'
import { tokenOf, type Tokens } from './tokens'

/** Longer than any token or name of ours; whatever is longer is neither. */
const MAX_CREDENTIAL = 200

/** As often as on the sign-in page one address may show wrong tokens, and yet apart from it: a forgotten script shuts nobody out there. */
const GUESSES_PER_MINUTE = 10

/** What somebody showed, and who was right to show it. What it is worth is another question, asked anew each time. */
export type Proof =
  | { kind: 'nothing-asked' }
  | { kind: 'token'; hash: string }
  | { kind: 'session'; session: Session }
  | { kind: 'proxy'; name: string }

export interface AccessOptions {
  /** Null: nobody is asked, and everybody is operator [SAFE-1]. */
  authentication: {
    tokens: () => Tokens
    sessions: Sessions
    /** Whose word counts for who somebody is: a proxy at one of these addresses, in this header. */
    proxyUser: { from: BlockList; header: string; role: Role } | null
  } | null
  publicUrl: URL | null
}

/** Of a request or an upgrade, what may prove who sent it. */
export type Credentials = Pick<IncomingMessage, 'headers' | 'headersDistinct' | 'socket'>

/** Decides who somebody is [SAFE-3]: first what was shown, then, whenever it matters, what that is worth now. */
export class Access {
  readonly #guesses = new RateLimit(GUESSES_PER_MINUTE, 60)

  readonly #options: AccessOptions

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /**
   * What a request proves. `token`: given beside it, in a socket's handshake. A token that is shown decides alone, so a wrong
   * one is nobody's; a cookie that is no longer good leaves the proxy's word.
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
   * Counts a request whose proof nobody holds, where it showed a token; gives what stands against more of them [SAFE-5]. Right
   * tokens are neither counted nor held up, wherever they come from.
   */
  async guessed(request: Pick<Credentials, 'headers'>, address: string, token?: string): Promise<TooMuch | null> {
    return (token ?? bearerOf(request.headers.authorization)) === undefined ? null : this.#guesses.count(address)
  }

  /** Whom a proof makes of its holder now; undefined where a token is gone, or a session over. */
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
        return token && { name: token.name, role: token.role, canSignOut: false }
      }
      case 'session': {
        const token = authentication?.tokens().get(proof.session.tokenHash)
        if (token === undefined || authentication?.sessions.isOpen(proof.session, now) !== true) return undefined
        return { name: token.name, role: token.role, canSignOut: true }
      }
    }
  }

  /** Exactly one header, from an address that may send it: a second one may be the visitor's own. */
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
