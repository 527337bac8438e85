import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { gapsIn, inserted, spanOf, trimmed, until, type Ranges } from './log-ranges'

const line = (seq: number, text = `line ${seq}`): LogLine => ({
  ...{ seq, at: null, source: 'backend', stream: 'stdout' as const, text },
})
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => line(from + n))
const seqsOf = (ranges: Ranges) => ranges.flatMap(range => range.map(({ seq }) => seq))

const LAST = 60
const span = fc.tuple(fc.integer({ min: 1, max: LAST }), fc.nat({ max: 12 })).map(([from, more]) => ({
  ...{ from, to: Math.min(LAST, from + more) },
}))
const spans = fc.array(span, { maxLength: 12 })
const loaded = spans.map(all => all.reduce<Ranges>((ranges, { from, to }) => inserted(ranges, lines(from, to)), []))

function expectValid(ranges: Ranges) {
  const seqs = seqsOf(ranges)
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  for (const range of ranges) {
    const { from, to } = spanOf(range)
    expect(range.length).toBe(to - from + 1)
    expect(range.length).toBeGreaterThan(0)
  }
}

describe('[LOG-2.1] the loaded parts of a log', () => {
  it('hold each line that was inserted, once, in order', () => {
    fc.assert(
      fc.property(spans, all => {
        const ranges = all.reduce<Ranges>((sum, { from, to }) => inserted(sum, lines(from, to)), [])
        expectValid(ranges)
        const every = new Set(all.flatMap(({ from, to }) => lines(from, to).map(({ seq }) => seq)))
        expect(new Set(seqsOf(ranges))).toEqual(every)
      }),
    )
  })

  it('take lines that are not in a row, and keep the objects of those that they have', () => {
    const first = inserted([], [line(3), line(4), line(9)])
    expect(first.map(spanOf)).toEqual([
      { from: 3, to: 4 },
      { from: 9, to: 9 },
    ])
    const more = inserted(first, [line(2), line(3, 'other'), line(5)])
    expect(more.flat().map(({ text }) => text)).toEqual([2, 3, 4, 5, 9].map(seq => `line ${seq}`))
    expect(inserted(first, lines(3, 4))).toBe(first)
  })

  it('and their gaps are the whole', () => {
    fc.assert(
      fc.property(loaded, span, (ranges, asked) => {
        const gaps = gapsIn(ranges, asked)
        const missing = gaps.flatMap(({ from, to }) => lines(from, to).map(({ seq }) => seq))
        const inside = seqsOf(ranges).filter(seq => seq >= asked.from && seq <= asked.to)
        expect([...missing, ...inside].sort((a, b) => a - b)).toEqual(lines(asked.from, asked.to).map(({ seq }) => seq))
        for (const [index, gap] of gaps.entries()) expect(gap.from).toBeGreaterThan((gaps[index - 1]?.to ?? -1) + 1)
      }),
    )
  })

  it('[LOG-2.2] keep the lines that are nearest to the reader when they are too many', () => {
    fc.assert(
      fc.property(loaded, fc.integer({ min: 1, max: LAST }), fc.nat({ max: LAST }), (ranges, near, most) => {
        const rest = trimmed(ranges, near, most)
        expectValid(rest)
        const [before, after] = [seqsOf(ranges), seqsOf(rest)]
        expect(after).toHaveLength(Math.min(most, before.length))
        const farthest = Math.max(0, ...after.map(seq => Math.abs(seq - near)))
        for (const seq of before)
          if (!after.includes(seq)) expect(Math.abs(seq - near)).toBeGreaterThanOrEqual(farthest - 1)
      }),
    )
  })

  it('can be cut', () => {
    fc.assert(
      fc.property(loaded, fc.integer({ min: 1, max: LAST }), (ranges, seq) => {
        expect(seqsOf(until(ranges, seq))).toEqual(seqsOf(ranges).filter(each => each < seq))
        expectValid(until(ranges, seq))
      }),
    )
  })
})
