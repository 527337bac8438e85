import type { HubApi } from '../hub/api'
import { currentRequestContext } from './request-context'

/**
 * Next bundles its pages apart from the server, so each of the two has its own instance of every module. A registered symbol is
 * the same in both, so they share the hub through it.
 */
const key = Symbol.for('groundtruth.hub')

const shared = globalThis as typeof globalThis & { [key]?: HubApi }

/** Makes the hub known to server components. Called once, by the server that owns it. */
export function setHub(hub: HubApi): void {
  shared[key] = hub
}

/**
 * The hub, for server components. Throws if the page is not served by Groundtruth's own server, and if the visitor is unknown, so
 * no page shows anything by mistake [SAFE-3].
 */
export function getHub(): HubApi {
  const hub = shared[key]
  if (hub === undefined) throw new Error('There is no hub: start the pages through server.ts')
  if (currentRequestContext().person === undefined) throw new Error('Nobody is signed in')
  return hub
}
