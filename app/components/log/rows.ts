import type { LogLine } from '../../../lib/run/model'
import type { Span } from '../ansi'
import { parseAnsi } from '../ansi'

export type Stream = LogLine['stream']
export const streams: readonly Stream[] = ['stdout', 'stderr', 'system']
export const streamWords: Record<Stream, string> = { stdout: 'out', stderr: 'err', system: 'system' }

/** A row of the log: a line, or a gap where lines are missing. */
export type Row =
  { kind: 'line'; key: string; line: LogLine } | { kind: 'gap'; key: string; missing: number; oldest: boolean }

/** A row of the log, or a place where the day or the clock offset changes. */
export type DatedRow = Row | { kind: 'day'; key: string; at: number; before: number }

/**
 * The rows to show for the kept lines. Line numbers begin at 1 without a gap: a jump in them is a gap, and lines missing before the
 * first one were dropped [SAFE-5].
 */
export function rowsOf(lines: readonly LogLine[], dropped: number, shown: ReadonlySet<Stream>): Row[] {
  const rows: Row[] = []
  let last = 0
  for (const line of lines) {
    const missing = last === 0 ? Math.max(dropped, line.seq - 1) : line.seq - last - 1
    if (missing > 0) rows.push({ kind: 'gap', key: `gap-${line.seq}`, missing, oldest: last === 0 })
    if (shown.has(line.stream)) rows.push({ kind: 'line', key: String(line.seq), line })
    last = line.seq
  }
  return rows
}

/** How many of the rows are lines that came after `seq`. */
export function newerThan(rows: readonly DatedRow[], seq: number): number {
  let count = 0
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index]
    if (row?.kind !== 'line') continue
    if (row.line.seq <= seq) break
    count += 1
  }
  return count
}

const parsed = new WeakMap<LogLine, { spans: Span[]; plain: string }>()

/** A line's spans and its text without escape sequences, computed once per line. */
export function parsedLine(line: LogLine): { spans: Span[]; plain: string } {
  const known = parsed.get(line)
  if (known !== undefined) return known
  const spans = parseAnsi(line.text)
  const result = { spans, plain: spans.map(span => span.text).join('') }
  parsed.set(line, result)
  return result
}

/** The indexes of the rows in which the matcher finds something. */
export function matchesIn(rows: readonly DatedRow[], matcher: RegExp | null): number[] {
  if (matcher === null) return []
  return rows.flatMap((row, index) =>
    row.kind === 'line' && parsedLine(row.line).plain.search(matcher) >= 0 ? [index] : [],
  )
}

export interface Piece extends Span {
  match: boolean
}

/** Splits spans at the edges of each match; together the pieces hold the same text. */
export function highlight({ spans, plain }: { spans: Span[]; plain: string }, matcher: RegExp): Piece[] {
  const cuts = [...plain.matchAll(matcher)].map(found => [found.index, found.index + found[0].length] as const)
  const pieces: Piece[] = []
  let next = 0
  let at = 0
  for (const { text, style } of spans) {
    const end = at + text.length
    let from = at
    while (from < end) {
      while ((cuts[next]?.[1] ?? Infinity) <= from) next += 1
      const [start, stop] = cuts[next] ?? [Infinity, Infinity]
      const match = start <= from
      const to = Math.min(end, match ? stop : start)
      pieces.push({ text: text.slice(from - at, to - at), style, match })
      from = to
    }
    at = end
  }
  return pieces
}
