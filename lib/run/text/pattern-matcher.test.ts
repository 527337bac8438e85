import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_LINE } from './kept-text'
import { readPattern } from './pattern-matcher'
import type { Matcher } from './text-matcher'

function matcherOf(pattern: string): Matcher {
  const { matcher, problem } = readPattern(pattern)
  if (matcher === null) throw new Error(problem)
  return matcher
}

describe('[LOG-4.1] a pattern', () => {
  it('finds in a line what a regular expression finds, in any letter case, and its places', () => {
    const patterns = fc.constantFrom(
      'a',
      'a+b',
      '^b',
      'b$',
      'a|bb',
      '[^a]',
      'a.b',
      '(?:ab){2}',
      String.raw`\bb`,
      'b*?a',
    )
    fc.assert(
      fc.property(
        patterns,
        fc.string({ unit: fc.constantFrom('a', 'b', 'B', ' ', 'é'), maxLength: 40 }),
        (source, text) => {
          const found = [...text.matchAll(new RegExp(source, 'gi'))]
          const places = found.map(({ 0: part, index }) => ({ from: index, to: index + part.length }))
          expect(matcherOf(source).finds(text)).toBe(found.length > 0)
          expect(matcherOf(source).places(text)).toEqual(places.filter(({ from, to }) => to > from))
        },
      ),
    )
  })

  it.each([
    ['err(or', 'The pattern can’t be read: a “(” is never closed, at character 4.'],
    ['a)', 'The pattern can’t be read: a “)” closes nothing, at character 2.'],
    [String.raw`\([(](a`, 'The pattern can’t be read: a “(” is never closed, at character 6.'],
    ['a[b', 'The pattern can’t be read: a “[” is never closed, at “[b”, character 2.'],
    ['ab**', 'The pattern can’t be read: a repetition is repeated, at “**”, character 3.'],
    ['*a', 'The pattern can’t be read: nothing stands before a repetition, at “*”, character 1.'],
    ['a(?=b)', 'The pattern can’t be read: look-around and back-references are not supported, at “(?=”, character 2.'],
    [String.raw`(a)\1`, String.raw`The pattern can’t be read: this escape is not known, at “\1”, character 4.`],
    ['a{2000}', 'The pattern can’t be read: a count is too large, or its ends are reversed, at “{2000}”, character 2.'],
    ['(a{1,500}b{1,500}){1,1}', 'The pattern is too large: it repeats too much. Use smaller counts.'],
  ])('%s cannot be read, which is told with the place', (pattern, problem) => {
    expect(readPattern(pattern)).toEqual({ matcher: null, problem })
  })

  it('is read or refused with a sentence, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...String.raw`ab()[]{}*+?|\^$.-1,:=<>P`.split('')) }), pattern => {
        const { matcher, problem } = readPattern(pattern)
        expect(matcher === null).toBe(problem !== null)
        if (problem !== null) expect(problem).toMatch(/^The pattern .*\.$/s)
      }),
    )
  })
})

describe('[LOG-4.2] a hostile pattern', () => {
  const long = 'a'.repeat(LONGEST_LINE)

  // A backtracking engine takes longer than the universe is old for the first ones.
  it.each(['(a+)+$', '(a|aa)+$', '(a*)*b', '(.*a){40}x', String.raw`(\w+\s?)+!`, '[ab]*a[ab]{300}c', '.{1,150}b'])(
    '%s takes a bounded time for the longest line',
    pattern => {
      const matcher = matcherOf(pattern)
      const begun = performance.now()
      matcher.finds(`${long}!`)
      // Some ms on a machine that does nothing else.
      expect(performance.now() - begun).toBeLessThan(1_000)
    },
  )

  it('looks at so much of a line only that its program and the line together stay small', () => {
    for (const pattern of ['a', '(a+)+$']) expect(matcherOf(pattern).reach).toBeGreaterThan(3_000)
    expect(matcherOf('[ab]*a[ab]{300}c').reach).toBeGreaterThan(500)
    expect(matcherOf('error').reach).toBeGreaterThan(LONGEST_LINE)
    const matcher = matcherOf('x{300}b')
    const { reach } = matcher
    expect(matcher.finds(`${'a'.repeat(reach)}${'x'.repeat(300)}b`)).toBe(false)
    expect(matcher.finds(`${'x'.repeat(300)}b${long}`)).toBe(true)
  })
})
