import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { dayNumber } from '../../format'
import { offsetAt } from '../../zone'
import { dayChange, dayOf, datedRows } from './days'
import type { Row } from './row'
import { lineRows } from './rows'
import { streams } from './streams'

const rowsAt = (...times: (string | null)[]) =>
  lineRows(
    times.map((at, index): LogLine => ({ seq: index + 1, at, source: 'backend', stream: 'stdout', text: 'x' })),
    { streams: new Set(streams), source: null, isErrors: false },
  )
const withDays = (rows: readonly Row[], zone: string) => datedRows(rows, zone).rows
const shown = (rows: ReturnType<typeof withDays>, zone: string) =>
  rows.map(row => (row.kind === 'day' ? dayChange(row, zone) : row.key))

describe('days of a log', () => {
  it('[PAGE-1.3] are told where one follows another, by the clock of the zone', () => {
    const rows = rowsAt('2026-11-23T22:30:00Z', '2026-11-23T23:30:00Z', null, '2026-11-24T00:30:00Z')
    expect(shown(withDays(rows, 'utc'), 'utc')).toEqual(['1', '2', '3', 'Tue 24 Nov 2026, UTC', '4'])
    expect(shown(withDays(rows, 'Europe/Berlin'), 'Europe/Berlin')).toEqual([
      '1',
      'Tue 24 Nov 2026, UTC+01:00',
      '2',
      '3',
      '4',
    ])
  })

  it('[PAGE-1.3] and so is a clock that is set within a day', () => {
    const rows = rowsAt('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z')
    expect(shown(withDays(rows, 'Europe/Berlin'), 'Europe/Berlin')).toEqual([
      '1',
      'Sun 25 Oct 2026, UTC+01:00, was UTC+02:00 before',
      '2',
    ])
    expect(shown(withDays(rows, 'utc'), 'utc')).toEqual(['1', '2'])
  })

  it('[PAGE-1.3] the topmost line’s day is told, also where it has no time', () => {
    const rows = withDays(rowsAt('2026-11-23T22:30:00Z', null, '2026-11-25T00:30:00Z', null), 'utc')
    expect(dayOf(rows, 0, 'utc')).toBe('Mon 23 Nov 2026, UTC')
    expect(dayOf(rows, 1, 'utc')).toBe('Wed 25 Nov 2026, UTC')
    expect(dayOf(rowsAt(null, null), 1, 'utc')).toBeNull()
    expect(dayOf([], 0, 'utc')).toBeNull()
  })

  it('[PAGE-1.3] keep every line in its order, and none needs another row to be dated', () => {
    const time = fc.option(
      fc.integer({ min: Date.UTC(2026, 9, 23), max: Date.UTC(2026, 9, 28) }).map(at => new Date(at).toISOString()),
    )
    fc.assert(
      fc.property(fc.array(time), fc.constantFrom('utc', 'Europe/Berlin', 'Asia/Kathmandu'), (times, zone) => {
        const rows = rowsAt(...times)
        const dated = withDays(rows, zone)
        expect(dated.filter(row => row.kind !== 'day')).toEqual(rows)
        expect(new Set(dated.map(row => row.key)).size).toBe(dated.length)
        let last: string | null = null
        let isSplit = false
        for (const row of dated) {
          if (row.kind === 'day') isSplit = true
          if (row.kind !== 'line' || row.line.at === null) continue
          const at = Date.parse(row.line.at)
          const day = `${dayNumber(at, zone)} ${offsetAt(at, zone)}`
          expect(isSplit).toBe(last !== null && last !== day)
          last = day
          isSplit = false
        }
      }),
    )
  })
})
