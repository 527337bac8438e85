import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareInstants, elapsed, fractionDigits, iso, parseInstant, type Instant } from './time'

const at = (text: string): Instant => {
  const instant = parseInstant(text)
  if (!instant) throw new Error(`no time: ${text}`)
  return instant
}

const SECOND = Date.parse('2026-01-05T10:00:00Z')

describe('a stamp', () => {
  it.each([
    ['2026-01-05T10:00:00Z', 0, 0],
    ['2026-01-05T10:00:00+00:00', 0, 0],
    ['2026-01-05T10:00:00.1Z', 100, 0],
    ['2026-01-05T10:00:00.123+00:00', 123, 0],
    ['2026-01-05T10:00:00.123456+00:00', 123, 456_000],
    ['2026-01-05T10:00:00.123456789+00:00', 123, 456_789],
    ['2026-01-05T10:00:00.000000001Z', 0, 1],
    ['2026-01-05T10:00:00.999999999Z', 999, 999_999],
    ['2026-01-05T10:00:00.1234567899Z', 123, 456_789],
    ['2026-01-05T12:30:00.5+02:30', 500, 0],
    ['2026-01-05T02:00:00-0800', 0, 0],
    ['2026-01-05 10:00:00 Z', 0, 0],
    ['2026-01-05t10:00:00z', 0, 0],
  ])('[RUN-7] %s is read to the nanosecond', (text, ms, ns) => {
    expect(at(text)).toEqual({ ms: SECOND + ms, ns })
  })

  it.each([
    '',
    'now',
    '2026-01-05',
    '2026-01-05T10:00:00',
    '2026-13-05T10:00:00Z',
    '2026-01-05T25:00:00Z',
    '2026-01-05T10:00:00.Z',
    '2026-01-05T10:00:00Z, or so',
    ' 2026-01-05T10:00:00Z',
    '1767607200',
    '+275760-09-13T00:00:00Z',
    '2026-01-05T10:00:00.1234567890123Z',
  ])('[RUN-7] %j is none', text => {
    expect(parseInstant(text)).toBeNull()
  })

  it('[RUN-7] never throws, and what it reads can be written', () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${String(length)}}$`))
    const nearly = fc
      .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2), fc.constantFrom('Z', '+00:00', '+23:59'))
      .map(([y, m, d, h, i, s, zone]) => `${y}-${m}-${d}T${h}:${i}:${s}${zone}`)
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), text => {
        const instant = parseInstant(text)
        if (instant) expect(iso(instant.ms)).toMatch(/Z$/)
      }),
    )
  })

  it('[RUN-2] tells how finely it is given', () => {
    expect(fractionDigits('2026-01-05T10:00:00Z')).toBe(0)
    expect(fractionDigits('2026-01-05T10:00:00.123+00:00')).toBe(3)
    expect(fractionDigits('2026-01-05T10:00:00.123456789Z')).toBe(9)
    expect(fractionDigits('garbage.123456789')).toBe(0)
  })
})

describe('order', () => {
  it('[RUN-4.3] is by nanoseconds, where text and doubles both fail', () => {
    // Compared as text, the longer fraction sorts first; compared as doubles of nanoseconds, both are equal.
    expect(compareInstants(at('2026-01-05T10:00:00.1Z'), at('2026-01-05T10:00:00.1000001Z'))).toBeLessThan(0)
    expect(compareInstants(at('2026-01-05T10:00:00.1+00:00'), at('2026-01-05T10:00:00.100000000Z'))).toBe(0)
    expect(compareInstants(at('2026-01-05T10:00:01Z'), at('2026-01-05T10:00:00.999999999Z'))).toBeGreaterThan(0)
  })

  it('[RUN-4.3] agrees with the numbers a stamp was made of', () => {
    const nanos = fc.bigInt({ min: 0n, max: 10n ** 12n })
    const stamp = (n: bigint) => {
      const seconds = new Date(SECOND + Number(n / 10n ** 9n) * 1_000).toISOString().slice(0, 19)
      return `${seconds}.${String(n % 10n ** 9n).padStart(9, '0')}+00:00`
    }
    fc.assert(
      fc.property(nanos, nanos, (a, b) => {
        const order = a < b ? -1 : a > b ? 1 : 0
        expect(Math.sign(compareInstants(at(stamp(a)), at(stamp(b))))).toBe(order)
      }),
    )
  })
})

describe('elapsed time', () => {
  const startedAt = iso(SECOND)

  it('[RUN-7] is none before the run began', () => {
    expect(elapsed({ startedAt: null, endedAt: null, clockOffset: 0 }, SECOND)).toBe(0)
  })

  it('[RUN-7.13] runs on the backend’s clock, in both directions, half a second behind', () => {
    const run = { startedAt: iso(SECOND + 1), endedAt: null }
    expect(elapsed({ ...run, clockOffset: 0 }, SECOND + 5_001)).toBe(4_500)
    expect(elapsed({ ...run, clockOffset: 60_000 }, SECOND + 65_001)).toBe(4_500)
    expect(elapsed({ ...run, clockOffset: -60_000 }, SECOND - 54_999)).toBe(4_500)
  })

  it('[RUN-7.13] is not turned back by an end that is told late, or stamped in whole seconds', () => {
    const moments = fc.record({ begun: fc.nat(5_000), took: fc.nat(90_000), late: fc.nat(500), coarse: fc.boolean() })
    fc.assert(
      fc.property(moments, ({ begun, took, late, coarse }) => {
        const stamped = (ms: number) => iso(SECOND + (coarse ? Math.floor(ms / 1_000) * 1_000 : ms))
        const run = { startedAt: stamped(begun), clockOffset: 0 }
        const shown = elapsed({ ...run, endedAt: null }, SECOND + begun + took + late)
        expect(elapsed({ ...run, endedAt: stamped(begun + took) }, 0)).toBeGreaterThanOrEqual(shown)
      }),
    )
  })

  it('[RUN-7.12] stands still at the end', () => {
    const run = { startedAt, endedAt: iso(SECOND + 7_000), clockOffset: 60_000 }
    expect(elapsed(run, SECOND + 1_000_000)).toBe(7_000)
  })

  it('[RUN-7.11] is never negative', () => {
    expect(elapsed({ startedAt, endedAt: null, clockOffset: 0 }, SECOND - 5_000)).toBe(0)
    expect(elapsed({ startedAt, endedAt: iso(SECOND - 1), clockOffset: 0 }, SECOND)).toBe(0)
  })
})

it('[RUN-7] times are ISO 8601 UTC with milliseconds, or null', () => {
  expect(iso(SECOND + 7)).toBe('2026-01-05T10:00:00.007Z')
  expect(iso(null)).toBeNull()
})
