import { describe, expect, it } from 'vitest'
import type { Batch, BatchStatus } from '../../../lib/run/model'
import { needsOf } from './depends'

const batch = (id: string, status: BatchStatus, dependsOn: string[] = []): Batch => ({
  id,
  name: `Batch ${id}`,
  status,
  branch: null,
  error: null,
  dependsOn,
  startedAt: null,
  endedAt: null,
  basis: 'stream',
  verdict: 'unknown',
  reason: '',
  reasonSince: null,
  container: null,
  containers: [],
})

describe('needsOf', () => {
  it('names all dependencies by place, and those not completed by name', () => {
    const needs = needsOf([batch('a', 'completed'), batch('b', 'running'), batch('c', 'pending', ['a', 'b'])])
    expect(needs[0]).toEqual({ places: '', names: '', waitsFor: '' })
    expect(needs[2]).toEqual({ places: '1 2', names: 'Batch a, Batch b', waitsFor: 'Batch b' })
  })

  it('[SAFE-4] takes ids for what they are, also those that objects know', () => {
    const needs = needsOf([batch('__proto__', 'running'), batch('x', 'pending', ['constructor', '__proto__'])])
    expect(needs[1]).toEqual({
      places: 'constructor 1',
      names: 'constructor, Batch __proto__',
      waitsFor: 'constructor, Batch __proto__',
    })
  })
})
