import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { newerThan, rowsOf } from './rows'
import { streams, type Stream } from './streams'

const all = new Set(streams)
const line = (seq: number, text = `line ${seq}`, stream: Stream = 'stdout'): LogLine => ({
  seq,
  at: null,
  source: 'backend',
  stream,
  text,
})

describe('rowsOf', () => {
  it('is the lines themselves where none is missing', () => {
    expect(rowsOf([line(1), line(2)], 0, all).map(row => row.key)).toEqual(['1', '2'])
  })

  it('[SAFE-5] shows how many were dropped before the first line and where others are missing', () => {
    const rows = rowsOf([line(41), line(42), line(50)], 40, all)
    expect(rows.map(row => (row.kind === 'gap' ? -row.missing : row.line.seq))).toEqual([-40, 41, 42, -7, 50])
    expect(rows.map(row => row.kind === 'gap' && row.oldest)).toEqual([true, false, false, false, false])
  })

  it('[SAFE-5] keeps gaps visible, and finds no false ones, when a stream is hidden', () => {
    const rows = rowsOf(
      [line(1), line(2, 'e', 'stderr'), line(3), line(5, 'e', 'stderr')],
      0,
      new Set<Stream>(['stdout']),
    )
    expect(rows.map(row => row.key)).toEqual(['1', '3', 'gap-5'])
  })
})

describe('newerThan', () => {
  it('counts shown lines only', () => {
    const rows = rowsOf([line(1), line(2), line(9), line(10)], 0, all)
    expect(newerThan(rows, 2)).toBe(2)
    expect(newerThan(rows, 10)).toBe(0)
    expect(newerThan([], 0)).toBe(0)
  })
})
