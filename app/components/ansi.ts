import { styledLine } from '../../lib/run/log-text'
import type { TerminalStyle } from '../../lib/run/terminal-style'

/** A stretch of a log line in one style; `className` is empty where it is plain. */
export interface Span {
  text: string
  className: string
}

/** Beyond this many styles a line goes on in its last one: a line of colour codes must not become 10,000 elements. */
const MAX_SPANS = 500

/** Splits a log line into spans, in the classes of the page [SAFE-4]. */
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
