import { describe, expect, it } from 'vitest'
import type { SpecCell, SpecRun } from './spec-runs'
import { batchStats, mostFailing, mostVarying, namelessFailures, usualRun } from './spec-stats'

const run = (runId: string, batches: SpecCell[], changes: Partial<SpecRun> = {}): SpecRun => ({
  ...{ runId, importId: null, status: 'completed', dryRun: false, basis: 'stream', inferred: false },
  ...{ startedAt: null, endedAt: null, ms: 60_000, whole: true, batches },
  ...changes,
})
const completed = (id: string, seconds: number | null): SpecCell => ({
  ...{ id, status: 'completed', ms: seconds === null ? null : seconds * 1_000 },
})
const failed = (id: string): SpecCell => ({ id, status: 'failed', ms: 1_000 })

describe('what a run usually takes', () => {
  it('[SPEC-2.1] is the median of completed runs that left no batch out, at least two', () => {
    const ms = (seconds: number, changes: Partial<SpecRun> = {}) => run('r', [], { ms: seconds * 1_000, ...changes })
    expect(usualRun([ms(10), ms(40), ms(20)])).toEqual({ ms: 20_000, runs: 3 })
    expect(usualRun([ms(10), ms(20)])).toEqual({ ms: 15_000, runs: 2 })
    expect(usualRun([ms(10)])).toBeNull()
    const others: Partial<SpecRun>[] = [
      { dryRun: true },
      { importId: 'i' },
      { whole: false },
      { ms: null },
      { status: 'failed' },
      { status: 'aborted' },
    ]
    for (const changes of others) expect(usualRun([ms(10), ms(20, changes)])).toBeNull()
  })
})

describe('what runs tell of a batch', () => {
  it('[SPEC-2.2] counts the runs that brought it to an end, and those in which it failed', () => {
    const runs = [
      run('r5', [failed('a'), completed('b', 1)], { status: 'failed' }),
      run('r4', [completed('a', 1), { id: 'b', status: 'aborted', ms: 5 }], { status: 'aborted' }),
      run('r3', [{ id: 'a', status: 'completed', ms: null, before: true }, completed('b', 1)], { whole: false }),
      run('r2', [failed('a')], { status: 'failed', dryRun: true }),
      run('r1', [failed('a')], { status: 'failed', importId: 'i' }),
      run('r0', [{ id: 'a', status: 'pending', ms: null }, failed('c')]),
    ]
    const stats = batchStats(runs)
    expect(stats('a')).toMatchObject({ ended: 2, failed: 1 })
    expect(stats('b')).toMatchObject({ ended: 2, failed: 0 })
    expect(stats('nowhere')).toEqual({ ended: 0, failed: 0, spread: null })
    expect(mostFailing(['a', 'b', 'c'], stats, 5)).toEqual(['c', 'a'])
    expect(mostFailing(['a', 'b', 'c'], stats, 1)).toEqual(['c'])
    expect(namelessFailures([...runs, run('r9', [], { status: 'failed' })])).toBe(1)
  })

  it('[SPEC-2.3] tells how far durations spread, of at least three; from ten on without the highest tenth', () => {
    const of = (...seconds: (number | null)[]) =>
      batchStats(seconds.map((each, n) => run(`r${n}`, [completed('a', each)])))('a').spread
    expect(of(1, 2)).toBeNull()
    expect(of(1, 2, null)).toBeNull()
    expect(of(3, 1, 2)).toEqual({ median: 2_000, high: 3_000, isHighest: true, of: 3 })
    expect(of(1, 2, 3, 4, 5, 6, 7, 8, 9, 100)).toEqual({ median: 5_500, high: 9_000, isHighest: false, of: 10 })
  })

  it('[SPEC-2.3] names first what reaches furthest above its median, and nothing within a second of it', () => {
    const seconds = [
      [10, 100, 5],
      [10, 101, 5],
      [10, 300, 5.5],
    ]
    const runs = seconds.map(([a = 0, b = 0, c = 0], n) =>
      run(`r${n}`, [completed('a', a), completed('b', b), completed('c', c)]),
    )
    expect(mostVarying(['a', 'b', 'c'], batchStats(runs), 5)).toEqual(['b'])
  })
})
