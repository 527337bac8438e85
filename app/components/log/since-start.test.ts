import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sinceText, startOf, type RunStart } from './since-start'

const START = '2026-10-25T00:30:00.250Z'
const start = (clockOffset = 0, isUncertain = false): RunStart => {
  const known = startOf(START, clockOffset, isUncertain)
  if (known === null) throw new Error('No start')
  return known
}
const line = (at: string | null, source = 'backend') => ({ at, source })

describe('[LOG-6.1] how long after the start of the run a line came', () => {
  it.each([
    [START, '+00:00:00.000'],
    ['2026-10-25T00:42:03.732Z', '+00:12:03.482'],
    ['2026-10-25T00:30:00.240Z', '−00:00:00.010'],
    ['2026-10-25T02:42:03+02:00', '+00:12:02.750'],
    ['2026-10-27T05:30:00.250Z', '+53:00:00.000'],
  ])('of %s: %s', (at, text) => {
    expect(sinceText(line(at), start())).toBe(text)
  })

  it('is of the clock that stamped the line', () => {
    const at = '2026-10-25T00:31:00.250Z'
    expect(sinceText(line(at), start(5_000))).toBe('+00:01:00.000')
    expect(sinceText(line(at, 'a'.repeat(64)), start(5_000))).toBe('+00:00:55.000')
  })

  it('is marked where the clock of the backend was set', () => {
    expect(sinceText(line(START), start(0, true))).toBe('≈ +00:00:00.000')
  })

  it('is not told of a line without a stamp, nor where the start is not known', () => {
    for (const at of [null, '', 'soon']) expect(sinceText(line(at), start())).toBeNull()
    for (const at of [null, '', 'soon']) expect(startOf(at, 0, false)).toBeNull()
  })

  it('grows with the stamp, also where the clock of the reader is set back', () => {
    const moment = fc.integer({ min: 0, max: 400 * 86_400_000 })
    const textOf = (after: number) => sinceText(line(new Date(Date.parse(START) + after).toISOString()), start()) ?? ''
    const msOf = (text: string) => {
      const [hours, minutes, seconds] = text.slice(1).split(':').map(Number)
      return Math.round(((hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1_000)
    }
    fc.assert(
      fc.property(moment, after => {
        expect(msOf(textOf(after))).toBe(after)
      }),
    )
  })
})
