import type { LogView } from '../../../lib/client/live'
import type { LogLine } from '../../../lib/run/model'
import type { Span } from './log-ranges'
import { fits, type LogFilter } from './row'
import type { FailedRead } from './whole-log'

/** Of so many lines that fit the server tells the numbers. */
const MOST_KEPT = 10_000
/** So many lines beside those in view are loaded, too, and so many are read at once. */
const AHEAD = 100
export const PICKED_PAGE = 250

/** The lines of a log that fit a filter, as far as this page has them [LOG-4.9]. */
export interface PickedLog {
  /** Which filter, of which epoch of which log; null: none. */
  readonly key: string | null
  /** The newest lines, also those that do not fit. */
  readonly view: LogView
  /** Loaded lines before them, by number. */
  readonly lines: ReadonlyMap<number, LogLine>
  readonly failed: FailedRead | null
}

export const pickedOf = (key: string | null, view: LogView): PickedLog => ({
  ...{ key, view, lines: new Map<number, LogLine>(), failed: null },
})

/** The log with other newest lines. Those that are no longer among them stay, as far as they fit. */
export function withNewest(log: PickedLog, view: LogView, filter: LogFilter): PickedLog {
  const from = view.lines[0]?.seq ?? Infinity
  const left = log.view.lines.filter(line => line.seq < from && fits(line, filter))
  return left.length === 0 ? { ...log, view } : { ...log, view, lines: withLines(log.lines, left) }
}

/** Lines to read: the first and last number, and how many of them fit. */
export interface Pick extends Span {
  readonly count: number
}

/** The log with the lines that were read. */
export function withPicked(log: PickedLog, pick: Span, lines: readonly LogLine[]): PickedLog {
  const next = { ...log, lines: withLines(log.lines, lines), failed: null }
  // The same request would have the same answer: without this it would be sent again and again.
  return next.lines.has(pick.from) ? next : withFailedPick(next, pick, 'The server has no such line.')
}

export const withFailedPick = (log: PickedLog, { from, to }: Span, error: string): PickedLog => ({
  ...log,
  failed: { from, to, error },
})

/** The lines to read next for a reader who sees `seen`; null if all of those are loaded, or could not be read. */
export function toPick({ lines, view, failed }: PickedLog, seqs: readonly number[], seen: Span): Pick | null {
  const end = placeIn(seqs, view.lines[0]?.seq ?? Infinity)
  const last = Math.min(end, placeIn(seqs, seen.to) + AHEAD)
  for (let place = Math.max(0, placeIn(seqs, seen.from) - AHEAD); place < last; place += 1) {
    const from = seqs[place] ?? 0
    if (lines.has(from) || (failed !== null && from >= failed.from && from <= failed.to)) continue
    const picked = seqs.slice(place, Math.min(end, place + PICKED_PAGE))
    return { from, to: picked.at(-1) ?? from, count: picked.length }
  }
  return null
}

/** A stretch of such a log: lines, or one that is not loaded. */
export type PickedPart = { kind: 'lines'; lines: LogLine[] } | { kind: 'gap'; seq: number }

/** The lines before the newest ones, in order. */
export function partsOf({ lines, view }: PickedLog, seqs: readonly number[]): PickedPart[] {
  const parts: PickedPart[] = []
  const end = placeIn(seqs, view.lines[0]?.seq ?? Infinity)
  for (let place = 0; place < end; place += 1) {
    const seq = seqs[place] ?? 0
    const line = lines.get(seq)
    const last = parts.at(-1)
    if (!line) parts.push({ kind: 'gap', seq })
    else if (last?.kind === 'lines') last.lines.push(line)
    else parts.push({ kind: 'lines', lines: [line] })
  }
  return parts
}

/** The place of the first number that is not less. */
function placeIn(seqs: readonly number[], seq: number): number {
  let [low, high] = [0, seqs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((seqs[middle] ?? Infinity) < seq) low = middle + 1
    else high = middle
  }
  return low
}

function withLines(lines: ReadonlyMap<number, LogLine>, more: readonly LogLine[]): ReadonlyMap<number, LogLine> {
  const all = new Map(lines)
  for (const line of more) all.set(line.seq, line)
  if (all.size <= 2 * MOST_KEPT) return all
  // The server names the newest ones alone, so older ones have no place any more.
  return new Map([...all].sort(([a], [b]) => b - a).slice(0, MOST_KEPT))
}
