import type { BatchStatus, Snapshot } from '../../../../lib/run/model'

/** The views of a run's batches, in the order of their tabs. */
export const views = ['table', 'timeline', 'graph'] as const
export type View = (typeof views)[number]

/** The view that an address asks for; the table if it asks for none, or for one that does not exist [PAGE-5.2]. */
export const viewOf = (asked: string | string[] | undefined): View => views.find(view => view === asked) ?? 'table'

/** The label of a view's tab. */
export const viewLabels: Record<View, string> = { table: 'Table', timeline: 'Timeline', graph: 'Graph' }

/** What an address keeps from one view to another. */
export interface Kept {
  batch: string | null
  /** The status that the batches are filtered by. */
  state?: BatchStatus | null
  /** The moment of the past, ISO 8601. */
  at?: string | null
}

/** The moment of the past that a page shows, ISO 8601; null: the present, or a recording. */
export const shownAt = ({ now, imported }: Pick<Snapshot, 'now' | 'imported'>, isPast: boolean): string | null =>
  isPast && imported === null ? now : null

/** The query of the address that shows a view, and what is kept; empty if it names nothing. */
export function viewQuery(view: View, { batch, state = null, at = null }: Kept): string {
  const query = new URLSearchParams()
  if (batch !== null) query.set('batch', batch)
  if (state !== null) query.set('state', state)
  if (at !== null) query.set('at', at)
  if (view !== 'table') query.set('view', view)
  return query.size === 0 ? '' : `?${query.toString()}`
}

/** The view whose tab a key selects, from the tab of `view` on; null if the key selects none. Space presses the tab itself. */
export function viewAfter(view: View, key: string): View | null {
  const place = views.indexOf(view)
  switch (key) {
    case 'ArrowRight':
      return views[(place + 1) % views.length] ?? null
    case 'ArrowLeft':
      return views.at(place - 1) ?? null
    case 'Home':
      return views[0]
    case 'End':
      return views.at(-1) ?? null
    case ' ':
      return view
    default:
      return null
  }
}
