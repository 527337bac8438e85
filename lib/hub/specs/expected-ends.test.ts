import { describe, expect, it } from 'vitest'
import type { Batch, RunFields } from '../../run/model'
import { someBatch, someRun } from '../../testing/run/documents'
import { ExpectedEnds } from './expected-ends'

const T0 = Date.parse('2026-01-15T14:00:00.000Z')
const MINUTE = 60_000
const iso = (ms: number) => new Date(ms).toISOString()
const counts = { total: 1, totalKnown: true, pending: 0, running: 1, completed: 0, failed: 0, aborted: 0 }

interface View {
  fields: RunFields
  batches: Batch[]
}

const live = (runId: string, changes: Partial<RunFields> = {}): View => ({
  fields: someRun(runId, { spec: 'shop', status: 'running', startedAt: iso(T0), clockOffset: 0, counts, ...changes }),
  batches: [{ ...someBatch('a', 'running'), startedAt: iso(T0) }],
})
const earlier = (n: number, minutes: number, changes: Partial<RunFields> = {}): View => {
  const startedAt = iso(T0 - n * 60 * MINUTE)
  const endedAt = iso(Date.parse(startedAt) + minutes * MINUTE)
  const batch: Batch = { ...someBatch('a', 'completed'), startedAt, endedAt }
  const times = { startedAt, endedAt, counts: { ...counts, running: 0, completed: 1 } }
  return { fields: someRun(`e${n}`, { spec: 'shop', status: 'completed', ...times, ...changes }), batches: [batch] }
}

describe('the expected ends of live runs', () => {
  it('[FLEET-3.5] are by the last five completed runs of the spec, at least two, alike in being dry', () => {
    const ends = new ExpectedEnds()
    const endOf = (...runs: View[]) => ends.of(runs).map(({ endsAt }) => Date.parse(endsAt) - T0)
    expect(endOf(live('r'), earlier(1, 2))).toEqual([])
    expect(endOf(live('r'), earlier(1, 2), earlier(2, 4))).toEqual([3 * MINUTE])
    const many = [2, 2, 2, 2, 2, 50, 50, 50, 50, 50].map((minutes, n) => earlier(n + 1, minutes))
    expect(endOf(live('r'), ...many)).toEqual([2 * MINUTE])
    expect(endOf(live('r', { dryRun: true }), ...many)).toEqual([])
    expect(endOf(live('r', { spec: 'other' }), ...many)).toEqual([])
    expect(endOf(live('r', { status: 'starting' }), ...many)).toEqual([])
    const others = [earlier(1, 9, { status: 'failed' }), earlier(2, 9, { dryRun: true }), earlier(3, 1), earlier(4, 1)]
    expect(endOf(live('r'), ...others)).toEqual([MINUTE])
  })

  it('[FLEET-3.5] are the same objects until something changes, and each run has its own', () => {
    const ends = new ExpectedEnds()
    const [a, b, first, second] = [live('a'), live('b'), earlier(1, 2), earlier(2, 2)]
    const before = ends.of([a, b, first, second])
    expect(before.map(({ runId }) => runId)).toEqual(['a', 'b'])
    const after = ends.of([a, b, first, second])
    expect(after[0]).toBe(before[0])
    const changed = { ...a, batches: [{ ...someBatch('a', 'running'), startedAt: iso(T0 + MINUTE) }] }
    const [ofA, ofB] = ends.of([changed, b, first, second])
    expect(ofA?.endsAt).toBe(iso(T0 + 3 * MINUTE))
    expect(ofB).toBe(before[1])
  })
})
