import { AsyncLocalStorage } from 'node:async_hooks'
import type { Person } from './person'

export type { Person } from './person'

/** By a token that was shown, a session's cookie, a proxy's word, or because nobody is asked on loopback. */
export type KnownBy = 'token' | 'session' | 'proxy' | 'loopback'

/** One request by somebody. */
export interface RequestContext {
  /** Undefined: nobody that is known. */
  person: Person | undefined
  /** How that is known; absent where nobody is. */
  knownBy?: KnownBy
  /** Where it comes from, as far as trusted proxies tell. */
  address: string
  /** Wrong tokens were shown from there too often: when to try again, in seconds. */
  guessAgainIn?: number
  /** What the sign-in page has to say about what was just tried there. */
  signIn?: 'unknown-token' | 'too-often'
}

/** Next bundles its pages apart from the server; both meet at a registered symbol, as for the hub. */
const key = Symbol.for('groundtruth.visit')

const shared = globalThis as typeof globalThis & { [key]?: AsyncLocalStorage<RequestContext> }
const contexts = shared[key] ?? new AsyncLocalStorage<RequestContext>()
shared[key] = contexts

/** Runs what answers a request, so that whatever it calls knows whose it is. */
export function runWithContext<T>(visit: RequestContext, answer: () => T): T {
  return contexts.run(visit, answer)
}

/** The visit that is being answered, for server components. Throws outside of one. */
export function currentRequestContext(): RequestContext {
  const visit = contexts.getStore()
  if (visit === undefined) throw new Error('No request is being answered: start the pages through server.ts')
  return visit
}
