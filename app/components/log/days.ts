import type { LogLine } from '../../../lib/run/model'
import { dayHeading, dayNumber } from '../../format'
import { offsetAt, offsetText, type Zone } from '../../zone'
import type { DatedRow, Row } from './row'

/** Rows with the changes of the day among them. `first`, `last`: the moments of the first and the last line that has one. */
export interface DatedRows {
  rows: DatedRow[]
  first: { index: number; seq: number; moment: DatedMoment } | null
  last: DatedMoment | null
}

/** Adds a row before each line whose day or clock offset differs from the line before it [PAGE-1.3]. */
export function datedRows(rows: readonly Row[], zone: Zone): DatedRows {
  const all: DatedRow[] = []
  let first: DatedRows['first'] = null
  let before: DatedMoment | null = null
  for (const row of rows) {
    const moment = row.kind === 'line' ? momentIn(zone, row.line) : null
    if (moment) {
      if (before !== null && isOther(before, moment)) all.push(dayRow(row.seq, before, moment))
      first ??= { index: all.length, seq: row.seq, moment }
      before = moment
    }
    all.push(row)
  }
  return { rows: all, first, last: before }
}

/** The row between rows that follow each other, if the day or the clock offset changes there. */
export function dayBetween(last: DatedMoment, { first }: DatedRows): DatedRow | null {
  return first && isOther(last, first.moment) ? dayRow(first.seq, last, first.moment) : null
}

const isOther = (a: DatedMoment, b: DatedMoment) => a.day !== b.day || a.offset !== b.offset

const dayRow = (seq: number, before: DatedMoment, moment: DatedMoment): DatedRow => ({
  ...{ kind: 'day', key: `day-${seq}`, seq, height: 1 },
  ...{ at: moment.at, before: before.at },
})

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
