import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { inserted } from './log-ranges'
import { rowsOf } from './rows'
import { speakerAt } from './speakers'
import { streams } from './streams'
import { wholeOf } from './whole-log'

const all = { streams: new Set(streams), source: null, isErrors: false }
const choiceOf = (isMerged: boolean) => ({
  filter: all,
  isMerged,
  names: undefined,
  open: new Set<number>(),
  mark: null,
})
const lineOf = (seq: number, batch: string | null): LogLine => ({
  ...{ seq, at: null, source: batch ?? 'backend', stream: 'stdout', text: `line ${seq}` },
  ...(batch !== null && { batch }),
})
const logOf = (lines: LogLine[], newest: number) => {
  const tail = lines.slice(lines.length - newest)
  return wholeOf({ lines: tail, dropped: (tail[0]?.seq ?? 1) - 1, epoch: 'e' })
}

describe('[LOG-3.3] a merged log', () => {
  it('names the batch before each line that another one printed, and nowhere else, however it was loaded', () => {
    const speakers = fc.array(fc.constantFrom('a', 'b', null), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(speakers, fc.nat(), fc.nat(), (batches, a, b) => {
        const lines = batches.map((batch, n) => lineOf(n + 1, batch))
        const newest = 1 + (a % (lines.length - 1))
        const cut = b % (lines.length - newest)
        const earlier = lines.slice(0, lines.length - newest)
        const log = logOf(lines, newest)
        // Two loaded parts that follow each other are two ranges as soon as they are long.
        const ranges = [earlier.slice(0, cut), earlier.slice(cut)].filter(range => range.length > 0)
        const rows = rowsOf({ ...log, ranges }, choiceOf(true), 'utc')
        const told = rows.map(row => (row.kind === 'speaker' ? `of ${row.batch}` : row.key))
        const expected = lines.flatMap(({ seq, batch = null }, n) =>
          n > 0 && (lines[n - 1]?.batch ?? null) === batch ? [String(seq)] : [`of ${batch}`, String(seq)],
        )
        expect(told).toEqual(expected)
      }),
    )
  })

  it('names it again behind lines that are not loaded', () => {
    const log = { ...logOf([lineOf(9, 'a')], 1), ranges: inserted([], [lineOf(3, 'a')]) }
    const rows = rowsOf(log, choiceOf(true), 'utc')
    expect(rows.map(({ kind }) => kind)).toEqual(['gap', 'speaker', 'line', 'gap', 'speaker', 'line'])
    expect(rows.map((_, index) => speakerAt(rows, index))).toEqual([undefined, 'a', 'a', undefined, 'a', 'a'])
  })

  it('is the only one that names batches', () => {
    expect(rowsOf(logOf([lineOf(1, 'a')], 1), choiceOf(false), 'utc').map(({ kind }) => kind)).toEqual(['line'])
  })
})
