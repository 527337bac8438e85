/** A simple fuzzy match for short lists of names [PAGE-9.2]. */

/** Points for a letter: right after the one before it, at the beginning of a word, anywhere else. */
const [NEXT, WORD, ANY] = [4, 3, 1]
/** Points for a text that holds what was typed as it is; more if it begins with it, and most if it is a whole word of it. */
const [AS_IT_IS, BEGINS, WHOLE_WORD] = [40, 20, 60]

/**
 * How well a text fits what was typed: every word must be found as it is, or by letters that begin words and go on in them. A higher
 * number fits better; null if it does not fit. Nothing typed fits everything equally.
 */
export function score(typed: string, text: string): number | null {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const within = text.toLowerCase()
  let sum = 0
  for (const word of words) {
    const points = pointsAsItIs(word, within) ?? pointsByLetters(word, within)
    if (points === null) return null
    sum += points
  }
  // Of two that fit equally, the shorter one is meant more likely.
  return words.length === 0 ? 0 : sum - within.length / 1_000
}

/** The points of the best place where the word stands as it is; null if it stands nowhere. */
function pointsAsItIs(word: string, within: string): number | null {
  let best: number | null = null
  for (let at = within.indexOf(word); at >= 0; at = within.indexOf(word, at + 1)) {
    const end = at + word.length
    const begins = isWordStart(within, at)
    const points =
      AS_IT_IS +
      word.length * NEXT +
      (at === 0 ? BEGINS : begins ? WORD : 0) +
      (begins && (end === within.length || isGap(within.charAt(end))) ? WHOLE_WORD : 0)
    best = Math.max(best ?? 0, points)
  }
  return best
}

/**
 * The points of letters that are scattered. Each begins a word, or stands in the word of the one before it: letters from anywhere fit
 * almost every long name.
 */
function pointsByLetters(word: string, within: string): number | null {
  /** The most points of the letters so far whose last one stands at the place. */
  let reached: ReadonlyMap<number, number> = new Map()
  for (const [index, letter] of Array.from(word).entries()) {
    const next = new Map<number, number>()
    let [anywhere, inThisWord, last] = [-Infinity, -Infinity, -Infinity]
    for (let at = 0; at < within.length; at += 1) {
      const begins = isWordStart(within, at)
      if (begins) inThisWord = -Infinity
      if (within.startsWith(letter, at)) {
        const before = index === 0 ? 0 : anywhere
        const points = Math.max(begins ? before + WORD : -Infinity, inThisWord + ANY, last + NEXT)
        if (points > 0) next.set(at, points)
      }
      last = reached.get(at) ?? -Infinity
      anywhere = Math.max(anywhere, last)
      inThisWord = Math.max(inThisWord, last)
    }
    if (next.size === 0) return null
    reached = next
  }
  return Math.max(...reached.values())
}

const isGap = (letter: string): boolean => /[\s\-_/.:#]/.test(letter)

const isWordStart = (text: string, at: number): boolean => at === 0 || isGap(text.charAt(at - 1))

/** The items that fit, the best first; equals stay in their order. At most `most`. */
export function bestOf<T extends { text: string }>(typed: string, items: readonly T[], most: number): T[] {
  return items
    .flatMap(item => {
      const points = score(typed, item.text)
      return points === null ? [] : [{ item, points }]
    })
    .sort((a, b) => b.points - a.points)
    .slice(0, most)
    .map(({ item }) => item)
}
