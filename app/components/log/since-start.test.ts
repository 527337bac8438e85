import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FindingKind } from '../../../lib/run/model'
import { wasClockSetIn } from './clock-set'
import { sinceText, startOf, type RunStart } from './since-start'

const START = '2026-10-25T00:30:00.250Z'
const start = (clockOffset = 0, wasClockSet = false): RunStart => {
  const known = startOf(START, clockOffset, wasClockSet)
  if (known === null) throw new Error('No start')
  return known
}
const line = (at: string | null, source = 'backend') => ({ at, source })
const msOf = (text: string) => {
  const [hours, minutes, seconds] = text.slice(1).split(':').map(Number)
  return Math.round(((hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1_000)
}

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

  it('[LOG-6.3] is marked where a clock was set, and nowhere else', () => {
    const startIn = (...kinds: FindingKind[]) => start(0, wasClockSetIn(kinds.map(kind => ({ kind }))))
    expect(sinceText(line(START), startIn('late', 'clock-set'))).toBe('≈ +00:00:00.000')
    expect(sinceText(line(START), startIn())).toBe('+00:00:00.000')
    // The run died: its duration is uncertain, its stamps are not.
    expect(sinceText(line(START), startIn('silent', 'late'))).toBe('+00:00:00.000')
  })

  it('[LOG-6.3] is right or marked, whatever the clocks differ by and wherever one was set', () => {
    const hours = fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 })
    const passed = fc.integer({ min: 0, max: 3 * 3_600_000 })
    const source = fc.constantFrom('backend', 'a'.repeat(64))
    fc.assert(
      fc.property(
        hours,
        passed,
        fc.option(fc.record({ after: passed, by: hours })),
        source,
        (offset, ms, step, from) => {
          // The run's times are on the backend's clock as it went at the start; lines keep the stamps they came with.
          const stepped = from === 'backend' && step !== null && ms >= step.after ? step.by : 0
          const stamp = Date.parse(START) + ms + (from === 'backend' ? stepped : offset)
          const text = sinceText(line(new Date(stamp).toISOString(), from), start(offset, step !== null)) ?? ''
          expect(text.startsWith('≈ ')).toBe(step !== null)
          if (step === null) expect(msOf(text)).toBe(ms)
        },
      ),
    )
  })

  it('is not told of a line without a stamp, nor where the start is not known', () => {
    for (const at of [null, '', 'soon']) expect(sinceText(line(at), start())).toBeNull()
    for (const at of [null, '', 'soon']) expect(startOf(at, 0, false)).toBeNull()
  })

  it('grows with the stamp, also where the clock of the reader is set back', () => {
    const moment = fc.integer({ min: 0, max: 400 * 86_400_000 })
    const textOf = (after: number) => sinceText(line(new Date(Date.parse(START) + after).toISOString()), start()) ?? ''
    fc.assert(
      fc.property(moment, after => {
        expect(msOf(textOf(after))).toBe(after)
      }),
    )
  })
})
