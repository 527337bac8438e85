import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchStatus, type BatchStatus } from '../../../lib/run/model'
import { keyAt, lineAfter, stateOf, tablePlaces } from './table-places'

const of = (...stretches: [BatchStatus, number][]) =>
  stretches
    .flatMap(([status, count]) => Array.from({ length: count }, () => status))
    .map((status, place) => ({ id: `b${place}`, status }))
const closed = { completed: false, pending: false }

describe('what the table of batches shows', () => {
  it('[PAGE-15.1] are the batches of the status that the address names', () => {
    const batches = of(['completed', 2], ['running', 1], ['pending', 20], ['running', 1])
    expect(tablePlaces(batches, 'running', [null], closed)).toEqual({ places: [2, 23], folds: new Map() })
    expect(tablePlaces(batches, 'failed', [], closed).places).toEqual([])
    expect(['running', 'nothing', undefined, ['running']].map(stateOf)).toEqual(['running', null, null, null])
  })

  it('[PAGE-15.1] also is the open batch', () => {
    const batches = of(['completed', 20], ['running', 2], ['pending', 20])
    expect(tablePlaces(batches, 'running', ['b0'], closed).places).toEqual([0, 20, 21])
    expect(tablePlaces(batches, null, [null, 'b30'], closed).places).toEqual([-1, 20, 21, -2, 30])
  })

  it('[PAGE-15.3] folds long stretches of what is completed or waits, and no other', () => {
    const batches = of(['completed', 83], ['running', 12], ['completed', 3], ['pending', 102])
    const { places, folds } = tablePlaces(batches, null, [], closed)
    expect(places).toEqual([-1, ...Array.from({ length: 15 }, (_, n) => 83 + n), -2])
    expect([...folds.values()]).toEqual([
      { place: -1, status: 'completed', from: 0, to: 82 },
      { place: -2, status: 'pending', from: 98, to: 199 },
    ])
    // While batches begin and complete, what stands for a fold stays, also where a stretch is divided.
    const later = of(
      ['completed', 90],
      ['running', 5],
      ['completed', 3],
      ['pending', 50],
      ['running', 1],
      ['pending', 51],
    )
    expect([...tablePlaces(later, null, [], closed).folds.keys()]).toEqual([-1, -2, -4])
    const unfolded = tablePlaces(batches, null, [], { ...closed, completed: true })
    expect(unfolded.places.slice(0, 3)).toEqual([-1, 0, 1])
    expect(unfolded.places.filter(place => place >= 0)).toHaveLength(98)
    expect(tablePlaces(batches, null, [], null).places).toHaveLength(200)
  })

  it('[PAGE-15.3] shows or folds every batch once, in plan order', () => {
    const status = fc.constantFrom(...batchStatus.options)
    const stretches = fc.array(fc.tuple(status, fc.integer({ min: 1, max: 20 })), { maxLength: 12 })
    fc.assert(
      fc.property(stretches, fc.boolean(), fc.boolean(), (all, completed, pending) => {
        const batches = of(...all)
        const { places, folds } = tablePlaces(batches, null, [], { completed, pending })
        const hidden = (fold: { status: BatchStatus; from: number; to: number }) =>
          (fold.status === 'completed' ? completed : pending)
            ? []
            : Array.from({ length: fold.to - fold.from + 1 }, (_, n) => fold.from + n)
        const shown = places.flatMap(place => {
          const fold = folds.get(place)
          return fold === undefined ? [place] : hidden(fold)
        })
        expect(shown).toEqual(batches.map((_, place) => place))
      }),
    )
  })
})

describe('[PAGE-16.1] the keys of the table', () => {
  it.each([
    ['ArrowDown', 3, 4],
    ['ArrowUp', 3, 2],
    ['Home', 3, 0],
    ['End', 3, 9],
    ['ArrowUp', 0, null],
    ['ArrowDown', 9, null],
    ['a', 3, null],
  ] as const)('%s from line %i', (key, line, to) => {
    expect(lineAfter(10, line, key)).toBe(to)
  })

  it('name a batch by its id, and a fold by its place', () => {
    expect([0, -1].map(place => keyAt([{ id: 'a' }], place))).toEqual(['a', '-1'])
  })
})
