import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch, Snapshot } from '../../../../lib/run/model'
import { compared, deltaText, summaryText } from './compared'

const T0 = Date.parse('2026-11-23T13:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()
const batch = (id: string, ms: number | null, more: Partial<Batch> = {}): Batch => ({
  ...{ id, name: `The ${id}`, status: ms === null ? 'running' : 'completed', branch: null, error: null, dependsOn: [] },
  ...{ startedAt: iso(T0), endedAt: ms === null ? null : iso(T0 + ms), basis: 'stream', verdict: 'unknown' },
  ...{ reason: '', reasonSince: null, container: null, containers: [] },
  ...more,
})
const run = (ms: number | null, ...batches: Batch[]): Parameters<typeof compared>[0] => ({
  status: ms === null ? 'running' : 'completed',
  basis: 'stream',
  inferred: false,
  startedAt: iso(T0),
  endedAt: ms === null ? null : iso(T0 + ms),
  batches,
})

describe('two runs compared', () => {
  it('[COMPARE-1.2] have the batches that took longer first, and last those that can’t be compared', () => {
    const now = run(90_000, batch('a', 10_000), batch('b', 60_000), batch('c', null), batch('e', 5_000))
    const then = run(60_000, batch('a', 20_000), batch('b', 20_000), batch('c', 5_000), batch('d', 5_000))
    const { total, batches } = compared(now, then)
    expect(total).toEqual({ now: 90_000, then: 60_000 })
    expect(batches.map(({ id, delta }) => [id, delta])).toEqual([
      ...[
        ['b', 40_000],
        ['a', -10_000],
      ],
      ...[
        ['c', null],
        ['e', null],
        ['d', null],
      ],
    ])
    expect(batches.at(-1)).toMatchObject({ name: 'The d', now: null, then: { status: 'completed', ms: 5_000 } })
  })

  it('[COMPARE-1.3] compare only certain durations', () => {
    const certain = run(60_000, batch('a', 10_000))
    expect(compared({ ...certain, durationUncertain: true }, certain).total).toBeNull()
    expect(compared(run(null, batch('a', 10_000)), certain).total).toBeNull()
    const { total, batches } = compared({ ...certain, basis: 'history' }, certain)
    expect([total, batches[0]?.delta]).toEqual([null, null])
    expect(compared({ ...certain, inferred: true }, certain).total).toBeNull()
    const doubted = run(60_000, batch('a', 10_000, { durationUncertain: true }))
    expect(compared(doubted, certain).batches).toMatchObject([{ delta: null, now: { ms: null } }])
    const failed = run(60_000, batch('a', 10_000, { status: 'failed' }))
    expect(compared(failed, certain).batches).toMatchObject([{ delta: null, now: { status: 'failed' } }])
  })

  it('[COMPARE-1.2] hold each batch of either once', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
    const runs = ids.map(all => run(1_000, ...all.map((id, n) => batch(id, n * 1_000))))
    fc.assert(
      fc.property(runs, runs, (now, then) => {
        const { batches } = compared(now, then)
        const both = new Set([...now.batches, ...then.batches].map(({ id }) => id))
        expect(batches.map(({ id }) => id).sort()).toEqual([...both].sort())
      }),
    )
  })
})

describe('what the comparison says', () => {
  it.each<[string, Pick<Snapshot, 'batches'>['batches'], number, number]>([
    [
      '+17:58: +9:10 in The a, +4:00 in The b.',
      [batch('a', 560_000), batch('b', 250_000), batch('c', 4_000)],
      1_088_000,
      10_000,
    ],
    ['−0:20.', [batch('a', 20_000)], 30_000, 50_000],
    ['As long as then.', [batch('a', 560_000)], 10_400, 10_000],
  ])('[COMPARE-1.1] %s', (text, batches, now, then) => {
    const earlier = [batch('a', 10_000), batch('b', 10_000), batch('c', 10_000)]
    expect(summaryText(compared(run(now, ...batches), run(then, ...earlier)))).toBe(text)
  })

  it('[COMPARE-1.1] names what is known of a run that goes on', () => {
    const now = run(null, batch('a', 70_000), batch('b', 5_000), batch('c', null))
    expect(summaryText(compared(now, run(60_000, batch('a', 10_000), batch('b', 10_000))))).toBe(
      '+1:00 in The a, −0:05 in The b.',
    )
    expect(summaryText(compared(run(null), run(60_000)))).toBe('')
  })

  it.each([
    [0, 'as long'],
    [999, 'as long'],
    [-999, 'as long'],
    [1_000, '+0:01'],
    [-61_000, '−1:01'],
    [3_661_000, '+1:01:01'],
  ])('[COMPARE-1.2] %d ms as %s', (ms, text) => expect(deltaText(ms)).toBe(text))
})
