import { describe, expect, it } from 'vitest'
import { someBatch } from '../../../../lib/testing/run/documents'
import { proofPlaces } from './proof-places'

const many = (count: number, changes: Parameters<typeof someBatch>[2] = {}) =>
  Array.from({ length: count }, (_, n) => someBatch(`b${n}`, 'completed', changes))
const none: ReadonlySet<number> = new Set()

describe('[PAGE-7.7] the rows of the proof', () => {
  it('are one for each batch of a short plan', () => {
    expect(proofPlaces(many(100), none)).toHaveLength(100)
  })

  it('of a long plan fold completed batches that one source tells of', () => {
    const batches = [...many(83, { before: true, basis: 'plan' }), ...many(7), someBatch('x', 'running'), ...many(10)]
    const folded = proofPlaces(batches, none)
    expect(folded[0]).toEqual({ kind: 'fold', from: 0, to: 82, source: 'before', isOpen: false })
    expect(folded.slice(1, 9).map(({ kind }) => kind)).toEqual(Array(8).fill('batch'))
    expect(folded.slice(9)).toEqual([{ kind: 'fold', from: 91, to: 100, source: 'stream', isOpen: false }])
    const shown = proofPlaces(batches, new Set([0]))
    expect(shown).toHaveLength(83 + folded.length)
    expect(shown[1]).toEqual({ kind: 'batch', place: 0 })
  })
})
