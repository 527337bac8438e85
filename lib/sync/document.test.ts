import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apply, diff, emptyDocument, type Document, type Item } from './document'
import { diffOfDocument, document } from './state-schemas'
import { equal } from './json'
import { anyDocument, throughText } from '../testing/sync/fixtures'

const items = (...ids: string[]): Item[] => ids.map(id => ({ id, n: 1 }))
const doc = (list: Item[], fields = {}): Document => ({ fields, items: list })

/** A later document that shares items with an earlier one, some of them moved, some changed. */
const twoDocuments = fc
  .tuple(anyDocument, anyDocument, fc.array(fc.nat({ max: 9 }), { maxLength: 6 }))
  .map(([prev, other, picks]): [Document, Document] => {
    const kept = picks.flatMap(pick => prev.items[pick] ?? [])
    const unique = new Map([...kept, ...other.items].map(item => [item.id, item]))
    return [prev, { fields: { ...prev.fields, ...other.fields }, items: [...unique.values()] }]
  })

describe('diff and apply', () => {
  it('[SYNC-1.2] lead from any document to any other, over the wire', () => {
    fc.assert(
      fc.property(fc.oneof(twoDocuments, fc.tuple(anyDocument, anyDocument)), ([prev, next]) => {
        const step = diff(prev, next)
        const end = step ? apply(prev, diffOfDocument.parse(throughText(step))) : prev
        expect(equal(throughText(end), throughText(next))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('are silent where nothing changed', () => {
    fc.assert(
      fc.property(anyDocument, value => {
        expect(diff(value, document.parse(throughText(value)))).toBeNull()
      }),
    )
  })

  it('send of a changed item only what changed, and of the fields too', () => {
    const prev = doc([{ id: 'a', status: 'pending', name: 'A' }], { status: 'idle', spec: 's' })
    const next = doc([{ id: 'a', status: 'running', name: 'A' }], { status: 'running', spec: 's' })
    expect(diff(prev, next)).toEqual({ fields: { status: 'running' }, items: [{ id: 'a', status: 'running' }] })
  })

  it('send the order only where appending does not give it', () => {
    expect(diff(doc(items('a', 'b')), doc(items('a', 'b', 'c')))).toEqual({ items: items('c') })
    expect(diff(doc(items('a', 'b')), doc(items('b')))).toEqual({ removed: ['a'] })
    expect(diff(doc(items('a', 'b')), doc(items('c', 'a', 'b')))).toEqual({ items: items('c'), order: ['c', 'a', 'b'] })
    expect(diff(doc(items('a', 'b')), doc(items('b', 'a')))).toEqual({ order: ['b', 'a'] })
  })

  it('let an item and the fields lose a key', () => {
    const prev = doc([{ id: 'a', gone: 1 }, ...items('b')], { gone: 1, kept: 1 })
    const next = doc([{ id: 'a' }, ...items('b')], { kept: 1 })
    const step = diff(prev, next)
    expect(step).toEqual({ unset: ['gone'], removed: ['a'], items: [{ id: 'a' }], order: ['a', 'b'] })
    expect(step && apply(prev, step)).toEqual(next)
  })

  it('keep what did not change as the very same objects', () => {
    const prev = doc(items('a', 'b', 'c'), { status: 'idle' })
    const next = apply(prev, { items: [{ id: 'b', n: 2 }] })
    expect(next.items[0]).toBe(prev.items[0])
    expect(next.items[1]).toEqual({ id: 'b', n: 2 })
    expect(next.items[2]).toBe(prev.items[2])
    expect(next.fields).toBe(prev.fields)
    expect(apply(prev, { fields: { status: 'running' } }).items).toBe(prev.items)
  })

  it('never change what they are given', () => {
    const prev = doc(items('a', 'b'), { n: 1 })
    const before = JSON.stringify(prev)
    apply(prev, { fields: { n: 2 }, items: [{ id: 'a', n: 2 }], removed: ['b'], order: ['a'] })
    expect(JSON.stringify(prev)).toBe(before)
  })

  it('take of items with one id the last, at the place of the first', () => {
    const twice = doc([{ id: 'a', n: 1 }, ...items('b'), { id: 'a', n: 2 }])
    const end = apply(emptyDocument, diff(emptyDocument, twice) ?? {})
    expect(end.items).toEqual([{ id: 'a', n: 2 }, ...items('b')])
    expect(diff(end, twice)).toBeNull()
  })

  it('refuse what is no document and no diff', () => {
    for (const wrong of [null, [], { fields: [], items: [] }, { fields: {}, items: [{}] }, { fields: {} }]) {
      expect(document.safeParse(wrong).success).toBe(false)
    }
    for (const wrong of [{ items: [{ n: 1 }] }, { removed: [1] }, { order: 'a' }, { fields: null }]) {
      expect(diffOfDocument.safeParse(wrong).success).toBe(false)
    }
  })
})
