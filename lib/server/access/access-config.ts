import { BlockList } from 'node:net'
import { z } from 'zod'
import { readAddresses } from '../bounds/addresses'
import { roles, type Role } from './person'
import { parseTokens, type Tokens } from './tokens'

/** How many unreadable lines one error message names at most. */
const MOST_TOLD = 5
const MAKE_LINES = 'npm run -s token -- <name> --role operator prints a line for it.'

/** The people that may use this server, and the ways to prove an identity. */
export interface AccessConfig {
  /** Null: authentication is off, and everybody is an operator. */
  authentication: {
    /** A file of tokens, or the tokens in the environment. Null: there is no sign-in here, and a proxy says who a person is. */
    tokens: { file: string } | { held: Tokens } | null
    /** Null: the server makes a secret at its first start, and keeps it in the data folder. */
    sessionSecret: string | null
    proxyUser: { from: BlockList; header: string; role: Role } | null
  } | null
  /** The origin at which people reach this server, besides its loopback addresses. */
  publicUrl: URL | null
  /** Proxies that are trusted to say which address a request comes from. */
  trustedProxy: BlockList
}

/** The environment variables that configure access. */
export const accessVariables = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://.' })
    .transform(text => new URL(text))
    .refine(url => url.href === `${url.origin}/`, 'must be no more than scheme, host and port.')
    .optional(),
  TOKENS_FILE: z.string().optional(),
  TOKENS: z
    .string()
    .transform((text, context) => {
      // In a variable that can hold one line only, `;` separates the tokens.
      const { tokens, problems } = parseTokens(text.replaceAll(';', '\n'))
      for (const problem of problems.slice(0, MOST_TOLD)) context.addIssue(`${problem}. ${MAKE_LINES}`)
      return tokens
    })
    .optional(),
  SESSION_SECRET: z.string().min(32, 'must be at least 32 random characters.').optional(),
  TRUSTED_PROXY: z
    .string()
    .transform((text, context) => {
      const list = readAddresses(text)
      if (list !== null) return list
      context.addIssue('must be addresses or networks, for example 10.0.0.7, fd00::/8.')
      return z.NEVER
    })
    .optional(),
  PROXY_USER_HEADER: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be the name of a header.')
    .toLowerCase()
    .optional(),
  PROXY_USER_ROLE: z.enum(roles, { error: `must be one of ${roles.join(', ')}.` }).default('viewer'),
}

type Variables = z.output<z.ZodObject<typeof accessVariables>>

/**
 * Combines the variables into an access configuration, and gives one sentence for each contradiction between them [SAFE-1].
 * @param loopback whether only this machine can reach the address that the server listens at
 */
export function readAccess(variables: Variables, loopback: boolean): { access: AccessConfig; problems: string[] } {
  const { PUBLIC_URL, TOKENS_FILE, TOKENS, SESSION_SECRET, TRUSTED_PROXY, PROXY_USER_HEADER, PROXY_USER_ROLE } =
    variables
  const problems: string[] = []
  const asked = TOKENS_FILE !== undefined || TOKENS !== undefined || PROXY_USER_HEADER !== undefined
  if (TOKENS_FILE !== undefined && TOKENS !== undefined) {
    problems.push('TOKENS: must not be set beside TOKENS_FILE: nobody could say which of the two counts.')
  }
  if (!asked && (!loopback || PUBLIC_URL !== undefined)) {
    problems.push(
      `${loopback ? 'PUBLIC_URL' : 'HOST'}: would open Groundtruth to the network, where it has to know who asks. Set ` +
        'TOKENS_FILE or TOKENS (npm run token makes tokens), or TRUSTED_PROXY and PROXY_USER_HEADER; or leave HOST at 127.0.0.1, ' +
        '::1 or localhost, and PUBLIC_URL unset.',
    )
  }
  if (!loopback && PUBLIC_URL === undefined) {
    problems.push('PUBLIC_URL: must say how browsers reach this HOST, for example https://groundtruth.example.org.')
  }
  if (PROXY_USER_HEADER !== undefined && TRUSTED_PROXY === undefined) {
    problems.push('TRUSTED_PROXY: must say which addresses may send PROXY_USER_HEADER.')
  }
  const from = TRUSTED_PROXY ?? new BlockList()
  const proxyUser = PROXY_USER_HEADER === undefined ? null : { from, header: PROXY_USER_HEADER, role: PROXY_USER_ROLE }
  const tokens = TOKENS_FILE !== undefined ? { file: TOKENS_FILE } : TOKENS !== undefined ? { held: TOKENS } : null
  const authentication = asked ? { tokens, sessionSecret: SESSION_SECRET ?? null, proxyUser } : null
  return { access: { authentication, publicUrl: PUBLIC_URL ?? null, trustedProxy: from }, problems }
}
