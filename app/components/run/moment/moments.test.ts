import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { momentOf, stepFrom, stepOf, type Span } from './moments'

const SPAN: Span = { from: 1_000, to: 2_000, changes: [1_100, 1_500, 1_900] }

describe('the moment that an address asks for', () => {
  it('[PAGE-10.2] is a time, in whatever offset it is written', () => {
    expect(momentOf('2026-01-15T16:00:00+02:00')).toBe(Date.parse('2026-01-15T14:00:00Z'))
    for (const asked of [undefined, '', 'yesterday', '1', '2026-01-15', 'Jan 15 2026', ['2026-01-15T16:00:00Z']])
      expect(momentOf(asked)).toBeNull()
  })
})

describe('a step', () => {
  it('[PAGE-10.3] leads to the change before or after, and after the last one to the present', () => {
    expect(stepFrom(1_500, 'previous', SPAN)).toBe(1_100)
    expect(stepFrom(1_100, 'previous', SPAN)).toBe(1_000)
    expect(stepFrom(1_501, 'next', SPAN)).toBe(1_900)
    expect(stepFrom(1_900, 'next', SPAN)).toBe('live')
    expect(stepFrom(1_500, 'back', SPAN)).toBe(1_400)
    expect(stepFrom(1_950, 'on', SPAN)).toBe('live')
    expect(stepFrom(1_500, 'first', SPAN)).toBe(1_000)
  })

  it('[PAGE-10.3] goes through every change, there and back', () => {
    const spans = fc.uniqueArray(fc.integer({ min: 1, max: 999 })).map(changes => changes.sort((a, b) => a - b))
    fc.assert(
      fc.property(spans, changes => {
        const span = { from: 0, to: 1_000, changes }
        const there: number[] = []
        for (let at: number | 'live' = stepFrom(0, 'next', span); at !== 'live'; at = stepFrom(at, 'next', span))
          there.push(at)
        const back: number[] = []
        for (let at = stepFrom(1_000, 'previous', span); at !== 'live' && at > 0; at = stepFrom(at, 'previous', span))
          back.unshift(at)
        expect(there).toEqual(changes)
        expect(back).toEqual(changes)
      }),
    )
  })

  it('[PAGE-10.3] is what the keys of a slider mean; others mean none', () => {
    expect(stepOf('ArrowLeft')).toBe('previous')
    expect(stepOf('Escape')).toBe('live')
    for (const key of ['a', 'Tab', 'constructor', '__proto__']) expect(stepOf(key)).toBeNull()
  })
})
