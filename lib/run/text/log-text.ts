import { shownLinePart } from './display-text'
import { plainStyle, styleAfter, type TerminalStyle } from './terminal-style'
import { terminalParts } from './terminal-text'

/** A displayed stretch of a log line in one style. */
export interface StyledText {
  text: string
  style: TerminalStyle
}

/**
 * The displayed form of a log line, on the page and in a download [SAFE-4.35]: its colours and text styles apply, every other
 * complete sequence is dropped, and cut sequences and characters that can't be seen are made visible.
 * @param kept the control characters that are no part of a sequence and stay as they are
 */
export function styledLine(line: string, kept?: string): StyledText[] {
  const source = line.endsWith('\r') ? line.slice(0, -1) : line
  const shown: StyledText[] = []
  let style = plainStyle
  for (const part of terminalParts(source)) {
    if (part.kind === 'style') style = styleAfter(style, part.parameters)
    else if (part.kind === 'text') shown.push({ text: shownLinePart(source.slice(part.from, part.to), kept), style })
  }
  return shown
}

/** The displayed text of a log line without its styles, as a download holds it. */
export const plainLine = (line: string): string =>
  PLAIN.test(line)
    ? line
    : styledLine(line)
        .map(({ text }) => text)
        .join('')

/** Most lines are plain already, and searches read hundreds of thousands of them. */
const PLAIN = /^[\x20-\x7e]*$/
