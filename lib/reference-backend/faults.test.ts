import { describe, expect, it } from 'vitest'
import { Faults } from './faults'

const copies = (faults: Faults, ...frames: string[]) => frames.map(frame => faults.copies(frame))

describe('Faults', () => {
  it('loses the nth message from now, and only that one', () => {
    const faults = new Faults()
    faults.lose(2)
    expect(copies(faults, 'a', 'b', 'c', 'd')).toEqual([1, 0, 1, 1])
  })

  it('duplicates whatever matches, until it is told to end', () => {
    const faults = new Faults()
    const end = faults.duplicate(frame => frame === 'b')
    expect(copies(faults, 'a', 'b', 'b')).toEqual([1, 2, 2])
    end()
    expect(copies(faults, 'b')).toEqual([1])
  })

  it('counts messages for each plan, and lets a loss win over a duplicate', () => {
    const faults = new Faults()
    faults.lose(1)
    faults.duplicate(1)
    faults.duplicate(2)
    expect(copies(faults, 'a', 'b', 'c')).toEqual([0, 2, 1])
  })

  it('fails a batch once, with the exit code it was given or 1', () => {
    const faults = new Faults()
    faults.failBatch('a', { exitCode: 137 })
    faults.failBatch('b', { text: 'Sandbox execution failed: x' })
    expect([faults.exitCode('a'), faults.exitCode('b'), faults.exitCode('__proto__')]).toEqual([137, 1, 0])
    expect(faults.takeFailure('a')).toEqual({ exitCode: 137 })
    expect(faults.takeFailure('a')).toBeUndefined()
    expect(faults.exitCode('a')).toBe(0)
  })

  it('fails a merge once', () => {
    const faults = new Faults()
    faults.failMerge('a')
    expect([faults.takeMerge('a'), faults.takeMerge('a')]).toEqual(['unresolved', undefined])
  })
})
