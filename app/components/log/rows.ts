import type { LogLine } from '../../../lib/run/model'
import type { FoundLines } from '../../api'
import type { Zone } from '../../zone'
import { datedRows, dayBetween, type DatedRows } from './days'
import { heightOf } from './line-text'
import { runsOf, spanOf, type Range } from './log-ranges'
import { partsOf, type PickedLog } from './picked-log'
import { fits, type DatedRow, type LogFilter, type Row, type RowChoice } from './row'
import { isSameSpeaker, withSpeakers } from './speakers'
import { withTwins } from './twins'
import type { WholeLog } from './whole-log'

/**
 * All rows of a log: its lines by their numbers, with a row for each stretch that is not loaded [LOG-2.1]. Rows are in the order of
 * `seq`; a change of the day, or of who speaks, has that of the line after it.
 */
export function rowsOf(log: WholeLog, choice: RowChoice, zone: Zone): DatedRow[] {
  const all = new JoinedRows()
  let next = 1
  const add = (range: Range, dated: DatedRows) => {
    const { from, to } = spanOf(range)
    all.rows.push(...missing(next, from - 1, log.first))
    all.add(dated)
    next = to + 1
  }
  for (const range of log.ranges) add(range, keptRows(range, choice, zone))
  for (const run of runsOf(log.view.lines)) add(run, rowsIn(run, choice, zone))
  if (log.view.lines.length === 0) all.rows.push(...missing(next, log.view.dropped, log.first))
  return all.rows
}

/**
 * The rows of the lines of a log that fit a filter [LOG-4.9]. Lines that do not fit have no place, however many they are.
 * @param found which lines the server says fit; null: it has not answered yet
 */
export function pickedRowsOf(log: PickedLog, found: FoundLines | null, choice: RowChoice, zone: Zone): DatedRow[] {
  const all = new JoinedRows()
  const tail = log.view.lines[0]?.seq ?? log.view.dropped + 1
  if (found === null) all.rows.push(...missing(1, tail - 1, 1).map(row => ({ ...row, height: 1 })))
  else {
    all.rows.push(...missing(1, Math.min(tail, found.from) - 1, found.from))
    const unlisted = found.count - found.seqs.length
    const first = found.seqs[0] ?? 1
    if (unlisted > 0) all.rows.push({ kind: 'unlisted', key: 'unlisted', seq: first - 1, height: 1, count: unlisted })
    for (const part of partsOf(log, found.seqs)) {
      if (part.kind === 'lines') all.add(rowsIn(part.lines, choice, zone))
      else all.rows.push({ kind: 'gap', key: `gap-${part.seq}`, seq: part.seq, to: part.seq, height: 1 })
    }
    // Lines that came too fast to be seen one by one, until the server has been asked again.
    all.rows.push(...missing(found.to + 1, tail - 1, found.to + 1).map(row => ({ ...row, height: 1 })))
  }
  all.add(rowsIn(log.view.lines, choice, zone))
  return all.rows
}

/** Rows of several stretches, one after the other. */
class JoinedRows {
  readonly rows: DatedRow[] = []
  #before: DatedRows | null = null

  add(dated: DatedRows): void {
    const day = this.#before?.last && dayBetween(this.#before.last, dated)
    const dayAt = day ? dated.first?.index : undefined
    for (let index = 0; index < dated.rows.length; index += 1) {
      const row = dated.rows[index]
      if (index === 0 && isSameSpeaker(row, this.rows.at(-1))) continue
      if (day && index === dayAt) this.rows.push(day)
      if (row) this.rows.push(row)
    }
    if (dated.last) this.#before = dated
  }
}

function missing(from: number, to: number, first: number): Row[] {
  const rows: Row[] = []
  const lost = Math.min(to, first - 1)
  if (from <= lost) rows.push({ kind: 'lost', key: `lost-${from}`, seq: from, to: lost, height: 1 })
  const begin = Math.max(from, first)
  if (begin <= to) rows.push({ kind: 'gap', key: `gap-${begin}`, seq: begin, to, height: to - begin + 1 })
  return rows
}

/** The rows of a range, kept as long as the range is the same: only the newest lines are gone through at each push. */
const keptOf = new WeakMap<Range, { choice: RowChoice; zone: Zone; dated: DatedRows }>()

function keptRows(range: Range, choice: RowChoice, zone: Zone): DatedRows {
  const known = keptOf.get(range)
  if (known?.choice === choice && known.zone === zone) return known.dated
  const dated = rowsIn(range, choice, zone)
  keptOf.set(range, { choice, zone, dated })
  return dated
}

function rowsIn(lines: Range, { filter, isMerged, names, open, mark }: RowChoice, zone: Zone): DatedRows {
  const rows = lineRows(lines, filter)
  const folded = open === null ? rows : withTwins(rows, names, open, mark)
  return datedRows(isMerged ? withSpeakers(folded) : folded, zone)
}

/** The rows of the lines that are shown. */
export function lineRows(lines: readonly LogLine[], filter: LogFilter): Row[] {
  const rows: Row[] = []
  for (const line of lines) if (fits(line, filter)) rows.push(rowOf(line))
  return rows
}

/** The same row for the same line, so that it need not render again. */
const rowOfLine = new WeakMap<LogLine, Row>()

function rowOf(line: LogLine): Row {
  const known = rowOfLine.get(line)
  if (known) return known
  const row: Row = { kind: 'line', key: String(line.seq), seq: line.seq, height: heightOf(line), line }
  rowOfLine.set(line, row)
  return row
}

/** The index of the row that a line is in; of a line that is not shown, that of the row before it. -1: it is before all of them. */
export function indexOf(rows: readonly DatedRow[], seq: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.seq ?? Infinity) <= seq) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** How many of the rows are lines that came after `seq`; lines that are not loaded count as well. */
export function newerThan(rows: readonly DatedRow[], seq: number): number {
  let count = 0
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index]
    if (row?.kind === 'line') {
      const twins = row.twins?.isOpen === false ? row.twins.lines : []
      count += twins.filter(twin => twin.seq > seq).length
      if (row.seq <= seq) break
      count += 1
    } else if (row?.kind === 'gap') {
      count += Math.max(0, row.to - Math.max(seq, row.seq - 1))
      if (row.seq <= seq) break
    }
  }
  return count
}
