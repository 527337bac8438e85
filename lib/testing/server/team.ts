import { Sessions } from '../../server/access/sessions'
import { makeToken, parseTokens, type Tokens } from '../../server/access/tokens'

type Name = 'ann' | 'vic'

/** An operator and a viewer with a token each. */
export class Team {
  readonly sessions = new Sessions('a secret for tests, long enough')
  readonly #made = { ann: makeToken('ann', 'operator'), vic: makeToken('vic', 'viewer') }
  #tokens: Tokens

  /** The stores that their sign-in uses. */
  readonly signIn = { tokens: (): Tokens => this.#tokens, sessions: this.sessions }

  /** @param sites those that a token is good for, if not for all */
  constructor(sites: Partial<Record<Name, readonly string[]>> = {}) {
    const lines = (['ann', 'vic'] as const).map(name => `${this.#made[name].line} ${sites[name]?.join() ?? ''}`)
    this.#tokens = parseTokens(lines.join('\n')).tokens
  }

  /** The token with which `ann` or `vic` signs in. */
  secret(name: Name): string {
    return this.#made[name].secret
  }

  bearer(name: Name): { authorization: string } {
    return { authorization: `Bearer ${this.secret(name)}` }
  }

  hash(name: Name): string {
    return this.#made[name].line.replace(/.*sha256:/, '')
  }

  /** The `Cookie` header of a signed-in person. */
  async cookie(name: Name, secure = false): Promise<{ cookie: string }> {
    const [pair = ''] = (await this.sessions.open(this.hash(name), secure)).split(';')
    return { cookie: pair }
  }

  /** Removes a token from the file, or gives it another role, or other sites. */
  change(name: Name, role: 'viewer' | 'operator' | null, sites?: readonly string[]): void {
    const lines = [...this.#tokens.values()].map(token => {
      const isTheirs = token.name === name
      const now = isTheirs ? role : token.role
      const of = (isTheirs ? (sites ?? token.sites) : token.sites)?.join() ?? ''
      return now === null ? '' : `${token.name} ${now} sha256:${token.hash} ${of}`
    })
    this.#tokens = parseTokens(lines.join('\n')).tokens
  }
}
