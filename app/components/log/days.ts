import { dayHeading, dayNumber } from '../../format'
import { offsetAt, offsetText, type Zone } from '../../zone'
import type { DatedRow, Row } from './rows'

/** Adds a row before each line whose day or clock offset differs from the line before it [PAGE-1.3]. */
export function withDays(rows: readonly Row[], zone: Zone): DatedRow[] {
  const all: DatedRow[] = []
  let before: number | null = null
  for (const row of rows) {
    const at = momentOf(row)
    if (at !== null) {
      if (before !== null && !isSameDay(before, at, zone)) all.push({ kind: 'day', key: `day-${row.key}`, at, before })
      before = at
    }
    all.push(row)
  }
  return all
}

/** The day and clock offset of the rows from `index` on; null if no line has a date. */
export function dayOf(rows: readonly DatedRow[], index: number, zone: Zone): string | null {
  for (let place = index; place < rows.length; place += 1) {
    const at = momentOf(rows[place])
    if (at !== null) return dayHeading(at, zone)
  }
  return index === 0 ? null : dayOf(rows, 0, zone)
}

/** The text of a day's row: the day, and the earlier offset if the clock was set. */
export function dayChange({ at, before }: { at: number; before: number }, zone: Zone): string {
  const heading = dayHeading(at, zone)
  return offsetAt(at, zone) === offsetAt(before, zone)
    ? heading
    : `${heading}, was UTC${offsetText(before, zone)} before`
}

const isSameDay = (a: number, b: number, zone: Zone) =>
  dayNumber(a, zone) === dayNumber(b, zone) && offsetAt(a, zone) === offsetAt(b, zone)

function momentOf(row: DatedRow | undefined): number | null {
  if (row?.kind !== 'line' || row.line.at === null) return null
  const at = Date.parse(row.line.at)
  return Number.isNaN(at) ? null : at
}
