import { describe, expect, it } from 'vitest'
import { someBatch } from '../../../lib/testing/run/documents'
import { neighbour, nextNeedy } from './steps'

const batches = [someBatch('a'), someBatch('b', 'failed'), someBatch('c'), someBatch('d')]

describe('steps from batch to batch', () => {
  it('[PAGE-9.3] go along the plan, and begin at its ends', () => {
    expect(neighbour(batches, 'b', 1)).toBe('c')
    expect(neighbour(batches, 'b', -1)).toBe('a')
    expect(neighbour(batches, null, 1)).toBe('a')
    expect(neighbour(batches, null, -1)).toBe('d')
    expect(neighbour(batches, 'd', 1)).toBeNull()
    expect(neighbour([], null, 1)).toBeNull()
  })

  it('[PAGE-9.3] go round among those that failed or do not fit', () => {
    const ghost = { kind: 'ghost' as const, batchId: 'd' }
    expect(nextNeedy(batches, [ghost], null)).toBe('b')
    expect(nextNeedy(batches, [ghost], 'b')).toBe('d')
    expect(nextNeedy(batches, [ghost], 'd')).toBe('b')
    expect(nextNeedy(batches, [{ kind: 'clock-set', batchId: 'c' }], 'b')).toBe('b')
    expect(nextNeedy([someBatch('a')], [], 'a')).toBeNull()
  })
})
