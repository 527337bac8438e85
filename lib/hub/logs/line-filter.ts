import type { LogLine } from '../../run/model'
import { isError } from '../../run/text/log-level'
import { plainLine } from '../../run/text/log-text'
import { readPattern } from '../../run/text/pattern-matcher'
import { textMatcher, type Matcher } from '../../run/text/text-matcher'
import type { LineFilter } from '../api'

/** How a line fits: not, whole, or only as far as its beginning was looked at. */
export type Fit = 'no' | 'yes' | 'partly no'

/** Tells which lines fit a filter. Throws if its pattern can't be read: requests are checked before. */
export function lineFilter(filter: LineFilter): (line: LogLine) => Fit {
  const { stream, source, level } = filter
  const matcher = matcherOf(filter)
  return line => {
    if (stream !== undefined && !stream.includes(line.stream)) return 'no'
    if (source !== undefined && line.source !== source) return 'no'
    if (level === 'error' && !isError(line)) return 'no'
    if (matcher === null) return 'yes'
    const text = plainLine(line.text)
    if (matcher.finds(text)) return 'yes'
    return text.length > matcher.reach ? 'partly no' : 'no'
  }
}

function matcherOf({ text, pattern }: LineFilter): Matcher | null {
  if (pattern === undefined) return textMatcher(text ?? '')
  const { matcher, problem } = readPattern(pattern)
  if (problem !== null) throw new Error(problem)
  return matcher
}
