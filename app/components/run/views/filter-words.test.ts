import { describe, expect, it } from 'vitest'
import type { BatchStatus } from '../../../../lib/run/model'
import { filterText } from './filter-words'

const batchesOf = (...statuses: BatchStatus[]) => statuses.map((status, n) => ({ id: `b${n}`, status }))
const some = batchesOf('completed', 'running', 'pending', 'pending')
const shown = { batches: some, picked: null, over: false, old: false, others: 'hidden' } as const

describe('[PAGE-15.4] the sentence of a filtered view', () => {
  it('says how many of how many, and what becomes of the others', () => {
    expect(filterText({ ...shown, filter: 'pending' })).toBe('2 of 4 batches are waiting; the others are hidden.')
    expect(filterText({ ...shown, filter: 'running' })).toBe('1 of 4 batches is running; the others are hidden.')
    expect(filterText({ ...shown, filter: 'failed', others: 'faded' })).toBe(
      'None of 4 batches is failed; the others are faded.',
    )
    expect(filterText({ ...shown, filter: 'pending', over: true })).toBe(
      '2 of 4 batches never started; the others are hidden.',
    )
    expect(filterText({ ...shown, filter: 'running', old: true })).toBe(
      '1 of 4 batches is running, as last known; the others are hidden.',
    )
  })

  it('says that the open batch stays', () => {
    expect(filterText({ ...shown, filter: 'pending', picked: 'b0' })).toBe(
      '2 of 4 batches are waiting; the others are hidden, except the open one.',
    )
    expect(filterText({ ...shown, filter: 'pending', picked: 'b2' })).toBe(
      '2 of 4 batches are waiting; the others are hidden.',
    )
  })

  it('says nothing of others where there are none', () => {
    const batches = batchesOf('running', 'running')
    expect(filterText({ ...shown, batches, filter: 'running' })).toBe('2 of 2 batches are running.')
    expect(filterText({ ...shown, batches: batchesOf('failed'), filter: 'failed' })).toBe('1 of 1 batch is failed.')
  })
})
