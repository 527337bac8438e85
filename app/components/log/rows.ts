import type { LogLine } from '../../../lib/run/model'
import type { Stream } from './streams'

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
    if (shown.has(line.stream)) rows.push(rowOf(line))
    last = line.seq
  }
  return rows
}

/** The same row for the same line, so that it need not render again. */
const rowOfLine = new WeakMap<LogLine, Row>()

function rowOf(line: LogLine): Row {
  const known = rowOfLine.get(line)
  if (known) return known
  const row: Row = { kind: 'line', key: String(line.seq), line }
  rowOfLine.set(line, row)
  return row
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
