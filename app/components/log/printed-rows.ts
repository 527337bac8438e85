import type { DatedRow } from './row'

/** How many rows are printed at most. */
const MOST = 200

/** The part of a log that is on paper. */
export interface PrintedRows {
  rows: readonly DatedRow[]
  /** The lines that it reaches from and to, and the last one of the log; null: all of it is printed. */
  part: { from: number; to: number; last: number } | null
}

/**
 * The rows that are printed: from the topmost one in view on, or the last ones [PRINT-1.4].
 * @param topmost the index of the first row that is to be on paper
 */
export function printedRows(rows: readonly DatedRow[], topmost: number): PrintedRows {
  const start = Math.max(0, Math.min(topmost, rows.length - MOST))
  const printed = rows.slice(start, start + MOST)
  if (printed.length === rows.length) return { rows, part: null }
  return { rows: printed, part: { from: printed[0]?.seq ?? 0, to: endOf(printed), last: endOf(rows) } }
}

function endOf(rows: readonly DatedRow[]): number {
  const row = rows.at(-1)
  return row === undefined ? 0 : row.kind === 'gap' || row.kind === 'lost' ? row.to : row.seq
}
