import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoff } from './backoff'

it('doubles with each retry up to the most, and is never less than half of that', () => {
  const bounds = fc.record({ first: fc.integer({ min: 1, max: 1_000 }), more: fc.integer({ min: 0, max: 60_000 }) })
  fc.assert(
    fc.property(bounds, fc.nat({ max: 2_000 }), ({ first, more }, retry) => {
      const most = first + more
      const whole = Math.min(most, first * 2 ** retry)
      const pause = backoff(retry, { first, most })
      expect(pause).toBeGreaterThanOrEqual(whole / 2)
      expect(pause).toBeLessThanOrEqual(whole)
    }),
  )
})
