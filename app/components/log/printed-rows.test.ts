import { describe, expect, it } from 'vitest'
import { printedRows } from './printed-rows'
import type { DatedRow } from './row'

const lines = (count: number): DatedRow[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ kind: 'gap', key: `gap-${index}`, seq: 10 * index + 1, to: 10 * index + 10, height: 10 },
  }))

describe('[PRINT-1.4] the lines of a log on paper', () => {
  it('are all of a short one, which needs no word', () => {
    const rows = lines(200)
    for (const topmost of [0, 50, 200]) expect(printedRows(rows, topmost)).toEqual({ rows, part: null })
  })

  it('begin at the topmost line in view, and say which they are', () => {
    const { rows, part } = printedRows(lines(1_000), 300)
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => 3_001 + 10 * index))
    expect(part).toEqual({ from: 3_001, to: 5_000, last: 10_000 })
  })

  it('are the last ones of a log that is followed, or near its end', () => {
    for (const topmost of [1_000, 990, 801]) {
      const { rows, part } = printedRows(lines(1_000), topmost)
      expect(rows).toHaveLength(200)
      expect(part).toEqual({ from: 8_001, to: 10_000, last: 10_000 })
    }
  })

  it('are none of none', () => {
    expect(printedRows([], 0)).toEqual({ rows: [], part: null })
  })
})
