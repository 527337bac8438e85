import type { LogView } from '../../../lib/client/live'

/**
 * The lines of a log that were there at a moment, as far as the page has its newest lines. Null if all of them came later, and others
 * came before them: the page can't tell which of those were there. A line without a stamp came no later than the next one with a stamp.
 * @param moment ms on the server's clock, which is also that of containers
 * @param clockOffset that clock minus the backend's clock, ms
 */
export function logUntil(view: LogView, moment: number, clockOffset = 0): LogView | null {
  const later = view.lines.findIndex(
    ({ at, source }) => at !== null && Date.parse(at) + (source === 'backend' ? clockOffset : 0) > moment,
  )
  if (later === 0 && view.dropped > 0) return null
  return later === -1 ? view : { ...view, lines: view.lines.slice(0, later) }
}
