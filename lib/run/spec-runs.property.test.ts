import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { someBatch, someRun } from '../testing/run/documents'
import { growthOf } from '../testing/support/growth'
import { batchStatus, runStatus } from './model'
import { specGridOf, type SpecSource } from './spec-runs'
import { batchStats, usualRun } from './spec-stats'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const time = fc.option(fc.integer({ min: 0, max: 100_000 }).map(ms => new Date(T0 + ms).toISOString()))
const ids = ['a', 'b', 'c', 'd', 'e', 'f', '__proto__', 'constructor']
const uncertain = fc.constantFrom({}, { durationUncertain: true as const })

const batch = fc
  .record({
    ...{ status: fc.constantFrom(...batchStatus.options), startedAt: time, endedAt: time, uncertain },
    basis: fc.constantFrom('stream' as const, 'history' as const, 'inferred' as const),
    before: fc.constantFrom({}, { before: true as const }),
  })
  .map(
    ({ status, uncertain, before, ...rest }) =>
      (id: string) =>
        someBatch(id, status, { ...rest, ...uncertain, ...before }),
  )
const source: fc.Arbitrary<SpecSource> = fc
  .record({
    ...{ runId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5'), dryRun: fc.boolean(), inferred: fc.boolean() },
    ...{ status: fc.constantFrom(...runStatus.options), basis: fc.constantFrom('stream' as const, 'history' as const) },
    ...{ startedAt: time, endedAt: time, uncertain, importId: fc.option(fc.constantFrom('i1', 'i2')) },
    batches: fc
      .tuple(fc.subarray(ids), fc.array(batch, { minLength: ids.length, maxLength: ids.length }))
      .map(([own, make]) => own.flatMap((id, n) => make[n]?.(id) ?? [])),
  })
  .map(({ batches, importId, runId, uncertain, ...changes }) => ({
    ...{ batches, importId, fields: someRun(runId, { ...changes, ...uncertain }) },
  }))
const plan = fc.array(fc.constantFrom(...ids, 'g')).map(all => all.map(id => ({ id, name: id, dependsOn: [] })))
const bounds = fc.record({
  ...{ runs: fc.integer({ min: 1, max: 6 }), cells: fc.integer({ min: 1, max: 40 }) },
  unplanned: fc.integer({ min: 0, max: 8 }),
})

describe('the runs of a spec, for any runs and any plan', () => {
  it('[SPEC-1.2] [SPEC-1.5] each column and each run is there once, and what is not there is counted', () => {
    fc.assert(
      fc.property(plan, fc.array(source, { maxLength: 12 }), bounds, (planned, sources, bound) => {
        const grid = specGridOf(planned, sources, bound)
        const columns = grid.columns.map(({ id }) => id)
        expect(new Set(columns).size).toBe(columns.length)
        const unplanned = grid.columns.filter(column => !column.planned)
        expect(unplanned.length).toBeLessThanOrEqual(bound.unplanned)
        expect(grid.columns.map(({ planned }) => planned)).toEqual(
          grid.columns.map((_, n) => n < columns.length - unplanned.length),
        )
        const runIds = grid.runs.map(({ runId }) => runId)
        expect(new Set(runIds).size).toBe(runIds.length)
        expect(runIds.length + grid.runsLeftOut).toBe(new Set(sources.map(({ fields }) => fields.runId)).size)
        expect(grid.runs.length).toBeLessThanOrEqual(bound.runs)
        const cells = grid.runs.reduce((sum, { batches }) => sum + batches.length, 0)
        if (grid.runs.length > 1) expect(cells).toBeLessThanOrEqual(bound.cells)
        for (const { batches } of grid.runs) for (const { id } of batches) expect(columns).toContain(id)
      }),
    )
  })

  it('[SPEC-1.3] [SPEC-2] no duration is negative, guessed or of the history, and none of those is counted', () => {
    fc.assert(
      fc.property(fc.array(source, { maxLength: 12 }), sources => {
        const { runs } = specGridOf([], sources)
        for (const { runId, importId, batches, ...run } of runs) {
          const from = sources.find(({ fields }) => fields.runId === runId)
          expect(from?.importId).toBe(importId)
          for (const ms of [run.ms, ...batches.map(cell => cell.ms)])
            if (ms !== null) expect(ms).toBeGreaterThanOrEqual(0)
          if (run.basis === 'history')
            expect([run.ms, ...batches.map(({ ms }) => ms)].filter(ms => ms !== null)).toEqual([])
          if (run.inferred) expect(run.ms).toBeNull()
          for (const cell of batches) {
            const told = from?.batches.find(({ id }) => id === cell.id)
            expect(cell.status).toBe(told?.status)
            if (cell.ms === null) continue
            expect([told?.before, told?.durationUncertain, told?.startedAt === null]).toEqual([
              undefined,
              undefined,
              false,
            ])
          }
        }
        const usual = usualRun(runs)
        const certain = runs.flatMap(({ ms }) => ms ?? [])
        if (usual !== null) {
          expect(usual.ms).toBeGreaterThanOrEqual(Math.min(...certain))
          expect(usual.ms).toBeLessThanOrEqual(Math.max(...certain))
          expect(usual.runs).toBeLessThanOrEqual(certain.length)
        }
        const stats = batchStats(runs)
        for (const { batches } of runs) {
          for (const { id } of batches) {
            const { ended, failed, spread } = stats(id)
            expect(failed).toBeLessThanOrEqual(ended)
            expect(ended).toBeLessThanOrEqual(runs.length)
            if (spread) expect(spread.high).toBeGreaterThanOrEqual(spread.median)
          }
        }
      }),
    )
  })

  it('[SPEC-1.5] takes time in proportion to the batches', () => {
    const growth = growthOf(size => {
      const batches = Array.from({ length: size }, (_, n) => someBatch(`b${n}`, 'completed'))
      const sources = Array.from({ length: 8 }, (_, n) => ({ fields: someRun(`r${n}`), batches, importId: null }))
      return () => batchStats(specGridOf([], sources, { runs: 50, cells: 1e6, unplanned: 1e6 }).runs)
    }, 250)
    expect(growth).toEqual({ ...growth, isLinear: true })
  })
})
