import { filtersIn, queryOf, type Filters } from './history-filters'

/** Filters that a reader keeps under a name, in this browser alone [FLEET-4.6]. */
export interface SavedFilters {
  name: string
  filters: Filters
}

const KEY = 'groundtruth-filters'
const MOST = 50

/** Reads what was stored; what can't be understood is left out. */
export function parseSaved(text: string | null): SavedFilters[] {
  if (text === null) return []
  try {
    const stored: unknown = JSON.parse(text)
    if (!Array.isArray(stored)) return []
    return stored.flatMap((each: unknown) => {
      if (!Array.isArray(each)) return []
      const pair: readonly unknown[] = each
      const [name, query] = pair
      return typeof name === 'string' && typeof query === 'string' ? [{ name, filters: filtersIn(query) }] : []
    })
  } catch {
    // Another program wrote it, or an older build.
    return []
  }
}

/** With these filters under that name, in place of others that have it; at the end. */
export const withSaved = (saved: readonly SavedFilters[], name: string, filters: Filters): SavedFilters[] =>
  [...saved.filter(each => each.name !== name), { name, filters }].slice(-MOST)

export const withoutSaved = (saved: readonly SavedFilters[], name: string): SavedFilters[] =>
  saved.filter(each => each.name !== name)

/** With filters that were deleted, at their place again, if need be instead of the oldest others; null if their name is taken by now. */
export function restored(saved: readonly SavedFilters[], each: SavedFilters, place: number): SavedFilters[] | null {
  if (saved.some(({ name }) => name === each.name)) return null
  const dropped = Math.max(0, saved.length + 1 - MOST)
  const at = Math.max(place, dropped)
  return [...saved.slice(dropped, at), each, ...saved.slice(at)]
}

/** The same filters under another name, at the same place; nothing changes if the name is taken. */
export function renamed(saved: readonly SavedFilters[], from: string, to: string): SavedFilters[] {
  if (saved.some(({ name }) => name === to)) return [...saved]
  return saved.map(each => (each.name === from ? { ...each, name: to } : each))
}

/** The browser may refuse its storage: then nothing is kept. */
function storage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

const listeners = new Set<() => void>()

export const storedText = (): string | null => storage()?.getItem(KEY) ?? null

/** Returns whether the browser kept it. */
export function store(saved: readonly SavedFilters[]): boolean {
  try {
    const kept = storage()
    if (kept === null) return false
    kept.setItem(KEY, JSON.stringify(saved.map(({ name, filters }) => [name, queryOf(filters)])))
  } catch {
    // The storage is full.
    return false
  }
  for (const listener of listeners) listener()
  return true
}

/** Calls the listener when the saved filters change, here or in another tab. */
export function onSavedChange(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}
