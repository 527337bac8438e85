import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { inserted, type Ranges } from './log-ranges'
import type { LogFilter } from './row'
import { indexOf, newerThan, rowsOf } from './rows'
import { streams, type Stream } from './streams'
import { wholeOf, type WholeLog } from './whole-log'

const all: LogFilter = { streams: new Set(streams), source: null, isErrors: false }
const choiceOf = (filter: LogFilter) => ({
  filter,
  isMerged: false,
  names: undefined,
  open: new Set<number>(),
  mark: null,
})
const line = (seq: number, at: string | null = null, stream: Stream = 'stdout'): LogLine => ({
  ...{ seq, at, source: seq % 2 === 0 ? 'even' : 'odd', stream, text: `line ${seq}` },
})
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => line(from + n))
const log = (tail: LogLine[], ranges: Ranges = [], first = 1): WholeLog => {
  const view = { lines: tail, dropped: (tail[0]?.seq ?? 1) - 1, epoch: 'e' }
  return { ...wholeOf(view), ranges, first }
}
const told = (of: WholeLog, filter = all) =>
  rowsOf(of, choiceOf(filter), 'utc').map(row =>
    row.kind === 'gap' || row.kind === 'lost' ? `${row.kind} ${row.seq}-${row.to}` : row.key,
  )

describe('[LOG-2.1] the rows of a log', () => {
  it('are the lines themselves where all are loaded', () => {
    expect(told(log(lines(1, 2)))).toEqual(['1', '2'])
    expect(told(log([]))).toEqual([])
  })

  it('have one row for each stretch that is not loaded', () => {
    expect(told(log(lines(41, 42), inserted([], [...lines(3, 4), line(9)])))).toEqual([
      ...['gap 1-2', '3', '4', 'gap 5-8', '9', 'gap 10-40', '41', '42'],
    ])
    expect(rowsOf(log(lines(41, 42)), choiceOf(all), 'utc')[0]).toMatchObject({ height: 40 })
  })

  it('[LOG-2.4] [SAFE-5] say which lines the server no longer has', () => {
    expect(told(log(lines(41, 42), [], 41))).toEqual(['lost 1-40', '41', '42'])
    expect(told(log(lines(41, 42), [], 31))).toEqual(['lost 1-30', 'gap 31-40', '41', '42'])
    expect(told(log(lines(41, 42), [lines(5, 6)], 31))).toEqual([
      ...['lost 1-4', '5', '6', 'lost 7-30', 'gap 31-40', '41', '42'],
    ])
  })

  it('[SAFE-5] keep gaps visible, and find no false ones, when lines are hidden', () => {
    const tail = [line(1), line(2, null, 'stderr'), line(3), line(5, null, 'stderr')]
    expect(told(log(tail), { ...all, streams: new Set(['stdout'] as const) })).toEqual(['1', '3', 'gap 4-4'])
    expect(told(log(lines(1, 5)), { ...all, source: 'even', isErrors: false })).toEqual(['2', '4'])
  })

  it('[PAGE-1.3] have a row for the change of the day, also between loaded parts', () => {
    const [one, two] = ['2026-11-23T22:30:00Z', '2026-11-24T00:30:00Z']
    expect(told(log([line(3), line(4, two)], [[line(1, one), line(2)]]))).toEqual(['1', '2', '3', 'day-4', '4'])
    expect(told(log([line(9, two)], [[line(1, one)]]))).toEqual(['1', 'gap 2-8', 'day-9', '9'])
  })

  it('are found by the number of a line, whatever is loaded', () => {
    const span = fc.tuple(fc.integer({ min: 1, max: 80 }), fc.nat({ max: 9 }))
    fc.assert(
      fc.property(fc.array(span), fc.integer({ min: 1, max: 110 }), (spans, seq) => {
        const ranges = spans.reduce<Ranges>((sum, [from, more]) => inserted(sum, lines(from, from + more)), [])
        const rows = rowsOf(log(lines(100, 110), ranges), choiceOf(all), 'utc')
        const row = rows[indexOf(rows, seq)]
        expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
        expect(rows.reduce((sum, { height }) => sum + height, 0)).toBe(110)
        if (row?.kind === 'gap') expect(seq >= row.seq && seq <= row.to).toBe(true)
        else expect(row).toMatchObject({ kind: 'line', seq })
      }),
    )
  })
})

describe('newerThan', () => {
  it('counts lines that are shown, and those that are not loaded', () => {
    const rows = rowsOf(log([...lines(1, 2), ...lines(9, 10)]), choiceOf(all), 'utc')
    expect(newerThan(rows, 2)).toBe(8)
    expect(newerThan(rows, 5)).toBe(5)
    expect(newerThan(rows, 10)).toBe(0)
    expect(newerThan([], 0)).toBe(0)
  })
})
