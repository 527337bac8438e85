import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topOfLines } from './keep-in-view'

describe('where the view of linked lines begins', () => {
  it('[LOG-2.11] has them in its middle, or their beginning in its upper third', () => {
    expect(topOfLines({ from: 500, to: 520 }, 200, 1_000)).toBe(410)
    expect(topOfLines({ from: 500, to: 900 }, 300, 1_000)).toBe(400)
  })

  it('[LOG-2.11] shows all of them where they fit, at any place of the log', () => {
    const lines = fc.record({
      first: fc.nat(900),
      count: fc.integer({ min: 1, max: 30 }),
      height: fc.integer({ min: 60, max: 700 }),
    })
    fc.assert(
      fc.property(lines, ({ first, count, height }) => {
        const [from, to, whole] = [first * 18, (first + count) * 18, (first + count + 40) * 18]
        const top = topOfLines({ from, to }, height, whole)
        expect(top).toBeGreaterThanOrEqual(0)
        expect(top).toBeLessThanOrEqual(Math.max(0, whole - height))
        expect(top).toBeLessThanOrEqual(from)
        if (to - from <= height) expect(top + height).toBeGreaterThanOrEqual(to - 1)
      }),
    )
  })
})
