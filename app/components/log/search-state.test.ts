import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { textMatcher } from '../../../lib/run/text/text-matcher'
import { foundUntil, nextMatch, placeOf, withNewLines } from './search-state'
import { streams } from './streams'

const ESC = '\u001b'
const filter = { streams: new Set(streams), source: null, isErrors: false }
const line = (seq: number, text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  ...{ seq, at: null, source: 'backend', stream, text },
})
const found = (seqs: number[], to = seqs.at(-1) ?? 0, count = seqs.length) => ({ seqs, count, from: 1, to })

describe('[LOG-2.5] what a search has found', () => {
  it('grows with new lines, whatever their case and across colours, as if the server had searched them', () => {
    const words = fc.constantFrom('replay', `re${ESC}[31mPlay`, 'other', 'x')
    fc.assert(
      fc.property(fc.array(words, { minLength: 1 }), fc.nat(), fc.nat(), (texts, a, b) => {
        const lines = texts.map((text, index) => line(index + 1, text))
        const all = lines.filter(({ text }) => /replay|Play/.test(text)).map(({ seq }) => seq)
        const to = a % (lines.length + 1)
        const tailFrom = b % (to + 1)
        const before = found(
          all.filter(seq => seq <= to),
          to,
        )
        const after = withNewLines(before, lines.slice(tailFrom), textMatcher('REPLAY'), filter)
        expect(after).toEqual({ ...found(all), to: lines.length })
      }),
    )
  })

  it('is searched for again where the page has not all of the new lines', () => {
    expect(withNewLines(found([1], 3), [line(5, 'x'), line(6, 'x')], textMatcher('x'), filter)).toBeNull()
    const before = found([1], 6)
    expect(withNewLines(before, [line(5, 'x'), line(6, 'x')], textMatcher('x'), filter)).toBe(before)
  })

  it('[LOG-4.7] has the lines that tell of an error where nothing else is sought', () => {
    const lines = [line(1, 'it failed'), line(2, 'it failed', 'stderr'), line(3, 'fine', 'stderr')]
    expect(withNewLines(found([]), lines, null, { ...filter, isErrors: true })).toMatchObject({ seqs: [2], to: 3 })
  })

  it('asks no more where the search was stopped, and counts long lines whose beginning alone it looked at', () => {
    const stopped = { ...found([1], 3), stopped: true }
    expect(withNewLines(stopped, [line(9, 'x')], textMatcher('x'), filter)).toBe(stopped)
    const matcher = { finds: () => false, places: () => [], reach: 3 }
    expect(withNewLines(found([]), [line(1, 'abc'), line(2, 'abcd')], matcher, filter)).toMatchObject({
      partly: 1,
      to: 2,
    })
  })

  it('leaves out hidden streams and other sources', () => {
    const lines = [line(1, 'x'), line(2, 'x', 'stderr'), { ...line(3, 'x'), source: 'b' }]
    const only = { streams: new Set(['stdout'] as const), source: 'backend', isErrors: false }
    expect(withNewLines(found([]), lines, textMatcher('x'), only)).toMatchObject({ seqs: [1], count: 1, to: 3 })
  })

  it('has a place for each match, also where only the newest are named', () => {
    expect(placeOf(found([3, 7, 9]), 7)).toBe(2)
    expect(placeOf(found([3, 7, 9]), 8)).toBe(0)
    expect(placeOf(found([3, 7, 9]), null)).toBe(0)
    expect(placeOf(found([3, 7, 9], 9, 100), 3)).toBe(98)
  })

  it('is gone through in both directions, from the view on, round and round', () => {
    const matches = found([3, 7, 9])
    expect(nextMatch(matches, null, 1, 5)).toBe(7)
    expect(nextMatch(matches, null, -1, 5)).toBe(3)
    expect(nextMatch(matches, null, 1, 10)).toBe(3)
    expect(nextMatch(matches, null, -1, 10)).toBe(9)
    expect(nextMatch(matches, null, -1, 1)).toBe(9)
    expect(nextMatch(matches, 9, 1, 1)).toBe(3)
    expect(nextMatch(matches, 3, -1, 1)).toBe(9)
    expect(nextMatch(found([]), null, 1, 1)).toBeNull()
  })
})

describe('[PAGE-10.5] what a search has found in a log of the past', () => {
  it('are the lines up to its last one, of which the count lacks the others', () => {
    expect(foundUntil(found([2, 4, 9], 12, 20), 4)).toEqual({ ...found([2, 4], 4), count: 19 })
    expect(foundUntil(found([2, 4, 9], 12), 0)).toEqual(found([], 0, 0))
    const all = found([2, 4, 9], 12)
    expect(foundUntil(all, 12)).toBe(all)
  })
})
