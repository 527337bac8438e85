import { styledLine } from '../../lib/run/text/log-text'
import type { TerminalStyle } from '../../lib/run/text/terminal-style'

/** A part of a log line in one style; `style` has a word for each property, as `bold red bg-blue`, and is empty for plain text. */
export interface Span {
  text: string
  style: string
}

/** After this many styles the rest of a line keeps the last one: a line full of colour codes must not become 10,000 elements. */
const MAX_SPANS = 500

/**
 * Splits a log line into spans, styled with words of the page's own [SAFE-4].
 * @param kept the control characters that are no part of a sequence and stay as they are; default: tabs
 */
export function parseAnsi(line: string, kept?: string): Span[] {
  const spans: Span[] = []
  for (const { text, style } of styledLine(line, kept)) {
    const words = wordsOf(style)
    const last = spans.at(-1)
    if (last && (last.style === words || spans.length === MAX_SPANS)) last.text += text
    else spans.push({ text, style: words })
  }
  return spans
}

function wordsOf({ emphases, foreground, background }: TerminalStyle): string {
  const words: string[] = [...emphases]
  if (foreground !== null) words.push(foreground)
  if (background !== null) words.push(`bg-${background}`)
  return words.join(' ')
}
