import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { between, moved, RECENT, rangeOf, tickStep, tickText, ticksOf, wholeRun, zoomed } from './range'

const MINUTE = 60_000

describe('the axis', () => {
  it('[PAGE-5.6] has round ticks, few enough to read', () => {
    expect(ticksOf({ from: 0, to: 40 * MINUTE }).map(tickText)).toEqual([
      ...['0:00', '5:00', '10:00', '15:00', '20:00', '25:00', '30:00', '35:00', '40:00'],
    ])
    expect(ticksOf({ from: 59 * MINUTE, to: 62 * MINUTE }).map(tickText)).toContain('1:00:00')
    expect(ticksOf({ from: 100, to: 1_100 }).map(tickText)).toEqual(['0:00.2', '0:00.4', '0:00.6', '0:00.8', '0:01'])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: 1_000, max: 1e10 }), (from, span) => {
        const ticks = ticksOf({ from, to: from + span })
        expect(ticks.length).toBeLessThanOrEqual(9)
        expect(new Set(ticks.map(tickText)).size).toBe(ticks.length)
        for (const tick of ticks) expect(tick >= from && tick <= from + span).toBe(true)
        // Rounding to the next step leaves at least two ticks of nearly every range.
        expect(tickStep(span)).toBeLessThanOrEqual(span)
      }),
    )
  })

  it('[PAGE-5.5] of a growing run ends at a round time ahead, so that bars seldom move', () => {
    expect(wholeRun(41 * MINUTE, true)).toEqual({ from: 0, to: 45 * MINUTE })
    expect(wholeRun(41.5 * MINUTE, true)).toEqual(wholeRun(41 * MINUTE, true))
    expect(wholeRun(40 * MINUTE, false).to).toBeLessThan(41 * MINUTE)
    expect(wholeRun(0, false).to).toBeGreaterThan(0)
  })

  it('[PAGE-5.6] shows the whole run, its last 15 minutes, or a chosen part', () => {
    expect(rangeOf('whole', 3 * MINUTE, false)).toEqual(wholeRun(3 * MINUTE, false))
    expect(rangeOf('recent', 3 * MINUTE, true)).toEqual(wholeRun(3 * MINUTE, true))
    expect(rangeOf('recent', 60 * MINUTE, true)).toMatchObject({ from: 60 * MINUTE - RECENT })
    expect(rangeOf({ from: 1, to: 2_000 }, 60 * MINUTE, true)).toEqual({ from: 1, to: 2_000 })
  })
})

describe('zoom', () => {
  const whole = { from: 0, to: 100_000 }

  it('[PAGE-5.6] keeps the time under the pointer in its place, and never leaves the run', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 2_000, max: 10_000 }))
      .map(([from, span]) => ({ from, to: from + span }))
    fc.assert(
      fc.property(
        range,
        fc.double({ min: 0.1, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (range, factor, share) => {
          const at = range.from + share * (range.to - range.from)
          const next = zoomed(range, factor, at, whole)
          if (typeof next === 'string') throw new Error('Not the whole run')
          expect(next.from).toBeGreaterThanOrEqual(0)
          expect(next.to).toBeLessThanOrEqual(100_000.001)
          const isInside = next.from > 0 && next.to < 100_000
          if (isInside) expect((at - next.from) / (next.to - next.from)).toBeCloseTo(share, 6)
        },
      ),
    )
    expect(zoomed({ from: 0, to: 50_000 }, 2, 0, whole)).toBe('whole')
    expect(zoomed({ from: 0, to: 1_000 }, 0.5, 0, whole)).toEqual({ from: 0, to: 1_000 })
  })

  it('[PAGE-5.6] moves within the run, and takes a dragged part in any direction', () => {
    expect(moved({ from: 10_000, to: 20_000 }, 0.5, whole)).toEqual({ from: 15_000, to: 25_000 })
    expect(moved({ from: 10_000, to: 20_000 }, -4, whole)).toEqual({ from: 0, to: 10_000 })
    expect(moved({ from: 10_000, to: 20_000 }, 99, whole)).toEqual({ from: 90_000, to: 100_000 })
    expect(between(30_000, 20_000, whole, whole)).toEqual({ from: 20_000, to: 30_000 })
    expect(between(90_000, 120_000, whole, whole)).toEqual({ from: 90_000, to: 100_000 })
  })

  it('[PAGE-5.6] tells dragging from a click by the room on the axis, however short or long the run is', () => {
    expect(between(20_000, 20_400, whole, whole)).toBeNull()
    expect(between(20_000, 20_600, whole, whole)).toEqual({ from: 19_800, to: 20_800 })
    expect(between(20_000, 20_100, { from: 19_000, to: 21_000 }, whole)).toEqual({ from: 19_550, to: 20_550 })
    const brief = { from: 0, to: 1_500 }
    expect(between(375, 1_125, brief, brief)).toEqual({ from: 250, to: 1_250 })
    const day = { from: 0, to: 86_400_000 }
    expect(between(0, 86_400, day, day)).toBeNull()
  })
})
