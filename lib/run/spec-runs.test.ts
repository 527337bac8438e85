import { describe, expect, it } from 'vitest'
import { someBatch, someRun } from '../testing/run/documents'
import { specSummaries } from './spec-pages'
import { SPEC_BOUNDS, specGridOf, type SpecSource } from './spec-runs'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const iso = (s: number) => new Date(T0 + s * 1_000).toISOString()
const took = (id: string, seconds: number, changes = {}) =>
  someBatch(id, 'completed', { startedAt: iso(0), endedAt: iso(seconds), ...changes })

const source = (
  runId: string,
  batches: SpecSource['batches'],
  changes: Parameters<typeof someRun>[1] = {},
  importId: string | null = null,
): SpecSource => {
  const over = { status: 'completed' as const, startedAt: iso(0), endedAt: iso(60) }
  return { fields: someRun(runId, { ...over, ...changes }), batches, importId }
}
const planned = (...ids: string[]) => ids.map(id => ({ id, name: `Batch ${id}`, dependsOn: [] }))

describe('the runs of a spec, side by side', () => {
  it('[SPEC-1.2] have the columns of the plan, then those that only runs have, each once', () => {
    const { columns } = specGridOf(planned('a', 'b', 'a'), [
      source('r2', [took('b', 1), took('x', 1)]),
      source('r1', [took('x', 1, { name: 'Older name' }), took('y', 1), took('a', 1)]),
    ])
    expect(columns.map(({ id, planned }) => [id, planned])).toEqual([
      ['a', true],
      ['b', true],
      ['x', false],
      ['y', false],
    ])
    expect(columns[2]?.name).toBe('Batch x')
  })

  it('[SPEC-1.2] count a run once that is there as an import, too', () => {
    const { runs } = specGridOf([], [source('r1', []), source('r1', [], {}, 'i1'), source('r2', [], {}, 'i2')])
    expect(runs.map(({ runId, importId }) => [runId, importId])).toEqual([
      ['r1', null],
      ['r2', 'i2'],
    ])
  })

  it('[SPEC-1.3] have a duration only where begin and end were told', () => {
    const msOf = (batch: Parameters<typeof someBatch>[2], status: 'completed' | 'failed' | 'aborted', run = {}) => {
      const times = { startedAt: iso(0), endedAt: iso(30) }
      const { runs } = specGridOf([], [source('r', [someBatch('a', status, { ...times, ...batch })], run)])
      return runs[0]?.batches[0]?.ms
    }
    expect(msOf({}, 'completed')).toBe(30_000)
    expect(msOf({}, 'failed')).toBe(30_000)
    expect(msOf({}, 'aborted')).toBe(30_000)
    expect(msOf({ startedAt: null }, 'completed')).toBeNull()
    expect(msOf({ endedAt: null }, 'completed')).toBeNull()
    expect(msOf({ before: true }, 'completed')).toBeNull()
    expect(msOf({ durationUncertain: true }, 'completed')).toBeNull()
    expect(msOf({ basis: 'inferred' }, 'completed')).toBeNull()
    expect(msOf({}, 'completed', { basis: 'history' })).toBeNull()
    expect(msOf({}, 'aborted', { inferred: true })).toBeNull()
    expect(msOf({}, 'completed', { inferred: true })).toBe(30_000)
  })

  it('[SPEC-1.3] of a run, too', () => {
    const msOf = (changes: Parameters<typeof someRun>[1]) =>
      specGridOf([], [source('r', [took('a', 1)], changes)]).runs[0]?.ms
    expect(msOf({})).toBe(60_000)
    expect(msOf({ status: 'failed' })).toBe(60_000)
    expect(msOf({ status: 'running', endedAt: null })).toBeNull()
    expect(msOf({ basis: 'history' })).toBeNull()
    expect(msOf({ inferred: true })).toBeNull()
    expect(msOf({ durationUncertain: true })).toBeNull()
  })

  it('[SPEC-1.4] are whole if they left no batch out', () => {
    const isWhole = (batches: SpecSource['batches'], changes = {}) =>
      specGridOf([], [source('r', batches, changes)]).runs[0]?.whole
    expect(isWhole([took('a', 1)])).toBe(true)
    expect(isWhole([took('a', 1), took('b', 1, { before: true })])).toBe(false)
    expect(isWhole([took('a', 1)], { unnamedCompleted: 2 })).toBe(false)
    expect(isWhole([])).toBe(false)
  })

  it('[SPEC-1.5] are bounded, and say how many are left out', () => {
    const many = Array.from({ length: 60 }, (_, n) => source(`r${n}`, [took(`only${n}`, 1)]))
    const few = specGridOf(planned('a'), many, { runs: 50, cells: 100, unplanned: 7 })
    expect([few.runs.length, few.runsLeftOut]).toEqual([50, 10])
    expect([few.columns.length, few.columnsLeftOut]).toEqual([8, 43])
    expect(few.runs.flatMap(({ batches }) => batches)).toHaveLength(7)

    const large = Array.from({ length: 2_001 }, (_, n) => took(`b${n}`, 1))
    const wide = specGridOf([], [source('r1', large), source('r0', large)], { ...SPEC_BOUNDS, cells: 2_000 })
    expect([wide.runs.length, wide.runsLeftOut]).toEqual([1, 1])
  })
})

describe('all specs', () => {
  const listed = [
    { name: 'b', has_plan: true, has_tasks: true },
    { name: 'a', has_plan: false, has_tasks: true },
  ]
  const run = (runId: string, changes: Parameters<typeof someRun>[1]) => ({
    fields: someRun(runId, changes),
    batches: [took('x', 1)],
  })

  it('[SPEC-3.1] are those of the backend and those of runs, by name', () => {
    const all = specSummaries(listed, [run('r1', { spec: 'aa' }), run('r2', { spec: null })])
    expect(all.map(({ name, onBackend, has }) => [name, onBackend, has?.plan ?? null])).toEqual([
      ['a', true, false],
      ['aa', false, null],
      ['b', true, true],
    ])
    expect(specSummaries([{ ...listed[0]!, name: 'x'.repeat(257) }], [])).toEqual([])
    expect(specSummaries(null, [run('r1', { spec: 'aa' })])[0]).toMatchObject({ onBackend: null, has: null })
  })

  it('[SPEC-3.2] have their last ten runs that are over, and the newest three live ones', () => {
    const over = Array.from({ length: 12 }, (_, n) => run(`r${n}`, { spec: 'b', status: 'failed' }))
    const live = Array.from({ length: 4 }, (_, n) => run(`l${n}`, { spec: 'b' }))
    const [, b] = specSummaries(listed, [...live, ...over])
    expect(b?.recent.map(({ runId }) => runId)).toEqual(over.slice(0, 10).map(({ fields }) => fields.runId))
    expect(b?.live.map(({ runId, completed, total }) => [runId, completed, total])).toEqual([
      ['l0', 0, 2],
      ['l1', 0, 2],
      ['l2', 0, 2],
    ])
    expect(b?.liveRuns).toBe(4)
    expect(b?.usual).toBeNull()
  })

  it('[SPEC-3.3] have the median of completed runs, of at least two', () => {
    const completed = (runId: string, seconds: number, changes = {}) =>
      run(runId, { spec: 'b', status: 'completed', startedAt: iso(0), endedAt: iso(seconds), ...changes })
    const usual = (...runs: ReturnType<typeof run>[]) => specSummaries(listed, runs)[1]?.usual
    expect(usual(completed('r1', 10), completed('r2', 20))).toEqual({ ms: 15_000, runs: 2 })
    expect(usual(completed('r1', 10), completed('r2', 20, { dryRun: true }))).toBeNull()
    expect(usual(completed('r1', 10), completed('r2', 20, { basis: 'history' }))).toBeNull()
  })
})
