import { describe, expect, it } from 'vitest'
import { someBatch, someRun } from '../testing/run/documents'
import { expectedEnd } from './expected-end'
import type { Batch } from './model'

const T0 = Date.parse('2026-01-15T14:00:00.000Z')
const MINUTE = 60_000
const iso = (ms: number) => new Date(ms).toISOString()
const counts = { total: 2, totalKnown: true, pending: 1, running: 1, completed: 0, failed: 0, aborted: 0 }
const run = someRun('r', { counts, clockOffset: 0 })
const usual = new Map([
  ['a', 2 * MINUTE],
  ['b', 3 * MINUTE],
  ['c', 4 * MINUTE],
])
const running = (id: string, startedAt = T0): Batch => ({ ...someBatch(id, 'running'), startedAt: iso(startedAt) })
const pending = (id: string, ...dependsOn: string[]): Batch => ({
  ...someBatch(id, 'pending'),
  startedAt: null,
  dependsOn,
})

describe('when a run is expected to end', () => {
  it('[FLEET-3.5] is told in moments that do not change as time passes', () => {
    const end = expectedEnd(run, [running('a'), pending('b', 'a')], usual)
    expect(end).toEqual({ runId: 'r', endsAt: iso(T0 + 5 * MINUTE), longerAt: iso(T0 + 2 * MINUTE) })
    const withWaiting = expectedEnd(run, [running('a'), pending('b', 'a'), pending('c')], usual)
    expect(withWaiting).toEqual({ ...end, unknownAt: iso(T0 + MINUTE) })
  })

  it('[FLEET-3.5] is by the server’s clock', () => {
    const end = expectedEnd({ ...run, clockOffset: 10_000 }, [running('a')], usual)
    expect(end?.endsAt).toBe(iso(T0 + 2 * MINUTE + 10_000))
  })

  it('[FLEET-3.5] is not told without a total, without what is usual, or where nothing is at work', () => {
    expect(expectedEnd({ ...run, counts: { ...counts, totalKnown: false } }, [running('a')], usual)).toBeNull()
    expect(expectedEnd(run, [running('a'), pending('x')], usual)).toBeNull()
    expect(expectedEnd(run, [{ ...running('a'), startedAt: null }], usual)).toBeNull()
    expect(expectedEnd(run, [pending('a')], usual)).toBeNull()
    expect(expectedEnd(run, [], usual)).toBeNull()
    expect(expectedEnd(run, [running('a'), pending('b', 'c'), pending('c', 'b')], usual)).toBeNull()
  })
})
