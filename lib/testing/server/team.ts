import { Sessions } from '../../server/sessions'
import { makeToken, parseTokens, type Tokens } from '../../server/tokens'

/** An operator and a viewer with a token each. */
export class Team {
  readonly sessions = new Sessions('a secret for tests, long enough')
  readonly #made = { ann: makeToken('ann', 'operator'), vic: makeToken('vic', 'viewer') }
  #tokens = parseTokens(`${this.#made.ann.line}\n${this.#made.vic.line}`).tokens

  /** Where they sign in. */
  readonly signIn = { tokens: (): Tokens => this.#tokens, sessions: this.sessions }

  /** What `ann` or `vic` signs in with. */
  secret(name: 'ann' | 'vic'): string {
    return this.#made[name].secret
  }

  bearer(name: 'ann' | 'vic'): { authorization: string } {
    return { authorization: `Bearer ${this.secret(name)}` }
  }

  hash(name: 'ann' | 'vic'): string {
    return this.#made[name].line.replace(/.*sha256:/, '')
  }

  /** The `Cookie` header of somebody who has signed in. */
  async cookie(name: 'ann' | 'vic', secure = false): Promise<{ cookie: string }> {
    const [pair = ''] = (await this.sessions.open(this.hash(name), secure)).split(';')
    return { cookie: pair }
  }

  /** Takes a token out of the file, or gives it another role. */
  change(name: 'ann' | 'vic', role: 'viewer' | 'operator' | null): void {
    const lines = [...this.#tokens.values()].map(token => {
      const now = token.name === name ? role : token.role
      return now === null ? '' : `${token.name} ${now} sha256:${token.hash}`
    })
    this.#tokens = parseTokens(lines.join('\n')).tokens
  }
}
