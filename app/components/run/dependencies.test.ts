import { describe, expect, it } from 'vitest'
import { someBatch } from '../../../lib/testing/run/documents'
import { needsIn } from './dependencies'

describe('needsIn', () => {
  it('names all dependencies by place, and those not completed by name', () => {
    const needs = needsIn([
      someBatch('a', 'completed'),
      someBatch('b', 'running'),
      someBatch('c', 'pending', { dependsOn: ['a', 'b'] }),
    ])
    expect(needs(0)).toEqual({ places: '', names: '', waitsFor: '' })
    expect(needs(2)).toEqual({ places: '1 2', names: 'Batch a, Batch b', waitsFor: 'Batch b' })
  })

  it('[SAFE-4] takes ids for what they are, also those that objects know', () => {
    const needs = needsIn([
      someBatch('__proto__', 'running'),
      someBatch('x', 'pending', { dependsOn: ['constructor', '__proto__'] }),
    ])
    expect(needs(1)).toEqual({
      places: 'constructor 1',
      names: 'constructor, Batch __proto__',
      waitsFor: 'constructor, Batch __proto__',
    })
  })
})
