import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../../lib/run/model'
import { someBatch, someRun } from '../../../../lib/testing/run/documents'
import { comparedText, differenceText } from './usual-text'

const T0 = Date.parse('2026-11-23T13:00:00.000Z')
const run = (ms: number, over: Partial<Snapshot> = {}): Snapshot => ({
  ...someRun('r', { status: 'completed', startedAt: new Date(T0).toISOString() }),
  ...{ endedAt: new Date(T0 + ms).toISOString(), epoch: 'e', version: 1, now: new Date(T0).toISOString() },
  ...{ batches: [someBatch('a', 'completed')] },
  ...over,
})
const whole = { whole: { runs: 5, ms: 60_000 } }

describe('[PAGE-12.4] a run beside earlier ones', () => {
  it.each([
    [250_000, '3:10 longer than usual, of 5 runs.'],
    [15_000, '0:45 shorter than usual, of 5 runs.'],
    [60_900, 'As long as usual, of 5 runs.'],
    [60_000 + 3_910_000, '1:05:10 longer than usual, of 5 runs.'],
  ])('%i ms', (ms, words) => {
    expect(comparedText(run(ms), whole)).toBe(words)
  })

  it('says nothing where too few tell, and of a run that is not whole', () => {
    expect(comparedText(run(1_000), { whole: null })).toBeNull()
    expect(comparedText(run(1_000, { status: 'failed' }), whole)).toBeNull()
    expect(comparedText(run(1_000, { durationUncertain: true }), whole)).toBeNull()
    expect(comparedText(run(1_000, { unnamedCompleted: 1 }), whole)).toBeNull()
    expect(comparedText(run(1_000, { batches: [someBatch('a', 'completed', { before: true })] }), whole)).toBeNull()
  })

  it('gives each difference its sign', () => {
    expect([190_000, -45_000, 900, -900].map(differenceText)).toEqual(['+3:10', '−0:45', '±0', '±0'])
  })
})
