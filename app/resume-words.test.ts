import { describe, expect, it } from 'vitest'
import type { RunStatus, Snapshot } from '../lib/run/model'
import { resumableOf } from './resume-words'

const counts = { total: 2, totalKnown: true, pending: 0, running: 0, completed: 2, failed: 0, aborted: 0 }
const of = (status: RunStatus, over: Partial<Snapshot> = {}) =>
  resumableOf({ spec: 's', historyId: 'run-1', dryRun: false, status, counts, imported: null, ...over })

describe('what a start can continue', () => {
  it('[START-4.1] is a run that failed, was stopped, or left batches out', () => {
    const resumable = { spec: 's', historyId: 'run-1', dryRun: false }
    expect(of('failed')).toEqual(resumable)
    expect(of('aborted')).toEqual(resumable)
    expect(of('completed', { counts: { ...counts, completed: 1, pending: 1 } })).toEqual(resumable)
    expect(of('failed', { dryRun: true })).toEqual({ ...resumable, dryRun: true })
  })

  it('[START-4.1] is no other run: none that goes on, is complete, has no entry, or is an import', () => {
    for (const status of ['idle', 'starting', 'running', 'completed'] as const) expect(of(status)).toBeNull()
    expect(of('running', { counts: { ...counts, completed: 1, pending: 1 } })).toBeNull()
    expect(of('failed', { historyId: null })).toBeNull()
    expect(of('failed', { spec: null })).toBeNull()
    expect(of('failed', { imported: { id: 'a', until: '', unread: 0 } })).toBeNull()
  })
})
