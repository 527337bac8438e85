import { describe, expect, it } from 'vitest'
import { countBatches } from '../../run/counts'
import type { Batch, RunFields } from '../../run/model'
import { someBatch, someRun } from '../../testing/run/documents'
import { EarlierDurations } from './earlier-durations'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const MINUTE = 60_000
const iso = (ms: number) => new Date(ms).toISOString()

interface View {
  fields: RunFields
  batches: Batch[]
}
const view = (runId: string, changes: Partial<RunFields>, batches: Batch[]): View => ({
  fields: someRun(runId, { counts: countBatches(batches, true), startedAt: iso(T0), ...changes }),
  batches,
})
const open = (runId: string, changes: Partial<RunFields> = {}, ids = ['a', 'b']) =>
  view(
    runId,
    changes,
    ids.map(id => someBatch(id)),
  )
const took = (runId: string, minutes: number, changes: Partial<RunFields> = {}, ids = ['a', 'b']) =>
  view(
    runId,
    { status: 'completed', endedAt: iso(T0 + minutes * MINUTE), ...changes },
    ids.map(id => someBatch(id, 'completed')),
  )
const of = (...runs: View[]) => new EarlierDurations().of(runs)

describe('[RUN-18.7] the earlier runs of a live run', () => {
  it('are the completed ones of its spec before it', () => {
    const others = [took('x', 50, { spec: 'another' }), took('y', 50, { dryRun: true }), took('z', 50, { spec: null })]
    expect(of(took('newer', 99), open('r'), took('1', 12), ...others, took('2', 18), took('3', 15))).toEqual([
      { runId: 'r', runs: 3, shortest: 12 * MINUTE, longest: 18 * MINUTE },
    ])
  })

  it('are at least two, and at most ten', () => {
    expect(of(open('r'), took('1', 12))).toEqual([])
    const many = Array.from({ length: 15 }, (_, n) => took(`${n}`, n + 1))
    expect(of(open('r'), ...many)).toEqual([{ runId: 'r', runs: 10, shortest: MINUTE, longest: 10 * MINUTE }])
  })

  it('have a certain time, and left no batch out', () => {
    const uncertain: Partial<RunFields>[] = [
      { status: 'failed' },
      { status: 'aborted' },
      { durationUncertain: true },
      { inferred: true },
      { basis: 'history' },
      { unnamedCompleted: 1 },
      { startedAt: null },
    ]
    const runs = uncertain.map((changes, n) => took(`${n}`, 50, changes))
    const before = took('before', 50)
    before.batches.splice(0, 1, someBatch('a', 'completed', { before: true }))
    expect(of(open('r'), ...runs, before, took('1', 12))).toEqual([])
  })

  it('had every batch of the live run', () => {
    const fewer = took('fewer', 2, {}, ['a'])
    const more = took('more', 20, {}, ['a', 'b', 'c'])
    expect(of(open('r'), fewer, more, took('1', 12))).toEqual([
      { runId: 'r', runs: 2, shortest: 12 * MINUTE, longest: 20 * MINUTE },
    ])
  })

  it('say nothing of a run whose time or batches are not certain', () => {
    const earlier = [took('1', 12), took('2', 18)]
    const uncertain: Partial<RunFields>[] = [
      { status: 'starting' },
      { basis: 'history' },
      { startedAt: null },
      { durationUncertain: true },
      { counts: countBatches([], false) },
    ]
    for (const changes of uncertain) expect(of(open('r', changes), ...earlier)).toEqual([])
  })

  it('are told of several live runs, each by those before it', () => {
    const runs = [open('new'), took('1', 9), open('old'), took('2', 12), took('3', 18)]
    expect(of(...runs).map(({ runId, runs: count, shortest }) => [runId, count, shortest / MINUTE])).toEqual([
      ['new', 3, 9],
      ['old', 2, 12],
    ])
  })

  it('are compared anew when the plan grows and when another one is completed, and not at each message', () => {
    const earlier = new EarlierDurations()
    const [first, second] = [took('1', 12), took('2', 18)]
    const before = open('r')
    const { batches, looks } = counted(before.batches)
    const [known] = earlier.of([{ ...before, batches }, first, second])
    const looked = looks()
    expect(looked).toBeGreaterThan(0)
    expect(earlier.of([{ ...open('r'), batches }, first, second])[0]).toBe(known)
    expect(looks()).toBe(looked)
    // A batch began: its run has another list of the same ones.
    expect(earlier.of([open('r'), first, second])[0]).toBe(known)
    expect(earlier.of([open('r', {}, ['a', 'b', 'new']), first, second])).toEqual([])
    expect(earlier.of([open('r'), took('0', 30), first, second])[0]).toMatchObject({ runs: 3, longest: 30 * MINUTE })
  })

  it('are compared anew when another execution under the id has as many other batches', () => {
    const earlier = new EarlierDurations()
    const runs = [took('1', 12), took('2', 18)]
    expect(earlier.of([open('r'), ...runs])).toHaveLength(1)
    expect(earlier.of([open('r', {}, ['a', 'other']), ...runs])).toEqual([])
    expect(earlier.of([open('r'), ...runs])).toHaveLength(1)
  })

  it('are not read beyond those that count for the oldest run that goes on', () => {
    const many = (of: string) => Array.from({ length: 10 }, (_, n) => took(`${of}${n}`, n + 1))
    const last = took('last', 50)
    const { batches, looks } = counted(last.batches)
    const unread = { ...last, batches }
    expect(of(open('r'), ...many('a'), unread)).toHaveLength(1)
    expect(looks()).toBe(0)
    const [, second] = of(open('new'), took('0', 30), open('old'), ...many('a'), unread)
    expect(second).toMatchObject({ runId: 'old', runs: 10, longest: 10 * MINUTE })
    expect(looks()).toBe(0)
  })
})

/** A list that counts how often something of it is read. */
function counted(list: Batch[]): { batches: Batch[]; looks: () => number } {
  let looks = 0
  const batches = new Proxy(list, {
    get: (target, key) => {
      looks += 1
      const part: unknown = Reflect.get(target, key)
      return part
    },
  })
  return { batches, looks: () => looks }
}
