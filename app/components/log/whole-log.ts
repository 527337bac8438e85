import type { LogView } from '../../../lib/client/live'
import { gapsIn, inserted, runsOf, trimmed, until, type Ranges, type Span } from './log-ranges'

/** The most lines that a page keeps beside the newest ones, which are pushed to it. */
export const MOST_KEPT = 20_000
/** The most lines of one request. Requests begin at multiples of it, so that a small scroll asks for the same lines. */
export const PAGE = 1_000

/** A stretch of the log that could not be read, and why. */
export interface FailedRead extends Span {
  readonly error: string
}

/** A log as far as this page has it. */
export interface WholeLog {
  /** The newest lines. */
  readonly view: LogView
  /** The loaded lines before them. */
  readonly ranges: Ranges
  /** The first line that the server has, as far as this page knows. Earlier ones were dropped. */
  readonly first: number
  readonly failed: FailedRead | null
}

/** An answer of the server. `dropped`: how many of the oldest lines it no longer has. */
export interface ReadLines {
  readonly lines: LogView['lines']
  readonly dropped: number
}

export const wholeOf = (view: LogView): WholeLog => ({ view, ranges: [], first: 1, failed: null })

/** The number of the newest line; 0 if there is none. */
export const lastOf = ({ lines, dropped }: LogView): number => lines.at(-1)?.seq ?? dropped

/** The number of the first of the newest lines. */
const tailFrom = (view: LogView): number => view.lines[0]?.seq ?? view.dropped + 1

/**
 * The log with other newest lines. If it is of another epoch, or began anew, nothing else is kept of it.
 * @param near the line that is being read: lines that are no longer among the newest stay, if they are near it. Null: the reader
 * follows the end.
 */
export function withTail(log: WholeLog, view: LogView, near: number | null): WholeLog {
  if (view.epoch !== log.view.epoch || lastOf(view) < lastOf(log.view)) return wholeOf(view)
  const from = tailFrom(view)
  if (near === null) return { ...log, view, ranges: until(log.ranges, from) }
  const { lines } = log.view
  const left = lines.findIndex(({ seq }) => seq >= from)
  const ranges = inserted(log.ranges, left < 0 ? lines : lines.slice(0, left))
  return { ...log, view, ranges: trimmed(until(ranges, from), near, MOST_KEPT) }
}

/** The log with the lines that were read for a stretch of it. */
export function withRead(log: WholeLog, asked: Span, { lines, dropped }: ReadLines): WholeLog {
  const first = Math.max(log.first, dropped + 1)
  const all = until(inserted(log.ranges, lines), tailFrom(log.view))
  const ranges = trimmed(all, (asked.from + asked.to) / 2, MOST_KEPT)
  const next = { ...log, ranges, first, failed: null }
  const from = Math.max(asked.from, first)
  // The same request would have the same answer: without this it would be sent again and again.
  const isStuck = from <= asked.to && gapsIn(ranges, { from, to: asked.to })[0]?.from === from
  return isStuck ? withFailure(next, asked, 'The server has no such line.') : next
}

export const withFailure = (log: WholeLog, { from, to }: Span, error: string): WholeLog => ({
  ...log,
  failed: { from, to, error },
})

/** All loaded parts, the newest lines included. */
export const loadedOf = ({ ranges, view }: WholeLog): Ranges => [...ranges, ...runsOf(view.lines)]

/** The stretch to read next for a reader who sees these lines; null if all of them are loaded, or could not be read. */
export function pageToRead(log: WholeLog, { from, to }: Span): Span | null {
  const seen = { from: Math.max(from, log.first), to: Math.min(to, lastOf(log.view)) }
  const middle = (seen.from + seen.to) / 2
  const loaded = loadedOf(log)
  let best: { distance: number; at: number } | null = null
  for (const gap of gapsIn(loaded, seen)) {
    if (log.failed && gap.from <= log.failed.to && gap.to >= log.failed.from) continue
    const at = Math.floor(Math.min(Math.max(middle, gap.from), gap.to))
    const distance = Math.abs(at - middle)
    if (best === null || distance < best.distance) best = { distance, at }
  }
  if (best === null) return null
  const { at } = best
  const begin = Math.floor((at - 1) / PAGE) * PAGE + 1
  const block = { from: Math.max(begin, log.first), to: Math.min(begin + PAGE - 1, lastOf(log.view)) }
  return gapsIn(loaded, block).find(gap => gap.from <= at && at <= gap.to) ?? null
}
