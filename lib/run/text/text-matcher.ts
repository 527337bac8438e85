/** The longest text that can be searched for, characters. */
export const LONGEST_SOUGHT = 256

/**
 * Finds a text in any letter case, each of its places with `g`. The page and the server search with the same expression, so they
 * find the same. Null if the text is empty.
 */
export function matcherOf(sought: string): RegExp | null {
  return sought === '' ? null : new RegExp(sought.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu')
}
