import { describe, expect, it } from 'vitest'
import { countBatches } from '../../../lib/run/counts'
import type { Batch, BatchStatus, Finding, FindingKind, Snapshot } from '../../../lib/run/model'
import { someBatch, someRun } from '../../../lib/testing/run/documents'
import {
  AGAIN_MS,
  nextAlarms,
  nextProgress,
  PROGRESS_MS,
  saidAtFirst,
  stateOfFleet,
  stateOfRun,
  type Said,
  type State,
} from './said-aloud'

const state = (progress: string, ...keys: string[]): State => ({
  progress,
  alarms: new Map(keys.map(key => [key, { text: `${key}!`, tone: null }])),
})

/** Says what is due at each moment; returns all of it. */
function play(steps: readonly [at: number, state: State][]): string[] {
  let said: Said | null = null
  return steps.flatMap(([at, now]) => {
    said ??= saidAtFirst(now, at)
    const alarms = nextAlarms(now, said, at)
    said = alarms.said
    const { text } = nextProgress(now, said, at)
    if (text !== null) said = { ...said, progress: { text, at } }
    return [alarms.text, text].filter(words => words !== null)
  })
}

describe('what a page says aloud', () => {
  it('[PAGE-8.2] is nothing when it is opened', () => {
    expect(play([[0, state('1 of 3', 'ghost a')]])).toEqual([])
    expect(play([0, 5_000, 20_000].map(at => [at, state('1 of 3', 'ghost a')]))).toEqual([])
  })

  it('[PAGE-8.1] is the progress at most every 10 s, and the last of it', () => {
    const steps = Array.from({ length: 30_000 }, (_, at): [number, State] => [at, state(`${at} of many`)])
    expect(play(steps)).toEqual(['1 of many', '10001 of many', '20001 of many'])
    const said = { ...saidAtFirst(state('1'), 0), progress: { text: '1', at: 500 } }
    expect(nextProgress(state('2'), said, 600)).toEqual({ text: null, dueAt: 500 + PROGRESS_MS })
    expect(nextProgress(state('2'), said, 500 + PROGRESS_MS)).toEqual({ text: '2', dueAt: null })
    expect(nextProgress(state('1'), said, 600)).toEqual({ text: null, dueAt: null })
  })

  it('[PAGE-8.3] is each alarm at once, and once', () => {
    const steps: [number, State][] = [
      [0, state('1')],
      [1, state('1', 'ghost a')],
      [2, state('1', 'ghost a')],
      [3, state('1', 'ghost a', 'failed b')],
    ]
    expect(play(steps)).toEqual(['ghost a!', 'failed b!'])
  })

  it('[PAGE-8.3] is not repeated for a link that comes and goes within a minute', () => {
    const flaps = Array.from({ length: 200 }, (_, n): [number, State] => [
      n * 1_000,
      n % 2 === 0 ? state('1') : state('1', 'backend'),
    ])
    expect(play(flaps)).toHaveLength(Math.ceil(200_000 / (AGAIN_MS + 1_000)))
  })

  it('[PAGE-8.3] names three of many alarms, and counts the others', () => {
    const many = Array.from({ length: 500 }, (_, n) => `ghost ${n}`)
    expect(
      play([
        [0, state('1')],
        [1, state('1', ...many)],
      ]),
    ).toEqual(['ghost 0! ghost 1! ghost 2! And 497 more.'])
  })
})

describe('[PAGE-8.7] the tone of alarms', () => {
  const toneOf = (...of: (Snapshot | 'lost')[]) => {
    const before = stateOfRun(run(['running', 'running']), false)
    const now = of.map(each => (each === 'lost' ? stateOfRun(run([]), true) : stateOfRun(each, false)))
    const alarms = new Map(now.flatMap(each => [...each.alarms]))
    return nextAlarms({ ...before, alarms }, saidAtFirst(before, 0), 1).tone
  }
  const ended = (status: 'completed' | 'failed' | 'aborted') => run([], { status })

  it('is good at a completion, bad at what failed or does not fit, and none at other news', () => {
    expect(toneOf(ended('completed'))).toBe('good')
    expect(toneOf(ended('failed'))).toBe('bad')
    expect(toneOf(run(['failed', 'running']))).toBe('bad')
    expect(toneOf(run(['running'], { findings: [finding('ghost', 'b0')] }))).toBe('bad')
    expect([toneOf(ended('aborted')), toneOf('lost'), toneOf()]).toEqual([null, null, null])
  })

  it('is the worst of those that come together', () => {
    expect(toneOf(ended('completed'), run([], { findings: [finding('orphan', 'b1')], status: 'completed' }))).toBe(
      'bad',
    )
    expect(toneOf('lost', ended('completed'))).toBe('good')
  })
})

const finding = (kind: FindingKind, batchId: string): Finding => ({
  kind,
  text: '',
  at: null,
  batchId,
  containerId: null,
})

const run = (statuses: BatchStatus[], changes: Partial<Snapshot> = {}): Snapshot => {
  const batches: Batch[] = statuses.map((status, n) => someBatch(`b${n}`, status))
  return {
    ...someRun('run-1', { counts: countBatches(batches, true) }),
    ...{ epoch: 'e', version: 1, now: '2026-01-01T00:00:00.000Z', batches },
    ...changes,
  }
}
const alarms = (snapshot: Snapshot, stale = false) =>
  [...stateOfRun(snapshot, stale).alarms.values()].map(({ text }) => text)

describe('what the page of a run has to say', () => {
  it('[PAGE-8.1] is how many batches are completed and running', () => {
    expect(stateOfRun(run(['completed', 'running', 'pending']), false).progress).toBe('1 of 3 completed, 1 running.')
    const unknown = run(['completed'], { counts: countBatches([someBatch('a', 'completed')], false) })
    expect(stateOfRun(unknown, false).progress).toBe('1 completed.')
  })

  it('[PAGE-8.3] is a failed batch, evidence that does not fit, a lost link, and the end', () => {
    expect(alarms(run(['failed', 'running']))).toEqual(['Batch b0 failed.'])
    const findings = [
      finding('ghost', 'b0'),
      finding('late', 'b0'),
      finding('clock-set', 'b0'),
      finding('orphan', 'b1'),
    ]
    expect(alarms(run(['running', 'running'], { findings }))).toEqual(['Batch b0: ghost.', 'Batch b1: orphan.'])
    expect(alarms(run([], { link: { backend: 'down', docker: 'off' } }))).toEqual([
      'The backend is not heard any more. Its numbers are last known.',
    ])
    expect(alarms(run([]), true)).toEqual(['This page has lost its server. Its numbers are last known.'])
    expect(alarms(run(['completed'], { status: 'completed' }))).toEqual(['The run is completed.'])
    expect(alarms(run([], { status: 'aborted', inferred: true, link: { backend: 'down', docker: 'off' } }))).toEqual([
      'The run was stopped; this end is inferred. 0 of 0 completed.',
    ])
  })

  it('[PAGE-8.9] says how far a run was that was cut short with its end, and not again', () => {
    const before = run(['completed', 'running'])
    const failed = stateOfRun(run(['completed', 'failed'], { status: 'failed' }), false)
    const said = saidAtFirst(stateOfRun(before, false), 0)
    expect(nextAlarms(failed, said, 1).text).toBe('The run failed. 1 of 2 completed. Batch b1 failed.')
    expect(nextProgress(failed, said, PROGRESS_MS * 2)).toEqual({ text: null, dueAt: null })
  })

  it('[PAGE-8.3] names runs on the fleet', () => {
    const runs = [
      someRun('r1', { spec: 'one', findings: [finding('conflict', 'a')] }),
      someRun('r2', { spec: 'two', status: 'failed' }),
    ]
    const needs = [
      { key: 'c', kind: 'conflict' as const, run: someRun('r1', { spec: 'one' }) },
      { key: 'l', kind: 'long' as const, run: someRun('r3', { spec: 'three' }) },
      { key: 's', kind: 'silent' as const, run: someRun('r4', { spec: 'four' }) },
    ]
    const { progress, alarms: said } = stateOfFleet(runs, needs, 'live', false)
    expect(progress).toBe('1 live run, 3 need you.')
    expect([...said.values()].map(({ text }) => text)).toEqual([
      ...['one: conflict.', 'two failed.'],
      ...['three takes longer than usual.', 'four has been silent for long.'],
    ])
    expect(new Set([...said.values()].map(({ tone }) => tone))).toEqual(new Set(['bad']))
  })
})
