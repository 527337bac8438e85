import { describe, expect, it } from 'vitest'
import type { RunFields } from '../../../lib/run/model'
import { needsYou } from './attention'

const now = Date.parse('2026-11-23T14:00:00Z')
const run = (changes: Partial<RunFields>): RunFields => ({
  runId: 'run-1',
  backend: 'http://127.0.0.1:3000',
  historyId: null,
  basis: 'stream',
  spec: '014-invoice-portal',
  dryRun: false,
  status: 'running',
  inferred: false,
  stopping: false,
  startedAt: '2026-11-23T13:00:00.000Z',
  endedAt: null,
  error: null,
  errorDetail: null,
  findings: [],
  link: { backend: 'live', docker: 'off' },
  linkSince: null,
  heardAt: null,
  clockOffset: 0,
  counts: { total: 0, totalKnown: true, pending: 0, running: 0, completed: 0, failed: 0, aborted: 0 },
  ...changes,
})
const failed = run({ runId: 'f', status: 'failed', endedAt: '2026-11-23T13:48:00.000Z' })

describe('needsYou', () => {
  it('is quiet about runs that go well or ended by a person', () => {
    expect(needsYou([run({}), run({ status: 'completed' }), run({ status: 'aborted' })], now)).toEqual([])
  })

  it('names a live run with a finding', () => {
    const odd = run({ findings: [{ kind: 'error-line', text: 'Execution failed: no', at: null }] })
    expect(needsYou([odd], now)).toEqual([odd])
  })

  it('names a failure until its spec is run again', () => {
    expect(needsYou([failed], now)).toEqual([failed])
    expect(needsYou([run({ runId: 'again' }), failed], now)).toEqual([])
    expect(needsYou([run({ runId: 'other', spec: '015' }), failed], now)).toEqual([failed])
  })

  it('never takes two runs without a spec for one another', () => {
    const nameless = { ...failed, spec: null }
    expect(needsYou([run({ spec: null }), nameless], now)).toEqual([nameless])
  })

  it('lets a failure rest after a day', () => {
    expect(needsYou([{ ...failed, endedAt: '2026-11-22T13:59:00.000Z' }], now)).toEqual([])
  })
})
