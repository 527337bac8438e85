import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText, LONGEST_NAME, LONGEST_PATH, shortName, shortPath } from './kept-text'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '😀'), minLength: 200, maxLength: 2_000 }),
)

describe.each([
  ['a name', shortName, LONGEST_NAME],
  ['a path', shortPath, LONGEST_PATH],
  ['a text of 100 characters', (text: string) => cutText(text, 100), 100],
] as const)('%s from outside', (_, kept, longest) => {
  it('[SAFE-5.1] [SAFE-5.52] is bounded, has no half of a character, begins as it came, and is the same a second time', () => {
    fc.assert(
      fc.property(text, whole => {
        const short = kept(whole)
        expect(short.length).toBeLessThanOrEqual(longest)
        expect(short.isWellFormed()).toBe(true)
        expect(kept(short)).toBe(short)
        if (whole.length <= longest) expect(short).toBe(whole.toWellFormed())
        else
          expect(short.slice(0, longest / 2)).toBe(
            whole
              .slice(0, longest / 2 + 1)
              .toWellFormed()
              .slice(0, longest / 2),
          )
      }),
    )
  })
})

it('[SAFE-5.50] two long names that differ stay different, wherever they do', () => {
  const names = Array.from({ length: 2_000 }, (_, n) => `${'x'.repeat(n)}y${'x'.repeat(3_000 - n)}`)
  expect(new Set(names.map(shortName)).size).toBe(names.length)
  expect(shortName('x'.repeat(3_000))).toMatch(/^x+… \(3000 characters, \w+\)$/)
})
