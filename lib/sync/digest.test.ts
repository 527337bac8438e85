import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hash } from '../run/hash'
import { digest } from './digest'
import { apply, diff } from './document'
import { document } from './state-schemas'
import { equal } from './json'
import { anyDocument, shuffledKeys, throughText } from '../testing/sync/fixtures'

describe('digest', () => {
  it('[SYNC-6.1] is the same for equal documents, however their keys are ordered', () => {
    fc.assert(
      fc.property(anyDocument, value => {
        expect(digest(document.parse(shuffledKeys(throughText(value))))).toBe(digest(value))
      }),
    )
  })

  it('[SYNC-6.1] differs between different documents', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (a, b) => {
        fc.pre(!equal(throughText(a), throughText(b)))
        expect(digest(a)).not.toBe(digest(b))
      }),
    )
  })

  it('[SYNC-6.1] tells the order of items', () => {
    const a = { id: 'a' }
    const b = { id: 'b' }
    expect(digest({ fields: {}, items: [a, b] })).not.toBe(digest({ fields: {}, items: [b, a] }))
  })

  it('[SYNC-6.1] is the same after a step as of the whole', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (prev, next) => {
        digest(prev)
        expect(digest(apply(prev, diff(prev, next) ?? {}))).toBe(digest(next))
      }),
    )
  })

  it('has values that other engines and builds must agree with', () => {
    expect([hash(''), hash('a'), hash('é\ud800'), digest({ fields: { b: 1, a: [null] }, items: [{ id: 'x' }] })])
      .toMatchInlineSnapshot(`
      [
        947578376805560,
        4601659369728935,
        4163071911431632,
        1380526159472515,
      ]
    `)
  })

  it('spreads: no two of 50,000 similar texts collide, and every bit is used evenly', () => {
    const seen = new Set<number>()
    const ones = new Array<number>(53).fill(0)
    for (let n = 0; n < 50_000; n++) {
      const value = hash(`{"id":"batch-${n}"}`)
      seen.add(value)
      expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
      const bits = value.toString(2).padStart(53, '0')
      for (let bit = 0; bit < 53; bit++) if (bits[bit] === '1') ones[bit] = (ones[bit] ?? 0) + 1
    }
    expect(seen.size).toBe(50_000)
    for (const count of ones) expect(Math.abs(count / 50_000 - 0.5)).toBeLessThan(0.02)
  })
})
