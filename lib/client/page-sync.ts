import type { Sync } from '../sync/replica'
import type { Live } from './scope-subscription'

/** How well the page as a whole keeps up. `checkedAt`: the server's clock, ms. */
export interface PageSync {
  sync: Sync
  checkedAt: number | null
}

const WORST_FIRST: readonly Sync[] = ['stale', 'connecting', 'live']

/** The page keeps up as well as the worst of its scopes. A scope that is gone does not count. */
export function syncOf(lives: readonly Live<unknown>[]): PageSync {
  const there = lives.filter(live => !live.gone)
  const sync = WORST_FIRST.find(worst => there.some(live => live.sync === worst)) ?? 'connecting'
  const checked = there.map(live => live.checkedAt)
  const known = checked.filter(at => at !== null)
  return { sync, checkedAt: known.length === checked.length && known.length > 0 ? Math.min(...known) : null }
}
