import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, equal, parseJson, type Json } from './json'
import { anyJson, shuffledKeys } from '../testing/sync/fixtures'

describe('JSON values', () => {
  it('are equal where their canonical texts are, and only there', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        expect(equal(a, b)).toBe(canonical(a) === canonical(b))
      }),
    )
  })

  it('stay the same through text, and through another order of keys', () => {
    fc.assert(
      fc.property(anyJson, value => {
        const same = shuffledKeys(parseJson(JSON.stringify(value)))
        expect(equal(value, same)).toBe(true)
        expect(canonical(same)).toBe(canonical(value))
      }),
    )
  })

  it('do not find in another value what it inherits', () => {
    const empty: Json = {}
    for (const key of ['__proto__', 'constructor', 'toString']) {
      expect(equal(parseJson(`{"${key}":null}`), empty)).toBe(false)
    }
    expect(equal(parseJson('{"__proto__":{}}'), { x: 1 })).toBe(false)
  })
})
