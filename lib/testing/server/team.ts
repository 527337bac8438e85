import { Sessions } from '../../server/access/sessions'
import { makeToken, parseTokens, type Tokens } from '../../server/access/tokens'

/** An operator and a viewer with a token each. */
export class Team {
  readonly sessions = new Sessions('a secret for tests, long enough')
  readonly #made = { ann: makeToken('ann', 'operator'), vic: makeToken('vic', 'viewer') }
  #tokens = parseTokens(`${this.#made.ann.line}\n${this.#made.vic.line}`).tokens

  /** The stores that their sign-in uses. */
  readonly signIn = { tokens: (): Tokens => this.#tokens, sessions: this.sessions }

  /** The token with which `ann` or `vic` signs in. */
  secret(name: 'ann' | 'vic'): string {
    return this.#made[name].secret
  }

  bearer(name: 'ann' | 'vic'): { authorization: string } {
    return { authorization: `Bearer ${this.secret(name)}` }
  }

  hash(name: 'ann' | 'vic'): string {
    return this.#made[name].line.replace(/.*sha256:/, '')
  }

  /** The `Cookie` header of a signed-in person. */
  async cookie(name: 'ann' | 'vic', secure = false): Promise<{ cookie: string }> {
    const [pair = ''] = (await this.sessions.open(this.hash(name), secure)).split(';')
    return { cookie: pair }
  }

  /** Removes a token from the file, or gives it another role. */
  change(name: 'ann' | 'vic', role: 'viewer' | 'operator' | null): void {
    const lines = [...this.#tokens.values()].map(token => {
      const now = token.name === name ? role : token.role
      return now === null ? '' : `${token.name} ${now} sha256:${token.hash}`
    })
    this.#tokens = parseTokens(lines.join('\n')).tokens
  }
}
