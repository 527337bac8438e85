import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Clock, iso } from './clock'

describe('Clock', () => {
  it('gives a time that is now, and a later one with every call', () => {
    const clock = new Clock()
    const before = BigInt(Date.now() - 1000) * 1_000_000n
    const times = Array.from({ length: 10_000 }, () => clock.now())
    expect(times.every((time, index) => time > (times[index - 1] ?? before))).toBe(true)
    expect(times.at(-1)).toBeLessThan(BigInt(Date.now() + 1000) * 1_000_000n)
  })
})

describe('iso', () => {
  it('writes 0, 3, 6 or 9 fraction digits, as the real one does', () => {
    const second = 1_795_399_185_000_000_000n
    expect(iso(second, 'Z')).toBe('2026-11-23T01:59:45Z')
    expect(iso(second + 120_000_000n, '+00:00')).toBe('2026-11-23T01:59:45.120+00:00')
    expect(iso(second + 738_909_000n, '+00:00')).toBe('2026-11-23T01:59:45.738909+00:00')
    expect(iso(second + 1n, ' UTC')).toBe('2026-11-23 01:59:45.000000001 UTC')
  })

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 4_000_000_000_000_000_000n), nanoseconds => {
        const text = iso(nanoseconds, 'Z')
        const [, fraction = ''] = /\.(\d+)Z$/.exec(text) ?? []
        const seconds = BigInt(Date.parse(text.slice(0, 19) + 'Z') / 1000)
        expect(seconds * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))).toBe(nanoseconds)
        expect([0, 3, 6, 9]).toContain(fraction.length)
      }),
    )
  })
})
