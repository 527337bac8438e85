import type { ImportsApi } from '../hub/api'
import type { Sites } from '../sites/sites'
import { currentRequestContext } from './request-context'

/**
 * Next bundles its pages apart from the server, so each of the two has its own instance of every module. A registered symbol is
 * the same in both, so they share what the pages show through it.
 */
const key = Symbol.for('groundtruth.shown')

/** What the pages show. */
export interface Shown {
  sites: Sites
  imports: ImportsApi
}

const shared = globalThis as typeof globalThis & { [key]?: Shown }

/** Makes the sites and imports known to server components. Called once, by the server that owns them. */
export function setShown(shown: Shown): void {
  shared[key] = shown
}

/**
 * What the visitor may see, for server components. Throws if the page is not served by Groundtruth's own server, and if the visitor
 * is unknown, so no page shows anything by mistake [SAFE-3].
 */
export function getShown(): Shown {
  const shown = shared[key]
  if (shown === undefined) throw new Error('There are no sites: start the pages through server.ts')
  const { person } = currentRequestContext()
  if (person === undefined) throw new Error('Nobody is signed in')
  return { ...shown, sites: shown.sites.among(person.sites ?? null) }
}
