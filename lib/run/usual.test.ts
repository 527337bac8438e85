import { describe, expect, it } from 'vitest'
import { countBatches } from './counts'
import type { Batch } from './model'
import { usualOf } from './usual'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()

const took = (id: string, ms: number, over: Partial<Batch> = {}): Batch => ({
  ...{ id, name: id, status: 'completed', branch: null, error: null, dependsOn: [] },
  ...{ startedAt: iso(T0), endedAt: iso(T0 + ms), basis: 'stream', verdict: 'agrees', reason: '', reasonSince: null },
  ...{ container: null, containers: [] },
  ...over,
})
const run = (...batches: Batch[]): Parameters<typeof usualOf>[0][number] => ({
  ...{ status: 'completed', basis: 'stream', inferred: false, startedAt: null, endedAt: null },
  ...{ counts: countBatches(batches, true), batches },
})

describe('[PAGE-11.1] what a batch usually takes', () => {
  it('is the median of its durations, in any order', () => {
    const runs = [run(took('a', 1_000)), run(took('a', 5_000)), run(took('a', 3_000)), run(took('a', 9_000))]
    expect(usualOf(runs)).toEqual({ runs: 4, batches: [{ id: 'a', ms: 4_000 }], whole: null })
    expect(usualOf(runs.slice(1)).batches).toEqual([{ id: 'a', ms: 5_000 }])
  })

  it('is not known by one run, nor by durations that are none, or are not certain', () => {
    const others: Partial<Batch>[] = [
      { status: 'failed' },
      { durationUncertain: true },
      { endedAt: null },
      { startedAt: null },
    ]
    const runs = [run(took('a', 1_000)), ...others.map(over => run(took('a', 1_000, over)))]
    runs.push({ ...run(took('a', 1_000)), basis: 'history' })
    expect(usualOf(runs).batches).toEqual([])
  })

  it('is told of batches by any id', () => {
    const runs = [run(took('__proto__', 1_000)), run(took('__proto__', 1_000))]
    expect(usualOf(runs).batches).toEqual([{ id: '__proto__', ms: 1_000 }])
  })
})

describe('[PAGE-12.4] what a whole run usually takes', () => {
  const whole = (ms: number, over: object = {}) => ({
    ...run(took('a', 1_000)),
    ...{ startedAt: iso(T0), endedAt: iso(T0 + ms) },
    ...over,
  })

  it('is the median of the runs that worked on every batch', () => {
    expect(usualOf([whole(1_000), whole(9_000), whole(2_000)]).whole).toEqual({ runs: 3, ms: 2_000 })
    const others = [
      { batches: [took('a', 1_000, { before: true })] },
      { unnamedCompleted: 2 },
      { durationUncertain: true },
      { endedAt: null },
      { basis: 'history' },
      { inferred: true },
      { batches: [] },
      { counts: countBatches([took('a', 1_000)], false) },
    ].map(over => whole(90_000, over))
    expect(usualOf([whole(1_000), whole(3_000), ...others]).whole).toEqual({ runs: 2, ms: 2_000 })
  })

  it('is not known by one run', () => {
    expect(usualOf([whole(1_000)]).whole).toBeNull()
    expect(usualOf([]).whole).toBeNull()
  })
})
