import type { LogLine } from '../../../lib/run/model'
import { parseAnsi, type Span } from '../ansi'
import type { DatedRow } from './rows'

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
