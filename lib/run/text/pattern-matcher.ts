import { RE2JS, RE2JSSyntaxException } from 're2js'
import type { Matcher, Stretch } from './text-matcher'

/** A larger program takes too long for each character. A pattern of a hundred characters without repeats has about as many steps. */
const LARGEST = 350
/** The most steps for one line: steps of the program times characters. They take at most some 20 ms. */
const MOST_STEPS = 1_000_000
/** Of a program larger than this the engine may have no states ready on a line, and then takes several times as long for a step. */
const LARGE = 100
const MOST_STEPS_OF_LARGE = 250_000
/** The most places of one line that are told. */
const MOST_PLACES = 1_000

export type ReadPattern = { matcher: Matcher; problem: null } | { matcher: null; problem: string }

/**
 * Reads a regular expression in the syntax of RE2, for any letter case. It is matched in time proportional to the text, by an
 * engine that does not backtrack, so no pattern can hold the page or the server [LOG-4.2]. `problem` says what is wrong with it, and
 * where.
 */
export function readPattern(pattern: string): ReadPattern {
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return { matcher: null, problem: problemOf(error.message, pattern) }
    throw error
  }
  const size = compiled.programSize()
  if (size > LARGEST)
    return { matcher: null, problem: 'The pattern is too large: it repeats too much. Use smaller counts.' }
  const reach = Math.floor((size > LARGE ? MOST_STEPS_OF_LARGE : MOST_STEPS) / size)
  const beginning = (text: string) => (text.length > reach ? text.slice(0, reach) : text)
  return {
    matcher: {
      finds: text => compiled.test(beginning(text)),
      places: text => placesIn(compiled, beginning(text)),
      reach,
    },
    problem: null,
  }
}

function placesIn(compiled: RE2JS, text: string): Stretch[] {
  const found = compiled.matcher(text)
  const places: Stretch[] = []
  while (places.length < MOST_PLACES && found.find()) {
    const [from, to] = [found.start(), found.end()]
    // An empty match has no place that could be shown.
    if (to > from) places.push({ from, to })
  }
  return places
}

const PROBLEMS: Readonly<Record<string, string>> = {
  'missing closing )': 'a “(” is never closed',
  'unexpected )': 'a “)” closes nothing',
  'missing closing ]': 'a “[” is never closed',
  'missing argument to repetition operator': 'nothing stands before a repetition',
  'invalid nested repetition operator': 'a repetition is repeated',
  'invalid repeat count': 'a count is too large, or its ends are reversed',
  'invalid repetition count': 'a count is too large, or its ends are reversed',
  'invalid escape sequence': 'this escape is not known',
  'trailing backslash at end of expression': 'it ends in a backslash',
  'invalid character class range': 'a range or class is not known, or reversed',
  'invalid character class': 'a class of characters is not known',
  'invalid or unsupported Perl syntax': 'look-around and back-references are not supported',
  'invalid named capture': 'the name of a group is not allowed',
  'duplicate capture group name': 'two groups have one name',
}

/** Makes a sentence of what the engine says: `error parsing regexp: missing closing ): \`(a\``. */
function problemOf(message: string, pattern: string): string {
  const [, code = message, part = ''] = /^error parsing regexp: (.*?)(?:: `(.*)`)?$/s.exec(message) ?? []
  return `The pattern can’t be read: ${PROBLEMS[code] ?? code}${placeOf(part, pattern)}.`
}

/** Where the engine found a problem. For a bracket without its other half it names the whole pattern, with a flag before it. */
function placeOf(part: string, pattern: string): string {
  if (part.replace('(?i)', '') === pattern) {
    const at = loneBracket(pattern)
    return at < 0 ? '' : `, at character ${at + 1}`
  }
  const at = part === '' ? -1 : pattern.indexOf(part)
  const isOnly = at >= 0 && pattern.indexOf(part, at + 1) < 0
  return `${part === '' ? '' : `, at “${part}”`}${isOnly ? `, character ${at + 1}` : ''}`
}

/** The first closing bracket that closes nothing, otherwise the last one that is never closed; -1 if there is none. */
function loneBracket(pattern: string): number {
  const open: number[] = []
  let inClass = false
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern[at]
    if (sign === '\\') at += 1
    else if (inClass) inClass = sign !== ']'
    else if (sign === '[') inClass = true
    else if (sign === '(') open.push(at)
    else if (sign === ')' && open.pop() === undefined) return at
  }
  return open.at(-1) ?? -1
}
