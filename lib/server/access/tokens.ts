import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isSiteName } from '../../sync/site-name'
import type { Person, Role } from './person'

/** A token as the server knows it. The hash alone is not enough to sign in. */
export interface Token {
  /** The name of its holder. Several tokens may have the same name, so that a new one can replace an old one. */
  name: string
  role: Role
  /** The sites that it is good for; absent: all [SITE-6]. */
  sites?: readonly string[]
  /** SHA-256, hexadecimal. It needs no salt or stretching, because our tokens are 256 random bits. */
  hash: string
}

/** Tokens by their hash. */
export type Tokens = ReadonlyMap<string, Token>

/** How many tokens one file may hold; more are reported and do not count [SAFE-5]. */
export const MAX_TOKENS = 1_000

const LINE = /^([\w.@+-]{1,64})\s+(viewer|operator)\s+sha256:([0-9a-f]{64})(?:\s+(\S+))?$/

/** Whether a text can be a name in the file: 1 to 64 letters, digits and `_.@+-`. */
export const isTokenName = (name: string): boolean => /^[\w.@+-]{1,64}$/.test(name)

/** Makes a token: `secret` is for its holder alone, `line` is for the file. */
export function makeToken(name: string, role: Role): { secret: string; line: string } {
  const secret = `gt_${randomBytes(32).toString('base64url')}`
  return { secret, line: `${name} ${role} sha256:${hashOf(secret)}` }
}

/**
 * Reads a file of tokens, one per line: `name role sha256:hash`, followed by the names of sites, with commas, if the token is not
 * good for all. Blank lines and lines that begin with `#` are skipped. An unreadable line grants nothing and is a problem. The problem
 * never repeats the line, which may hold the secret by mistake.
 */
export function parseTokens(text: string): { tokens: Tokens; problems: string[] } {
  const tokens = new Map<string, Token>()
  const problems: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const problem = (what: string) => problems.push(`line ${index + 1} ${what}`)
    const [, name, role, hash, list] = LINE.exec(trimmed) ?? []
    const sites = list?.split(',')
    if (name === undefined || hash === undefined) problem('is not: name, viewer or operator, sha256:hash')
    else if (sites?.every(isSiteName) === false) problem('ends with what is no list of sites')
    else if (tokens.has(hash)) problem('is the token of an earlier line')
    else if (tokens.size >= MAX_TOKENS) problem(`is beyond the ${MAX_TOKENS} tokens that count`)
    else tokens.set(hash, { name, role: role === 'operator' ? 'operator' : 'viewer', hash, ...(sites && { sites }) })
  }
  return { tokens, problems }
}

/**
 * The token that matches the presented text. All hashes are compared in full, so that the time of the comparison reveals nothing.
 */
export function tokenOf(tokens: Tokens, presented: string): Token | undefined {
  const hash = Buffer.from(hashOf(presented))
  let found: Token | undefined
  for (const token of tokens.values()) if (timingSafeEqual(hash, Buffer.from(token.hash))) found = token
  return found
}

/** The person that holds the token. */
export const holderOf = ({ name, role, sites }: Token, canSignOut: boolean): Person => ({
  ...{ name, role, canSignOut },
  ...(sites && { sites }),
})

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
