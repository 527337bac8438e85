import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Role } from './person'

/** A token as the server knows it. Who holds the hash alone can't sign in with it. */
export interface Token {
  /** Whose it is; several tokens may have one name, so that one can take the place of another. */
  name: string
  role: Role
  /** SHA-256, hexadecimal. Enough without salt or stretching: a token of ours is 256 bits of chance. */
  hash: string
}

/** Tokens by their hash. */
export type Tokens = ReadonlyMap<string, Token>

/** How many tokens one file may hold; more are reported and do not count [SAFE-5]. */
export const MAX_TOKENS = 1_000

const LINE = /^([\w.@+-]{1,64})\s+(viewer|operator)\s+sha256:([0-9a-f]{64})$/

/** True of what can stand for a person in the file: 1 to 64 letters, digits and `_.@+-`. */
export const isTokenName = (name: string): boolean => /^[\w.@+-]{1,64}$/.test(name)

/** A new token: `secret` is for its holder alone, `line` is for the file. */
export function makeToken(name: string, role: Role): { secret: string; line: string } {
  const secret = `gt_${randomBytes(32).toString('base64url')}`
  return { secret, line: `${name} ${role} sha256:${hashOf(secret)}` }
}

/**
 * Reads a file of tokens: one a line, `name role sha256:hash`; blank lines and those that begin with `#` say nothing. A line
 * that can't be read grants nothing and is a problem, which never repeats it: somebody may have put the secret there.
 */
export function parseTokens(text: string): { tokens: Tokens; problems: string[] } {
  const tokens = new Map<string, Token>()
  const problems: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const problem = (what: string) => problems.push(`line ${index + 1} ${what}`)
    const [, name, role, hash] = LINE.exec(trimmed) ?? []
    if (name === undefined || hash === undefined) problem('is not: name, viewer or operator, sha256:hash')
    else if (tokens.has(hash)) problem('is the token of an earlier line')
    else if (tokens.size >= MAX_TOKENS) problem(`is beyond the ${MAX_TOKENS} tokens that count`)
    else tokens.set(hash, { name, role: role === 'operator' ? 'operator' : 'viewer', hash })
  }
  return { tokens, problems }
}

/** The token that somebody presents. All hashes are compared in full, so that time tells nothing of them. */
export function tokenOf(tokens: Tokens, presented: string): Token | undefined {
  const hash = Buffer.from(hashOf(presented))
  let found: Token | undefined
  for (const token of tokens.values()) if (timingSafeEqual(hash, Buffer.from(token.hash))) found = token
  return found
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
