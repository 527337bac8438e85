import type { LogView } from '../../../lib/client/live'

/**
 * The lines of a log that were there at a moment. Null if the page does not have the log from its first kept line on, so that it
 * can't tell. A line without a stamp came no later than the next one with a stamp.
 * @param moment ms on the clock of the lines' stamps
 */
export function logUntil(view: LogView, moment: number): LogView | null {
  const [first] = view.lines
  if (first && first.seq > view.dropped + 1) return null
  const later = view.lines.findIndex(({ at }) => at !== null && Date.parse(at) > moment)
  return later === -1 ? view : { ...view, lines: view.lines.slice(0, later) }
}
