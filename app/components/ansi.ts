import { styledLine } from '../../lib/run/log-text'
import type { TerminalStyle } from '../../lib/run/terminal-style'

/** A part of a log line in one style; `className` is empty for plain text. */
export interface Span {
  text: string
  className: string
}

/** After this many styles the rest of a line keeps the last one: a line full of colour codes must not become 10,000 elements. */
const MAX_SPANS = 500

/** Splits a log line into spans, styled with the page's own classes [SAFE-4]. */
export function parseAnsi(line: string): Span[] {
  const spans: Span[] = []
  for (const { text, style } of styledLine(line)) {
    const className = classOf(style)
    const last = spans.at(-1)
    if (last && (last.className === className || spans.length === MAX_SPANS)) last.text += text
    else spans.push({ text, className })
  }
  return spans
}

function classOf({ emphases, foreground, background }: TerminalStyle): string {
  const names = [...emphases].map(emphasis => `a-${emphasis}`)
  if (foreground !== null) names.push(`a-${foreground}`)
  if (background !== null) names.push(`a-bg-${background}`)
  return names.join(' ')
}
