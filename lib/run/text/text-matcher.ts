/** The longest text or pattern that can be searched for, characters. */
export const LONGEST_SOUGHT = 256

/** A part of a text: from its first character to before the one at `to`. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Finds something in the displayed text of a line. The page and the server use the same one, so they find the same. */
export interface Matcher {
  finds(text: string): boolean
  /** All places, in order. */
  places(text: string): Stretch[]
  /** The number of characters at the beginning of a line that it looks at. */
  readonly reach: number
}

/** Finds a text in any letter case. Null if the text is empty. */
export function textMatcher(sought: string): Matcher | null {
  if (sought === '') return null
  const expression = new RegExp(sought.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu')
  return {
    finds: text => text.search(expression) >= 0,
    places: text =>
      [...text.matchAll(expression)].map(({ 0: found, index }) => ({ from: index, to: index + found.length })),
    reach: Infinity,
  }
}
