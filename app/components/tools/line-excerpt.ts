import type { LogLine } from '../../../lib/run/model'
import type { Matcher } from '../../../lib/run/text/text-matcher'
import { parsedLine, piecesOf } from '../log/line-text'

/** The most characters that are shown before and from the match on. */
const [BEFORE, FROM] = [40, 160]

/** A line of a log around the first place that was found in it, on one line. */
export interface Excerpt {
  before: string
  match: string
  after: string
}

/** The part of a line around its first match, with what cannot be seen made visible as in the log [SAFE-4]. */
export function excerptOf(line: LogLine, matcher: Matcher | null): Excerpt {
  const pieces = piecesOf(parsedLine(line), matcher, true)
  const first = pieces.findIndex(({ match }) => match)
  const found = first < 0 ? pieces.length : first
  const end = pieces.findIndex(({ match }, index) => index > found && !match)
  const rest = end < 0 ? pieces.length : end
  const textOf = (from: number, to: number) =>
    Array.from(
      pieces
        .slice(from, to)
        .map(({ text }) => text)
        .join('')
        .replaceAll('\n', '␊'),
    )
  const [before, match, after] = [textOf(0, found), textOf(found, rest), textOf(rest, pieces.length)]
  const room = Math.max(0, FROM - match.length)
  return {
    before:
      first < 0 ? cut(before, FROM) : before.length > BEFORE ? `…${before.slice(-BEFORE).join('')}` : before.join(''),
    match: cut(match, FROM),
    after: room === 0 && after.length > 0 ? '…' : cut(after, room),
  }
}

const cut = (letters: readonly string[], most: number): string =>
  letters.length > most ? `${letters.slice(0, most).join('')}…` : letters.join('')
