import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../../lib/run/model'
import { growthOf } from '../../../../lib/testing/support/growth'
import { timeLeft } from './time-left'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const MINUTE = 60_000
const iso = (ms: number) => new Date(ms).toISOString()

const batch = (id: string, over: Partial<Batch> = {}): Batch => ({
  ...{ id, name: id, status: 'pending', branch: null, error: null, dependsOn: [], startedAt: null, endedAt: null },
  ...{ basis: 'stream', verdict: 'agrees', reason: '', reasonSince: null, container: null, containers: [] },
  ...over,
})
const took = (id: string, minutes: number) =>
  batch(id, { status: 'completed', startedAt: iso(T0), endedAt: iso(T0 + minutes * MINUTE) })
const run = (...batches: Batch[]) => ({ batches, clockOffset: 0 })
const usual = new Map([
  ['a', 2 * MINUTE],
  ['b', 3 * MINUTE],
  ['c', 10 * MINUTE],
])

describe('the time left', () => {
  it('[PAGE-11.2] is the longest chain of what is left', () => {
    const running = batch('a', { status: 'running', startedAt: iso(T0) })
    const now = T0 + MINUTE
    expect(timeLeft(run(running, batch('b', { dependsOn: ['a'] })), usual, now)).toBe(4 * MINUTE)
    expect(timeLeft(run(running, batch('b', { dependsOn: ['a'] }), batch('c')), usual, now)).toBe(10 * MINUTE)
    // It takes longer than usual: what comes after it does not.
    expect(timeLeft(run(running, batch('b', { dependsOn: ['a'] })), usual, now + 9 * MINUTE)).toBe(3 * MINUTE)
    expect(timeLeft(run(took('a', 2), batch('b', { dependsOn: ['a'] })), usual, now)).toBe(3 * MINUTE)
  })

  it('[PAGE-11.2] is not known where that of any batch is not, nor where nothing is left', () => {
    expect(timeLeft(run(batch('a'), batch('new')), usual, T0)).toBeNull()
    expect(timeLeft(run(took('a', 2)), usual, T0)).toBeNull()
    expect(timeLeft(run(), usual, T0)).toBeNull()
  })

  it('[PAGE-11.2] is between the longest batch and the sum of all, for any dependencies, circles among them', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const times = new Map(ids.map((id, n) => [id, (n + 1) * MINUTE]))
    const needs = fc.array(fc.subarray([...ids, 'nobody']), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(needs, all => {
        const batches = ids.map((id, n) => batch(id, { dependsOn: all[n] ?? [] }))
        const left = timeLeft(run(...batches), times, T0) ?? -1
        expect(left).toBeGreaterThanOrEqual(5 * MINUTE)
        expect(left).toBeLessThanOrEqual(15 * MINUTE)
      }),
    )
  })

  it('[PAGE-11.2] takes time in proportion to the plan', () => {
    const growth = growthOf(size => {
      const batches = Array.from({ length: size }, (_, n) =>
        batch(`b${n}`, { dependsOn: n + 1 === size ? [] : [`b${n + 1}`] }),
      )
      const times = new Map(batches.map(({ id }) => [id, MINUTE]))
      return () => timeLeft(run(...batches), times, T0)
    }, 250)
    expect(growth).toEqual({ ...growth, isLinear: true })
  })
})
