import type { LogLine } from '../../../lib/run/model'
import type { Matcher, Stretch } from '../../../lib/run/text/text-matcher'
import { parseAnsi, type Span } from '../ansi'
import { linksIn } from './links'

/** A line of more visual lines shows the further line breaks as pictures: a row has to stay of a bounded height [SAFE-5]. */
export const MOST_BREAKS = 200

/** A line's text without escape sequences, and its styled parts. Line breaks and carriage returns in it are kept. */
export interface ParsedLine {
  readonly spans: readonly Span[]
  readonly plain: string
}

const parsed = new WeakMap<LogLine, ParsedLine>()

/** Parses a line once. */
export function parsedLine(line: LogLine): ParsedLine {
  const known = parsed.get(line)
  if (known !== undefined) return known
  const spans = parseAnsi(line.text.replaceAll('\r\n', '\n').replace(/\n$/, ''), '\t\n\r')
  const result = { spans, plain: spans.map(span => span.text).join('') }
  parsed.set(line, result)
  return result
}

/** How many visual lines a line has where none wraps. */
export function heightOf({ text }: LogLine): number {
  let height = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1)) {
    height += 1
    if (height >= MOST_BREAKS) break
  }
  return height
}

/** A part of a line that is shown in one way. `link`: where it leads, the same object for all parts of one link. */
export interface Piece extends Span {
  match: boolean
  link: Link | null
}

export interface Link extends Stretch {
  readonly href: string
}

/**
 * The states that a progress bar had before its last one: each was overwritten by a carriage return in the same visual line.
 * A return that nothing follows overwrites nothing.
 */
export function earlierStates(plain: string): Stretch[] {
  if (!plain.includes('\r')) return []
  return [...plain.matchAll(/[^\n]+/g)].flatMap(({ 0: text, index }) => {
    let last = text.length
    while (text[last - 1] === '\r') last -= 1
    const end = last === 0 ? -1 : text.lastIndexOf('\r', last - 1)
    return end < 0 ? [] : [{ from: index, to: index + end + 1 }]
  })
}

/**
 * Splits a line into pieces: at each change of style, each match and each link.
 * @param isWhole the earlier states of a progress bar are shown, too
 */
export function piecesOf({ spans, plain }: ParsedLine, matcher: Matcher | null, isWhole: boolean): Piece[] {
  const matches = matcher?.places(plain) ?? []
  const links = linksIn(plain)
  const hidden = isWhole ? [] : earlierStates(plain)
  if (matches.length + links.length + hidden.length === 0)
    return shown(spans.map(span => ({ ...span, match: false, link: null })))
  const [matchAt, linkAt, hiddenAt] = [follow(matches), follow(links), follow(hidden)]
  const pieces: Piece[] = []
  let at = 0
  for (const { text, style } of spans) {
    const end = at + text.length
    for (let from = at; from < end;) {
      const [match, link, past] = [matchAt(from), linkAt(from), hiddenAt(from)]
      const to = Math.min(end, match.edge, link.edge, past.edge)
      if (past.inside === null)
        pieces.push({ text: text.slice(from - at, to - at), style, match: match.inside !== null, link: link.inside })
      from = to
    }
    at = end
  }
  return shown(pieces)
}

/** Finds the stretch at a place, and where that changes next. Places are asked for in ascending order. */
function follow<T extends Stretch>(stretches: readonly T[]) {
  let next = 0
  return (at: number): { inside: T | null; edge: number } => {
    while ((stretches[next]?.to ?? Infinity) <= at) next += 1
    const stretch = stretches[next]
    if (stretch === undefined) return { inside: null, edge: Infinity }
    return stretch.from <= at ? { inside: stretch, edge: stretch.to } : { inside: null, edge: stretch.from }
  }
}

/** Makes the control characters that are left visible. */
function shown(pieces: Piece[]): Piece[] {
  let breaks = 0
  return pieces.map(piece => {
    if (!/[\r\n]/.test(piece.text)) return piece
    const text = piece.text.replaceAll('\r', '␍').replaceAll('\n', () => ((breaks += 1) < MOST_BREAKS ? '\n' : '␊'))
    return { ...piece, text }
  })
}
