/** The styles that a terminal text may have, and how SGR sequences change them [SAFE-4.3]. */

export type Hue = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white'
export type Emphasis = 'bold' | 'dim' | 'italic' | 'underline' | 'inverse' | 'strike' | 'overline'

export interface TerminalStyle {
  readonly emphases: ReadonlySet<Emphasis>
  readonly foreground: Hue | null
  readonly background: Hue | null
}

export const plainStyle: TerminalStyle = { emphases: new Set(), foreground: null, background: null }

const HUES: readonly Hue[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** 5, 6 (blink) and 8 (conceal) have no effect: text must stay visible and must not blink. All kinds of underline look alike. */
const ON = new Map<number, Emphasis>([
  [1, 'bold'],
  [2, 'dim'],
  [3, 'italic'],
  [4, 'underline'],
  [7, 'inverse'],
  [9, 'strike'],
  [21, 'underline'],
  [53, 'overline'],
])
const OFF = new Map<number, readonly Emphasis[]>([
  [22, ['bold', 'dim']],
  [23, ['italic']],
  [24, ['underline']],
  [27, ['inverse']],
  [29, ['strike']],
  [55, ['overline']],
])

/** A code of an SGR sequence, with the parts that colons add to it; null for each that is no number. */
type Parameter = readonly [code: number | null, ...parts: (number | null)[]]

interface Changing {
  emphases: Set<Emphasis>
  foreground: Hue | null
  background: Hue | null
}

/**
 * The style after one SGR sequence with these parameters, such as `1;38;5;9` or `4:3`. An unknown or malformed parameter changes
 * nothing, and only the parameters that belong to it are skipped.
 */
export function styleAfter(style: TerminalStyle, parameters: string): TerminalStyle {
  const changing: Changing = { ...style, emphases: new Set(style.emphases) }
  const all = parameters.split(';').map(parameterOf)
  let at = 0
  while (at < all.length) at += applyAt(changing, all, at)
  return changing
}

function parameterOf(text: string): Parameter {
  const [code = '', ...parts] = text.split(':')
  return [numberOf(code), ...parts.map(numberOf)]
}

/** An empty parameter is 0, as in `ESC[m`. A number of more than nine digits has no meaning. */
const numberOf = (text: string): number | null => (/^\d{0,9}$/.test(text) ? Number(text) : null)

/** Applies the parameter at `at`; returns how many parameters it used. */
function applyAt(style: Changing, all: readonly Parameter[], at: number): number {
  const [code, ...parts] = all[at] ?? [null]
  if (code === 38 || code === 48 || code === 58) {
    const { hue, taken } = parts.length > 0 ? { hue: hueOfParts(parts), taken: 1 } : hueAfter(all, at + 1)
    if (code === 38) style.foreground = hue ?? style.foreground
    else if (code === 48) style.background = hue ?? style.background
    return taken
  }
  if (code === 4 && parts.length === 1) underline(style, parts[0] ?? null)
  else if (code !== null && parts.length === 0) applyCode(style, code)
  return 1
}

/** `4:0` is none, `4:1` to `4:5` are single, double, curly, dotted and dashed. */
function underline({ emphases }: Changing, kind: number | null): void {
  if (kind === 0) emphases.delete('underline')
  else if (kind !== null && kind <= 5) emphases.add('underline')
}

function applyCode(style: Changing, code: number): void {
  const on = ON.get(code)
  if (on !== undefined) style.emphases.add(on)
  for (const off of OFF.get(code) ?? []) style.emphases.delete(off)
  if (code === 0) {
    style.emphases.clear()
    style.foreground = style.background = null
  } else if (code === 39) style.foreground = null
  else if (code === 49) style.background = null
  else {
    const hue = HUES[code % 10]
    const tens = Math.floor(code / 10)
    if (hue !== undefined && (tens === 3 || tens === 9)) style.foreground = hue
    if (hue !== undefined && (tens === 4 || tens === 10)) style.background = hue
  }
}

/**
 * The colour in the parameters from `from` on, `5;n` or `2;r;g;b`, and how many parameters it used, with the code before it. A
 * colour that is cut off or of an unknown kind uses all parameters that follow, because its end is not known.
 */
function hueAfter(all: readonly Parameter[], from: number): { hue: Hue | null; taken: number } {
  const first = all[from]
  // The colour follows a `;` but has colons itself.
  if (first !== undefined && first.length > 1) return { hue: hueOfParts(first), taken: 2 }
  const length = first?.[0] === 5 ? 2 : first?.[0] === 2 ? 4 : null
  if (length === null || from + length > all.length) return { hue: null, taken: all.length - from + 1 }
  const numbers = all.slice(from, from + length).map(parameter => (parameter.length === 1 ? parameter[0] : null))
  return { hue: first?.[0] === 5 ? indexedHue(numbers[1]) : nearestHue(numbers.slice(1)), taken: length + 1 }
}

/** The colour in the parts of one parameter: `5:n`, `2:r:g:b`, or `2:colourspace:r:g:b`; parts after these are ignored. */
function hueOfParts([kind, ...parts]: readonly (number | null)[]): Hue | null {
  if (kind === 5) return indexedHue(parts[0])
  if (kind !== 2) return null
  return nearestHue(parts.length > 3 ? parts.slice(1, 4) : parts)
}

function indexedHue(index: number | null | undefined): Hue | null {
  if (index === null || index === undefined || index > 255) return null
  if (index < 16) return HUES[index % 8] ?? null
  if (index >= 232) return index < 244 ? 'black' : 'white'
  const cube = index - 16
  return nearestHue([Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51])
}

/** The nearest of the eight hues to red, green and blue, each of 0 to 255. */
function nearestHue(colour: readonly (number | null | undefined)[]): Hue | null {
  const [r, g, b] = colour.map(part => (part === null || part === undefined || part > 255 ? NaN : part))
  if (r === undefined || g === undefined || b === undefined || Number.isNaN(r + g + b)) return null
  const [low, high] = [Math.min(r, g, b), Math.max(r, g, b)]
  if (high - low < 32) return high < 128 ? 'black' : 'white'
  const middle = (low + high) / 2
  return HUES[(r > middle ? 1 : 0) + (g > middle ? 2 : 0) + (b > middle ? 4 : 0)] ?? null
}
