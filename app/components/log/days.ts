import type { LogLine } from '../../../lib/run/model'
import { dayHeading, dayNumber } from '../../format'
import { offsetAt, offsetText, type Zone } from '../../zone'
import type { DatedRow, Row } from './rows'

/** Adds a row before each line whose day or clock offset differs from the line before it [PAGE-1.3]. */
export function withDays(rows: readonly Row[], zone: Zone): DatedRow[] {
  const all: DatedRow[] = []
  let before: DatedMoment | null = null
  for (const row of rows) {
    const moment = row.kind === 'line' ? momentIn(zone, row.line) : null
    if (moment) {
      const isOther = before !== null && (before.day !== moment.day || before.offset !== moment.offset)
      if (isOther && before) all.push({ kind: 'day', key: `day-${row.key}`, at: moment.at, before: before.at })
      before = moment
    }
    all.push(row)
  }
  return all
}

/** The moment of a line, with its day and clock offset in a zone. */
interface DatedMoment {
  zone: Zone
  at: number
  day: number
  offset: number
}

/** Kept for each line: the rows of thousands of lines are made again whenever one is added. */
const moments = new WeakMap<LogLine, DatedMoment>()

function momentIn(zone: Zone, line: LogLine): DatedMoment | null {
  const known = moments.get(line)
  if (known?.zone === zone) return known
  const at = momentOf(line)
  if (at === null) return null
  const moment = { zone, at, day: dayNumber(at, zone), offset: offsetAt(at, zone) }
  moments.set(line, moment)
  return moment
}

/** The day and clock offset of the rows from `index` on; null if no line has a date. */
export function dayOf(rows: readonly DatedRow[], index: number, zone: Zone): string | null {
  for (let place = index; place < rows.length; place += 1) {
    const row = rows[place]
    const at = row?.kind === 'line' ? momentOf(row.line) : null
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

function momentOf({ at: text }: LogLine): number | null {
  const at = text === null ? NaN : Date.parse(text)
  return Number.isNaN(at) ? null : at
}
