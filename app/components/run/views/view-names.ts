/** The views of a run's batches, in the order of their tabs. */
export const views = ['table', 'timeline', 'graph'] as const
export type View = (typeof views)[number]

/** The view that an address asks for; the table if it asks for none, or for one that does not exist [PAGE-5.2]. */
export const viewOf = (asked: string | string[] | undefined): View => views.find(view => view === asked) ?? 'table'

/** The label of a view's tab. */
export const viewLabels: Record<View, string> = { table: 'Table', timeline: 'Timeline', graph: 'Graph' }

/** The query of the address that shows a view, and an open batch; empty if it names neither. */
export function viewQuery(view: View, batchId: string | null): string {
  const query = new URLSearchParams()
  if (batchId !== null) query.set('batch', batchId)
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
