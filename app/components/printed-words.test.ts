import { describe, expect, it } from 'vitest'
import { printedPart, printedWords, type Printed } from './printed-words'

const at = Date.parse('2026-11-30T20:05:12.345Z')
const now: Printed = { at, zone: 'utc', past: null, recordedUntil: null, lostSince: null, frozenAt: null }

describe('[PRINT-1.2] the line above a printed page', () => {
  it('tells when it was printed, and by which clock', () => {
    expect(printedWords(now)).toBe(
      'Printed 2026-11-30 20:05:12 UTC, by the dashboard’s clock. Its numbers are as of then, except where they are marked as last known.',
    )
    expect(printedWords({ ...now, zone: 'Europe/Berlin' })).toMatch(
      /^Printed 2026-11-30 21:05:12 \+01:00 \(Europe\/Berlin\), by/,
    )
  })

  it('never calls old numbers those of then', () => {
    const earlier = at - 60_000
    for (const [part, words] of [
      [{ past: earlier }, 'It shows what was known at 2026-11-30 20:04:12 UTC, not the present.'],
      [{ recordedUntil: earlier }, 'It shows a recording that reaches until 2026-11-30 20:04:12 UTC.'],
      [{ lostSince: earlier }, 'what it shows of live runs is last known, as of 2026-11-30 20:04:12 UTC.'],
      [{ frozenAt: earlier }, 'what it claims is last known, as of 2026-11-30 20:04:12 UTC.'],
    ] as const) {
      expect(printedWords({ ...now, ...part })).toContain(words)
      expect(printedWords({ ...now, ...part })).not.toContain('as of then')
    }
  })
})

it('[PRINT-1.4] a list that is not printed whole says which part is', () => {
  expect(printedPart('rows', 1, 1_000, 2_340)).toBe('Printed: rows 1 to 1,000 of 2,340.')
})
