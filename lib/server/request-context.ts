import { AsyncLocalStorage } from 'node:async_hooks'
import type { Person } from './access/person'

export type { Person } from './access/person'

/** How a person is known: by a token, a session's cookie, a proxy's header, or because authentication is off on loopback. */
export type KnownBy = 'token' | 'session' | 'proxy' | 'loopback'

/** One request and its sender. */
export interface RequestContext {
  /** Undefined: the sender is unknown. */
  person: Person | undefined
  /** How the person is known; absent if the sender is unknown. */
  knownBy?: KnownBy
  /** The address that the request comes from, by the headers of trusted proxies only. */
  address: string
  /** Too many wrong tokens came from this address: the seconds until it may try again. */
  guessAgainIn?: number
  /** What the sign-in page says about the last try. */
  signIn?: 'unknown-token' | 'too-often'
}

/** Next bundles its pages apart from the server; both share this through a registered symbol, as they share the hub. */
const key = Symbol.for('groundtruth.request-context')

const shared = globalThis as typeof globalThis & { [key]?: AsyncLocalStorage<RequestContext> }
const contexts = shared[key] ?? new AsyncLocalStorage<RequestContext>()
shared[key] = contexts

/** Runs the answer to a request, so that everything it calls can ask for the request's context. */
export function runWithContext<T>(context: RequestContext, answer: () => T): T {
  return contexts.run(context, answer)
}

/** The context of the request that is being answered, for server components. Throws outside of a request. */
export function currentRequestContext(): RequestContext {
  const context = contexts.getStore()
  if (context === undefined) throw new Error('No request is being answered: start the pages through server.ts')
  return context
}
