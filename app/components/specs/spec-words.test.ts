import { describe, expect, it } from 'vitest'
import type { SpecCell, SpecRun } from '../../../lib/run/spec-runs'
import { specPath } from '../../paths'
import { cellName, nodeWord, notCounted, planSentence, runTags, shortTook, spreadText, whenText } from './spec-words'
import { trendOf } from './trend-bars'

const run = (changes: Partial<SpecRun> = {}): SpecRun => ({
  ...{ runId: 'r', importId: null, status: 'failed', dryRun: false, basis: 'stream', inferred: false },
  ...{
    startedAt: '2026-11-29T07:34:10.000Z',
    endedAt: '2026-11-29T08:00:00.000Z',
    ms: 60_000,
    whole: true,
    batches: [],
  },
  ...changes,
})
const column = { id: 'a', name: 'Ledger Import', dependsOn: [], planned: true }
const cell = (changes: Partial<SpecCell> = {}): SpecCell => ({ id: 'a', status: 'failed', ms: 252_000, ...changes })
const NOW = '2026-11-30T00:00:00.000Z'

describe('the words of the pages of specs', () => {
  it('[SPEC-4.2] name a cell by batch, outcome, duration and run', () => {
    const when = whenText(run(), NOW, 'utc')
    expect(cellName(column, cell(), run(), when, false)).toBe('Ledger Import, failed, 4:12, run of 29 Nov 07:34:10')
    expect(cellName(column, cell({ status: 'pending', ms: null }), run(), when, false)).toMatch(
      /, never started, run of/,
    )
    expect(cellName(column, cell({ status: 'pending', ms: null }), run({ status: 'running' }), when, false)).toMatch(
      /waiting/,
    )
    expect(cellName(column, cell({ status: 'completed', before: true, ms: null }), run(), when, false)).toMatch(
      /^Ledger Import, completed before this run, run of/,
    )
    expect(cellName(column, cell({ status: 'running', ms: null }), run({ status: 'running' }), when, true)).toMatch(
      /^Ledger Import, last known as running, run of/,
    )
    expect(cellName({ ...column, name: 'a\u202eb' }, cell(), run(), when, false)).not.toMatch(/\u202e/)
    expect(whenText(run({ startedAt: null, endedAt: null }), NOW, 'utc')).toBe('not started')
  })

  it('[SPEC-4.2] give durations without needless zeros', () => {
    expect([0, 400, 9_949, 9_950, 61_000, 4_321_000].map(shortTook)).toEqual([
      ...['0.0 s', '0.4 s', '9.9 s', '0:10', '1:01', '1:12:01'],
    ])
  })

  it('[SPEC-4.5] say why a run does not count', () => {
    expect(notCounted(run({ status: 'completed' }))).toBeNull()
    expect(notCounted(run())).toBe('failed')
    expect(notCounted(run({ status: 'running' }))).toBe('not over')
    expect(notCounted(run({ dryRun: true }))).toBe('a dry run')
    expect(notCounted(run({ importId: 'i' }))).toBe('imported')
    expect(notCounted(run({ status: 'completed', ms: null }))).toMatch(/not certain/)
    expect(notCounted(run({ status: 'completed', whole: false }))).toMatch(/before it/)
    expect(runTags(run({ dryRun: true, basis: 'history', inferred: true }))).toEqual([
      ...['dry run', 'from history', 'end inferred'],
    ])
  })

  it('[SPEC-4.5] and bars are as high as durations, oldest first', () => {
    const { bars, longest, width } = trendOf([run({ ms: 30_000 }), run({ ms: null }), run({ status: 'completed' })])
    expect(longest).toBe(60_000)
    expect(bars.map(({ height, isMeasure }) => [height, isMeasure])).toEqual([
      [104, true],
      [0, false],
      [52, false],
    ])
    expect(width).toBe(54)
    expect(trendOf([])).toEqual({ bars: [], width: 0, longest: 0 })
  })

  it('[SPEC-4.1] tell of each batch of the plan what runs tell', () => {
    const spread = { median: 250_000, high: 571_000, isHighest: true, of: 7 }
    expect(nodeWord({ ended: 0, failed: 0, spread: null })).toBe('not run yet')
    expect(nodeWord({ ended: 1, failed: 1, spread: null })).toBe('1 run, 1 failed')
    expect(nodeWord({ ended: 8, failed: 1, spread })).toBe('usually 4:10, 1 failed')
    expect(spreadText(spread)).toBe('usually 4:10, at most 9:31, of 7 runs')
    expect(spreadText({ ...spread, isHighest: false, of: 12 })).toBe(
      'usually 4:10, nine of ten within 9:31, of 12 runs',
    )
  })

  it('[SPEC-4.7] say what is known of the plan', () => {
    const said = (plan: object, onBackend: boolean | null = true) =>
      planSentence({ plan: { state: 'read', readAt: NOW, failure: null, ...plan }, onBackend })
    expect(said({})).toBeNull()
    expect(said({ readAt: null, failure: 'It is away.' }, null)).toMatch(/as it was last read\. It is away\.$/)
    expect(said({ state: 'unknown', readAt: null, failure: '' }, null)).toMatch(
      /can’t be read now.*those of the runs\.$/,
    )
    expect(said({ state: 'missing' })).toMatch(/no plan/)
    expect(said({ state: 'unreadable' })).toMatch(/can’t read the plan/)
    expect(said({ state: 'missing' }, false)).toMatch(/no such spec now/)
  })
})

describe('the address of a spec', () => {
  it('[SPEC-4.8] holds any name, except those that could be a path', () => {
    expect(specPath('014-invoice-portal')).toBe('/specs/014-invoice-portal')
    expect(specPath('a b ..?#%2F')).toBe('/specs/a%20b%20..%3F%23%252F')
    expect(specPath('...')).toBe('/specs/...')
    expect(['', '.', '..', 'a/b', 'a\\b', '\ud800', 'a\n'].every(name => specPath(name) === null)).toBe(true)
  })
})
