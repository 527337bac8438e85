import { describe, expect, it } from 'vitest'
import { someBatch } from '../../../lib/testing/run/documents'
import { actionTarget, movedBy, targetsOf } from './go-to'

const run = (runId: string, status: 'running' | 'completed') => ({
  runId,
  spec: 'spec',
  status,
  dryRun: false,
  startedAt: null,
})

describe('the targets of the palette', () => {
  const targets = targetsOf({
    runs: [run('r2', 'completed'), run('r1', 'running')],
    batches: [someBatch('a', 'pending')],
    over: true,
    specs: [{ name: '014-invoice-portal' }],
    actions: [actionTarget('sheet', 'Keyboard shortcuts')],
  })

  it('[PAGE-9.1] are live runs, actions, batches, specs and ended runs, in this order', () => {
    expect(targets.map(({ key }) => key)).toEqual([
      'run r1',
      'action sheet',
      'batch a',
      'spec 014-invoice-portal',
      'run r2',
    ])
  })

  it('[PAGE-9.1] are found by spec, id and status', () => {
    expect(targets[0]?.text).toBe('spec r1 running')
    expect(targets[2]?.text).toBe('Batch a a never started')
  })
})

describe('the keys of the list', () => {
  it('[PAGE-9.1] go round at both ends, and to the ends', () => {
    expect(movedBy('ArrowDown', 2, 3)).toBe(0)
    expect(movedBy('ArrowUp', 0, 3)).toBe(2)
    expect(movedBy('Home', 2, 3)).toBe(0)
    expect(movedBy('End', 0, 3)).toBe(2)
    expect(movedBy('a', 0, 3)).toBeNull()
    expect(movedBy('ArrowDown', 0, 0)).toBeNull()
  })
})
