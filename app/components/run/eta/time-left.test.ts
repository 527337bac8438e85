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
    const about = (minutes: number) => ({ kind: 'about', ms: minutes * MINUTE })
    expect(timeLeft(run(running, batch('b', { dependsOn: ['a'] })), usual, now)).toEqual(about(4))
    const c = batch('c', { status: 'running', startedAt: iso(now) })
    expect(timeLeft(run(running, batch('b', { dependsOn: ['a'] }), c), usual, now)).toEqual(about(10))
    const b = batch('b', { dependsOn: ['a'], status: 'running', startedAt: iso(now) })
    expect(timeLeft(run(took('a', 2), b), usual, now)).toEqual(about(3))
  })

  it('[PAGE-11.3] is no number while a batch takes longer than usual, whatever comes after it', () => {
    const running = batch('a', { status: 'running', startedAt: iso(T0) })
    const after = run(running, batch('b', { dependsOn: ['a'] }))
    expect(timeLeft(after, usual, T0 + 2 * MINUTE - 1)).toEqual({ kind: 'about', ms: 3 * MINUTE + 1 })
    for (const late of [2, 3, 60])
      expect(timeLeft(after, usual, T0 + late * MINUTE)).toEqual({ kind: 'longer', batches: 1 })
  })

  it('[PAGE-11.2] is not known where that of any batch is not, nor where nothing is left', () => {
    const running = batch('a', { status: 'running', startedAt: iso(T0) })
    expect(timeLeft(run(running, batch('new')), usual, T0)).toBeNull()
    expect(timeLeft(run(batch('a', { status: 'running' })), usual, T0)).toBeNull()
    expect(timeLeft(run(took('a', 2)), usual, T0)).toBeNull()
    expect(timeLeft(run(), usual, T0)).toBeNull()
    const circle = [batch('b', { dependsOn: ['c'] }), batch('c', { dependsOn: ['b'] })]
    expect(timeLeft(run(running, ...circle), usual, T0)).toBeNull()
  })

  it('[PAGE-11.3] is not known where the longest chain waits for a batch that could begin and has not', () => {
    const running = batch('a', { status: 'running', startedAt: iso(T0) })
    expect(timeLeft(run(running, batch('c')), usual, T0)).toBeNull()
    expect(timeLeft(run(batch('a'), batch('b', { dependsOn: ['a'] })), usual, T0)).toBeNull()
  })

  const ids = ['a', 'b', 'c', 'd', 'e']
  const times = new Map(ids.map((id, n) => [id, (n + 1) * MINUTE]))
  const needs = fc.array(fc.subarray([...ids, 'nobody']), { minLength: 5, maxLength: 5 })
  /** How long each batch has been at work, ms; null: it waits. */
  const works = fc.array(fc.option(fc.integer({ min: 0, max: 6 * MINUTE })), { minLength: 5, maxLength: 5 })
  const planOf = (all: string[][], work: (number | null)[]) =>
    run(
      ...ids.map((id, n) => {
        const ms = work[n] ?? null
        const begun: Partial<Batch> = ms === null ? {} : { status: 'running', startedAt: iso(T0 - ms) }
        return batch(id, { dependsOn: all[n] ?? [], ...begun })
      }),
    )

  it('[PAGE-11.2] is at most the sum of all, for any dependencies, circles among them', () => {
    fc.assert(
      fc.property(needs, works, (all, work) => {
        const left = timeLeft(planOf(all, work), times, T0)
        if (left?.kind !== 'about') return
        expect(left.ms).toBeGreaterThan(0)
        expect(left.ms).toBeLessThanOrEqual(15 * MINUTE)
      }),
    )
  })

  it('[PAGE-11.3] falls by the time that passes while nothing ends, or is no number any more', () => {
    const passes = fc.integer({ min: 1, max: 10 * MINUTE })
    fc.assert(
      fc.property(needs, works, passes, (all, work, passed) => {
        const plan = planOf(all, work)
        const [before, after] = [timeLeft(plan, times, T0), timeLeft(plan, times, T0 + passed)]
        if (after?.kind === 'about') expect(before).toEqual({ kind: 'about', ms: after.ms + passed })
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
