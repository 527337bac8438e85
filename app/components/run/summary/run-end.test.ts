import { describe, expect, it } from 'vitest'
import { countBatches } from '../../../../lib/run/counts'
import type { Batch, Container, Snapshot } from '../../../../lib/run/model'
import { someBatch, someRun } from '../../../../lib/testing/run/documents'
import { branchesOf, endingOf, failureOf, notesOf, openedByItself, slowestOf, suspectsOf } from './run-end'

const T0 = Date.parse('2026-11-23T13:00:00.000Z')
const iso = (seconds: number) => new Date(T0 + seconds * 1_000).toISOString()

const run = (batches: Batch[], over: Partial<Snapshot> = {}): Snapshot => ({
  ...someRun('run-1', { status: 'completed', startedAt: iso(0), endedAt: iso(60) }),
  ...{ epoch: 'e', version: 1, now: iso(90), batches, counts: countBatches(batches, true) },
  ...over,
})
const container = (over: Partial<Container> = {}): Container => ({
  ...{ id: 'c'.repeat(64), name: 'ckrv-c', state: 'exited', stateWord: null, startFailed: false, removed: true },
  ...{ exitCode: 1, error: null, oomKilled: false, timedOut: false, health: null, restarted: null },
  ...{ startedAt: iso(0), finishedAt: iso(50) },
  ...over,
})
const seen = (over: Partial<Container> = {}) => ({ container: container(over), containers: [container(over)] })
const failed = (id: string, over: Partial<Batch> = {}) => someBatch(id, 'failed', over)
const done = (id: string, from = 0, to = 10, over: Partial<Batch> = {}) =>
  someBatch(id, 'completed', { startedAt: iso(from), endedAt: iso(to), ...over })

describe('how a run ended', () => {
  it.each<[string, Partial<Snapshot>, string]>([
    ['completed', {}, 'Completed, 1 of 2'],
    ['a completed dry run', { dryRun: true }, 'Completed as a dry run, 1 of 2'],
    ['failed', { status: 'failed' }, 'Failed, 1 of 2 completed'],
    ['aborted', { status: 'aborted' }, 'Stopped, 1 of 2 completed'],
    ['an aborted dry run', { status: 'aborted', dryRun: true }, 'Stopped, a dry run, 1 of 2 completed'],
  ])('[PAGE-12.1] is one sentence: %s', (_, over, words) => {
    expect(endingOf(run([done('a'), failed('b')], over))).toBe(words)
  })

  it('[PAGE-12.1] names no total that is not known', () => {
    const open = run([done('a')], { counts: countBatches([done('a')], false) })
    expect(endingOf(open)).toBe('Completed, 1 batch')
    expect(notesOf(open)).toEqual(['How many there are is not known.'])
  })

  it('[PAGE-12.2] counts what is not completed by outcome, and says nothing where all are', () => {
    const batches = [done('a'), failed('b'), someBatch('c', 'aborted'), someBatch('d')]
    expect(notesOf(run(batches, { status: 'failed' }))).toEqual(['1 never started, 1 failed, 1 aborted.'])
    expect(notesOf(run([done('a')]))).toEqual([])
    expect(notesOf(run([]))).toEqual([])
  })

  it('[PAGE-12.2] says what was completed before, what is inferred, and which containers still run', () => {
    expect(notesOf(run([done('a', 0, 1, { before: true }), done('b')]))).toEqual([
      '1 of them was completed before it began.',
    ])
    expect(notesOf(run([done('a')], { inferred: true }))[0]).toContain('it is inferred')
    const running = seen({ state: 'running', removed: false, exitCode: null, finishedAt: null })
    const stopped = [someBatch('a', 'aborted', running)]
    const link = { backend: 'live', docker: 'live' } as const
    expect(notesOf(run(stopped, { status: 'aborted', link }))).toContain('1 container still runs.')
    // What a silent Docker showed may be over.
    expect(notesOf(run(stopped, { status: 'aborted', link: { ...link, docker: 'down' } })).join()).not.toContain('runs')
  })
})

describe('which batch failed a run', () => {
  const batches = [done('a'), failed('b', seen({ exitCode: 137 })), failed('c'), someBatch('d')]

  it('[PAGE-12.3] is the first one that the backend calls failed, with how its container ended', () => {
    expect(failureOf(run(batches))).toMatchObject({ batch: { id: 'b' }, place: 2, total: 4, others: 1 })
    expect(failureOf(run(batches))?.exit).toContain('exit code 137')
    expect(failureOf(run([failed('a')]))?.exit).toBeNull()
    // Its container did well: the failure is another, such as a merge.
    expect(failureOf(run([failed('a', seen({ exitCode: 0 }))]))?.exit).toBeNull()
    const runs = { state: 'running', removed: false, exitCode: null } as const
    expect(failureOf(run([failed('a', seen(runs))]))?.exit).toBeNull()
    expect(failureOf(run([done('a')]))).toBeNull()
  })

  it('[PAGE-12.3] is one of those at work where the backend names none', () => {
    const open = [done('a'), someBatch('b', 'aborted'), someBatch('c', 'aborted'), someBatch('d')]
    const ids = (over: Partial<Snapshot>, of = open) => suspectsOf(run(of, over)).map(({ id }) => id)
    expect(ids({ status: 'failed' })).toEqual(['b', 'c'])
    expect(ids({ status: 'aborted' })).toEqual([])
    expect(ids({ status: 'failed', inferred: true })).toEqual([])
    expect(ids({ status: 'failed' }, [...open, failed('e')])).toEqual([])
  })

  it('[PAGE-12.5] opens by itself, of a failed run alone', () => {
    expect(openedByItself(run(batches, { status: 'failed' }))).toBe('b')
    expect(openedByItself(run(batches, { status: 'running' }))).toBeNull()
    expect(openedByItself(run([done('a')], { status: 'failed' }))).toBeNull()
  })
})

it('[PAGE-12.4] names the three batches that took longest, by certain durations', () => {
  const batches = [
    ...[done('a', 0, 10), done('b', 0, 30), done('c', 0, 20), done('d', 0, 25)],
    ...[done('e', 0, 99, { durationUncertain: true }), done('f', 0, 98, { before: true }), failed('g')],
  ]
  expect(slowestOf(run(batches)).map(({ batch, ms }) => [batch.id, ms])).toEqual([
    ['b', 30_000],
    ['d', 25_000],
    ['c', 20_000],
  ])
  expect(slowestOf(run([done('a'), done('b')]))).toEqual([])
  expect(slowestOf(run(['a', 'b', 'c'].map(id => done(id, 0, 0.9))))).toEqual([])
})

it('[PAGE-12.8] lists the branches of a run, and none of a dry run', () => {
  const batches = [done('a', 0, 1, { branch: 'x' }), done('b')]
  expect(branchesOf(run(batches)).map(({ id }) => id)).toEqual(['a'])
  expect(branchesOf(run(batches, { dryRun: true }))).toEqual([])
})
