import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MessageRate } from './message-rate'

it('[SAFE-5.70] allows 128 messages at once, and then one every 20 ms', () => {
  const rate = new MessageRate(0)
  expect(Array.from({ length: 129 }, () => rate.allows(0)).filter(Boolean)).toHaveLength(128)
  expect([rate.allows(19), rate.allows(20), rate.allows(20)]).toEqual([false, true, false])
})

it('[SAFE-5.70] never allows more in any time than its bound, and all that keeps to it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 500 }), gaps => {
      const rate = new MessageRate(0)
      let now = 0
      let allowed = 0
      for (const gap of gaps) {
        now += gap
        const is = rate.allows(now)
        if (is) allowed += 1
        if (gap >= 20) expect(is).toBe(true)
      }
      expect(allowed).toBeLessThanOrEqual(128 + (now * 50) / 1_000)
    }),
  )
})
