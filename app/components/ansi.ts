/** A stretch of a log line in one style; `className` is empty where it is plain. */
export interface Span {
  text: string
  className: string
}

const ESC = '\u001b'
const BEL = '\u0007'
/** Beyond this many styles a line goes on in its last one: a line of colour codes must not become 10,000 elements. */
const MAX_SPANS = 500
const HUES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const FLAGS = new Map([
  [1, 'a-bold'],
  [2, 'a-dim'],
  [3, 'a-italic'],
  [4, 'a-underline'],
  [7, 'a-inverse'],
  [9, 'a-strike'],
])
/** Each code switches these flags off. 8 (conceal) and 5 (blink) are not honoured: text must stay visible and still. */
const FLAGS_OFF = new Map([
  [21, [1]],
  [22, [1, 2]],
  [23, [3]],
  [24, [4]],
  [27, [7]],
  [29, [9]],
])

interface Style {
  flags: Set<number>
  foreground: string | null
  background: string | null
}

const classOf = ({ flags, foreground, background }: Style): string =>
  [
    ...[...flags].sort().map(flag => FLAGS.get(flag)),
    foreground === null ? undefined : `a-${foreground}`,
    background === null ? undefined : `a-bg-${background}`,
  ]
    .filter(name => name !== undefined)
    .join(' ')

/**
 * Splits a log line into styled spans [SAFE-4]. Only colours and text styles (SGR) have an effect; every other complete
 * sequence (cursor moves, titles, links) is dropped, and whatever is incomplete or a control character is shown, so that
 * nothing a line holds can hide the rest of it.
 */
export function parseAnsi(line: string): Span[] {
  const spans: Span[] = []
  const style: Style = { flags: new Set(), foreground: null, background: null }
  let className = ''
  const push = (text: string) => {
    if (text === '') return
    const last = spans.at(-1)
    if (last && (last.className === className || spans.length === MAX_SPANS)) last.text += text
    else spans.push({ text, className })
  }

  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  let at = 0
  while (at < text.length) {
    const escape = text.indexOf(ESC, at)
    push(visible(text.slice(at, escape < 0 ? text.length : escape)))
    if (escape < 0) break
    const end = sequenceEnd(text, escape)
    if (end === null) push('\u241b')
    else if (text[escape + 1] === '[' && text[end - 1] === 'm') {
      apply(style, text.slice(escape + 2, end - 1))
      className = classOf(style)
    }
    at = end ?? escape + 1
  }
  return spans
}

/** Where the escape sequence at `start` ends (exclusive), or null where it is not a complete one. */
function sequenceEnd(text: string, start: number): number | null {
  const introducer = text[start + 1]
  if (introducer === undefined) return null
  if (introducer === '[') {
    let at = skip(text, start + 2, 0x30, 0x3f)
    at = skip(text, at, 0x20, 0x2f)
    return inRange(text, at, 0x40, 0x7e) ? at + 1 : null
  }
  if (']PX^_'.includes(introducer)) {
    for (let at = start + 2; at < text.length; at += 1) {
      if (text[at] === BEL) return at + 1
      if (text[at] === ESC) return text[at + 1] === '\\' ? at + 2 : null
    }
    return null
  }
  const at = skip(text, start + 1, 0x20, 0x2f)
  return inRange(text, at, 0x30, 0x7e) ? at + 1 : null
}

function inRange(text: string, at: number, from: number, to: number): boolean {
  const code = text.charCodeAt(at)
  return code >= from && code <= to
}

function skip(text: string, from: number, low: number, high: number): number {
  let at = from
  while (inRange(text, at, low, high)) at += 1
  return at
}

/** Makes control characters visible and takes the power from those that reorder text. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, character => {
    const code = character.charCodeAt(0)
    if (code === 0x09) return character
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\ufffd'
  })
}

/** Applies the parameters of one SGR sequence. Unknown and malformed ones change nothing. */
function apply(style: Style, parameters: string): void {
  if (!/^[\d;:]*$/.test(parameters)) return
  const codes = parameters.split(';')
  for (let at = 0; at < codes.length; at += 1) {
    const own = (codes[at] ?? '').split(':')
    const code = Number(own[0] ?? '')
    if (code === 38 || code === 48) {
      const nested = own.length > 1
      const rest = nested ? own.slice(1) : codes.slice(at + 1)
      const { hue, used } = extendedHue(rest, nested)
      if (code === 38) style.foreground = hue ?? style.foreground
      else style.background = hue ?? style.background
      if (!nested) at += used
    } else applyCode(style, code)
  }
}

function applyCode(style: Style, code: number): void {
  if (code === 0) {
    style.flags.clear()
    style.foreground = null
    style.background = null
  } else if (FLAGS.has(code)) style.flags.add(code)
  else if (FLAGS_OFF.has(code)) for (const flag of FLAGS_OFF.get(code) ?? []) style.flags.delete(flag)
  else if (code === 39) style.foreground = null
  else if (code === 49) style.background = null
  else {
    const hue = HUES[code % 10]
    const tens = Math.floor(code / 10)
    if (hue !== undefined && (tens === 3 || tens === 9)) style.foreground = hue
    if (hue !== undefined && (tens === 4 || tens === 10)) style.background = hue
  }
}

/** The nearest of the eight hues to what follows 38 or 48: `5;n` or `2;r;g;b`, and how many parameters that took. */
function extendedHue(rest: string[], nested: boolean): { hue: string | null; used: number } {
  const numbers = rest.map(Number)
  if (numbers[0] === 5) return { hue: indexedHue(numbers[1] ?? NaN), used: 2 }
  if (numbers[0] !== 2) return { hue: null, used: rest.length }
  const [r = NaN, g = NaN, b = NaN] = nested ? numbers.slice(-3) : numbers.slice(1, 4)
  return { hue: nearestHue(r, g, b), used: 4 }
}

function indexedHue(index: number): string | null {
  if (!(index >= 0 && index <= 255)) return null
  if (index < 16) return HUES[index % 8] ?? null
  if (index >= 232) return index < 244 ? 'black' : 'white'
  const cube = index - 16
  return nearestHue(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51)
}

function nearestHue(r: number, g: number, b: number): string | null {
  const [low, high] = [Math.min(r, g, b), Math.max(r, g, b)]
  if (Number.isNaN(low + high)) return null
  if (high - low < 32) return high < 128 ? 'black' : 'white'
  const middle = (low + high) / 2
  return HUES[(r > middle ? 1 : 0) + (g > middle ? 2 : 0) + (b > middle ? 4 : 0)] ?? null
}
