import { describe, expect, it } from 'vitest'
import type { Batch, Container, Snapshot } from '../../../../lib/run/model'
import { someBatch, someRun } from '../../../../lib/testing/run/documents'
import { engineOffsetOf, latestOf, sceneOf, timelineOf } from './bars'

const START = Date.parse('2026-11-23T13:00:00.000Z')
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString()

const container = (from: number | null, to: number | null, changes: Partial<Container> = {}): Container => ({
  id: 'c'.repeat(64),
  name: 'ckrv-c',
  state: from === null ? 'created' : to === null ? 'running' : 'exited',
  stateWord: null,
  startFailed: false,
  removed: false,
  exitCode: to === null ? null : 0,
  error: null,
  oomKilled: false,
  timedOut: false,
  health: null,
  restarted: null,
  startedAt: from === null ? null : at(from),
  finishedAt: to === null ? null : at(to),
  ...changes,
})

const worked = (id: string, from: number, to: number | null, changes: Partial<Batch> = {}) =>
  someBatch(id, to === null ? 'running' : 'completed', {
    startedAt: at(from),
    endedAt: to === null ? null : at(to),
    ...changes,
  })

const run = (batches: Batch[], changes: Partial<Snapshot> = {}): Snapshot => ({
  ...someRun('r', { startedAt: at(0) }),
  epoch: 'e',
  version: 1,
  now: at(1_000),
  batches,
  ...changes,
})

/** The bars of the last batch as text, in seconds. */
const shown = (snapshot: Snapshot) =>
  timelineOf(snapshot)
    .at(-1)
    ?.map(({ kind, from, to }) => `${kind} ${from / 1_000}–${to === null ? '' : to / 1_000}`)

describe('the bars of a batch', () => {
  it('[PAGE-5.3] are its phases by the backend, split by its containers, and its evidence', () => {
    expect(shown(run([worked('a', 2, 100, { containers: [container(8, 90)] })]))).toEqual([
      'waiting 0–2',
      'starting 2–8',
      'running 8–90',
      'merging 90–100',
      'evidence 8–90',
    ])
  })

  it('[PAGE-5.3] wait from the end of the last dependency on', () => {
    const before = [worked('a', 0, 10), worked('b', 0, 30)]
    expect(shown(run([...before, worked('c', 31, 40, { dependsOn: ['a', 'b'] })]))).toEqual([
      'waiting 30–31',
      'running 31–40',
    ])
    expect(shown(run([...before, someBatch('c', 'pending', { dependsOn: ['a'] })]))).toEqual(['waiting 10–'])
    expect(shown(run([someBatch('c')]))).toEqual(['waiting 0–'])
  })

  it('[PAGE-5.3] are open while the claim or the container goes on', () => {
    expect(shown(run([worked('a', 0, null)]))).toEqual(['running 0–'])
    expect(shown(run([worked('a', 0, null, { containers: [container(null, null)] })]))).toEqual(['starting 0–'])
    expect(shown(run([worked('a', 0, null, { containers: [container(3, null)] })]))).toEqual([
      'starting 0–3',
      'running 3–',
      'evidence 3–',
    ])
    expect(shown(run([worked('a', 0, null, { containers: [container(3, 9)] })]))).toEqual([
      'starting 0–3',
      'running 3–9',
      'merging 9–',
      'evidence 3–9',
    ])
    // It outlives its batch.
    expect(shown(run([worked('a', 0, 5, { containers: [container(0, null)] })]))).toEqual([
      'running 0–5',
      'evidence 0–',
    ])
  })

  it('[PAGE-5.3] run until the last of several containers ends', () => {
    const containers = [container(40, 60), container(3, 9)]
    expect(shown(run([worked('a', 0, 61, { containers })]))).toEqual([
      'starting 0–3',
      'running 3–60',
      'merging 60–61',
      'evidence 3–9',
      'evidence 40–60',
    ])
  })

  it('[PAGE-5.4] of a batch that never began end with the run', () => {
    const over = { status: 'aborted', endedAt: at(50) } as const
    const before = worked('a', 0, 20)
    expect(shown(run([before, someBatch('b', 'pending', { dependsOn: ['a'] })], over))).toEqual(['waiting 20–50'])
    expect(shown(run([someBatch('b')], { status: 'aborted', endedAt: null }))).toEqual([])
  })

  it('[PAGE-5.4] are left out where a time is not known', () => {
    // A dependency that goes on, that is no batch, and whose end is not known.
    for (const dependency of [worked('a', 0, null), someBatch('x'), someBatch('a', 'completed', { basis: 'plan' })]) {
      expect(shown(run([dependency, someBatch('b', 'pending', { dependsOn: ['a'] })]))).toEqual([])
      expect(shown(run([dependency, worked('b', 9, 10, { dependsOn: ['a'] })]))).toEqual(['running 9–10'])
    }
    expect(shown(run([worked('a', 0, 5)], { startedAt: null }))).toEqual([])
    expect(shown(run([someBatch('a', 'completed', { endedAt: at(9) })]))).toEqual([])
    expect(shown(run([someBatch('a', 'failed', { startedAt: at(9) })]))).toEqual(['waiting 0–9'])
    expect(shown(run([someBatch('a')], { unnamedCompleted: 1 }))).toEqual([])
    // The end of a container was not seen.
    const unseen = container(1, null, { state: 'exited', removed: true })
    expect(shown(run([worked('a', 0, 5, { containers: [unseen] })]))).toEqual(['starting 0–1', 'running 1–5'])
    // Docker tells the latest start of a container only.
    const again = container(4, null, { restarted: { count: 1, exitCode: 1 } })
    expect(shown(run([worked('a', 0, null, { containers: [again] })]))).toEqual(['running 0–', 'evidence 4–'])
  })

  it('[PAGE-5.4] are never negative, whatever the clocks say', () => {
    expect(shown(run([worked('a', 5, 3)]))).toEqual(['waiting 0–5', 'running 5–5'])
    expect(shown(run([worked('a', -3, 3, { containers: [container(-4, 1), container(8, 6)] })]))).toEqual([
      'running 0–3',
      'evidence 0–1',
    ])
    // An earlier run completed it.
    expect(shown(run([worked('a', -9, -3)]))).toEqual([])
  })

  it('[PAGE-5.4] have the times of containers on the backend’s clock, whichever clock the Engine has', () => {
    const expected = ['starting 0–3', 'running 3–90', 'merging 90–100', 'evidence 3–90']
    const shifted = (by: number) => [worked('a', 0, 100, { containers: [container(3 + by, 90 + by)] })]
    for (const clockOffset of [-600_000, -7_000, 7_000, 600_000]) {
      expect(shown(run(shifted(0), { clockOffset }))).toEqual(expected)
      expect(shown(run(shifted(clockOffset / 1_000), { clockOffset }))).toEqual(expected)
    }
    expect(engineOffsetOf(shifted(60), 0)).toBe(0)
  })
})

describe('latestOf', () => {
  it('[PAGE-5.5] is the last time that anything of the run has', () => {
    const latest = (snapshot: Snapshot) => {
      const scene = sceneOf(snapshot, 0)
      return scene && latestOf(snapshot.batches, scene) / 1_000
    }
    expect(latest(run([someBatch('a')]))).toBe(0)
    expect(latest(run([worked('a', 3, null)]))).toBe(3)
    expect(latest(run([worked('a', 3, 7)]))).toBe(7)
    expect(latest(run([worked('a', 3, 7, { containers: [container(4, 9)] })]))).toBe(9)
    expect(latest(run([worked('a', 3, 7)], { endedAt: at(12) }))).toBe(12)
  })
})
