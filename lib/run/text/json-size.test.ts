import { expect, it } from 'vitest'
import { hasMoreValues } from './json-size'

const LONG = 'x'.repeat(70_000)

it.each([
  ['a long string', JSON.stringify({ type: 'log', message: LONG }), 2, false],
  ['a string full of what else parts values', JSON.stringify({ message: `{"a":[1,2]},\\"`.repeat(9_000) }), 2, false],
  ['a string that ends in a backslash', JSON.stringify([`${LONG}\\`, 1, 2, 3]), 3, true],
  ['many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`k${n}`, n]))), 8_999, true],
  [
    'just as many',
    JSON.stringify(Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`k${n}`, n]))),
    9_000,
    false,
  ],
  ['many lists', `{"a":[${'[],'.repeat(30_000)}0]}`, 100, true],
  ['lists within lists', '['.repeat(70_000), 100, true],
  ['a string without an end', `"${LONG}`, 0, false],
])('[SAFE-5.5] of %s the values are counted', (_, text, most, more) => {
  expect(hasMoreValues(text, most)).toBe(more)
})

it('[SAFE-5.5] of a short text nothing is counted', () => {
  expect(hasMoreValues('[[],[],[]]', 1)).toBe(false)
})
