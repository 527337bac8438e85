/**
 * The one reader of terminal text [SAFE-4.1]. It separates the characters that a terminal shows from the sequences that control
 * it. It covers ECMA-48 in its 7-bit and its 8-bit forms. It never throws, and takes time in proportion to the text.
 */

/** A part of a text, from `from` up to but not including `to`; all parts together are the whole text. */
export type TerminalPart =
  /** Shown unchanged. It includes control characters that are no part of a complete sequence. */
  | { kind: 'text'; from: number; to: number }
  /** A change of style: the parameters of an SGR sequence, digits, `;` and `:` only. */
  | { kind: 'style'; from: number; to: number; parameters: string }
  /** Any other complete sequence, or a bell: a terminal shows nothing of it. */
  | { kind: 'control'; from: number; to: number }

const [BEL, ESC, DCS, SOS, CSI, ST, OSC, PM, APC] = [0x07, 0x1b, 0x90, 0x98, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f]

/** Where a sequence may begin. */
const INTRODUCER = /[\u0007\u001b\u0090\u0098\u009b-\u009f]/g
/** Where a control string ends, or is cut off: a line break, a cancel, or the beginning of any other sequence. */
const STRING_STOP = /[\u0007\n\r\u0018\u001a\u001b\u0080-\u009f]/g

/** The 8-bit form of an introducer that follows an escape character. */
const EIGHT_BIT = new Map([
  ['[', CSI],
  [']', OSC],
  ['P', DCS],
  ['X', SOS],
  ['^', PM],
  ['_', APC],
])

/**
 * Reads a text part by part. A sequence that is cut off, by the end of its line or by another sequence, is text from its first
 * character on, so that it hides nothing.
 */
export function* terminalParts(source: string): Generator<TerminalPart, void> {
  let textFrom = 0
  let at = indexOf(INTRODUCER, source, 0)
  while (at < source.length) {
    const to = sequenceEnd(source, at)
    if (to !== null) {
      if (at > textFrom) yield { kind: 'text', from: textFrom, to: at }
      yield sequence(source, at, to)
      textFrom = to
    }
    at = indexOf(INTRODUCER, source, to ?? at + 1)
  }
  if (source.length > textFrom) yield { kind: 'text', from: textFrom, to: source.length }
}

function sequence(source: string, from: number, to: number): TerminalPart {
  const style = /^(?:\u001b\[|\u009b)([\d;:]*)m$/.exec(source.slice(from, to))
  return style ? { kind: 'style', from, to, parameters: style[1] ?? '' } : { kind: 'control', from, to }
}

/** The end (exclusive) of the sequence at `at`; null if it is not complete. */
function sequenceEnd(source: string, at: number): number | null {
  const code = source.charCodeAt(at)
  if (code !== ESC) return introducedEnd(source, code, at + 1)
  const introducer = EIGHT_BIT.get(source.charAt(at + 1))
  return introducer === undefined ? escapeEnd(source, at + 1) : introducedEnd(source, introducer, at + 2)
}

function introducedEnd(source: string, introducer: number, from: number): number | null {
  if (introducer === BEL || introducer === ST) return from
  return introducer === CSI ? controlEnd(source, from) : stringEnd(source, introducer, from)
}

/** After ESC: intermediate characters and a final one. With a space, only the few sequences that exist. */
function escapeEnd(source: string, from: number): number | null {
  if (source[from] === ' ') return 'FGLMN'.includes(source.charAt(from + 1) || ' ') ? from + 2 : null
  const at = skip(source, from, 0x21, 0x2f)
  return inRange(source, at, 0x30, 0x7e) ? at + 1 : null
}

/** After CSI: parameters, intermediate characters and a final one. */
function controlEnd(source: string, from: number): number | null {
  const at = skip(source, skip(source, from, 0x30, 0x3f), 0x20, 0x2f)
  return inRange(source, at, 0x40, 0x7e) ? at + 1 : null
}

/** After OSC, DCS, SOS, PM or APC: any text up to the string terminator; a bell also ends an OSC. */
function stringEnd(source: string, introducer: number, from: number): number | null {
  let at = indexOf(STRING_STOP, source, from)
  while (source.charCodeAt(at) === BEL && introducer !== OSC) at = indexOf(STRING_STOP, source, at + 1)
  const code = source.charCodeAt(at)
  if (code === BEL || code === ST) return at + 1
  return code === ESC && source[at + 1] === '\\' ? at + 2 : null
}

/** The index of the next match of a global one-character pattern; the text's length if there is none. */
function indexOf(pattern: RegExp, source: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(source) ? pattern.lastIndex - 1 : source.length
}

function inRange(source: string, at: number, low: number, high: number): boolean {
  const code = source.charCodeAt(at)
  return code >= low && code <= high
}

function skip(source: string, from: number, low: number, high: number): number {
  let at = from
  while (inRange(source, at, low, high)) at += 1
  return at
}

/** A stretch of visible text, and its position in the source. */
export interface Stretch {
  /** Its index in the visible text. */
  at: number
  /** Its index in the source. */
  from: number
  length: number
}

/** The characters of a text that a terminal shows, unchanged. */
export interface VisibleText {
  text: string
  /** In their order, without gaps in `at`. */
  stretches: readonly Stretch[]
}

/** Finds the part of a text that a terminal shows, and the position of each of its characters in the source [SAFE-4.2]. */
export function visibleText(source: string): VisibleText {
  const stretches: Stretch[] = []
  let text = ''
  for (const { kind, from, to } of terminalParts(source)) {
    if (kind !== 'text') continue
    stretches.push({ at: text.length, from, length: to - from })
    text += source.slice(from, to)
  }
  return { text, stretches }
}

/**
 * The range in the source of the visible text from `start` up to `end`: with the sequences inside it, without those next to it
 * [SAFE-4.2]. `start` is before `end`, and both are within the text.
 */
export function sourceRange({ stretches }: VisibleText, start: number, end: number): { from: number; to: number } {
  return { from: sourceIndex(stretches, start), to: sourceIndex(stretches, end - 1) + 1 }
}

function sourceIndex(stretches: readonly Stretch[], index: number): number {
  let [low, high] = [0, stretches.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((stretches[middle]?.at ?? Infinity) <= index) low = middle
    else high = middle - 1
  }
  const stretch = stretches[low]
  return stretch === undefined ? index : stretch.from + index - stretch.at
}
