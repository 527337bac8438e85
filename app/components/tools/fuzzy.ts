/** A simple fuzzy match for short lists of names [PAGE-9.2]. */

/** Points for a letter: right after the one before it, at the beginning of a word, anywhere. */
const [NEXT, WORD, ANY] = [4, 3, 1]
/** Points for a name that contains what was typed as it is, and more if it begins with it. */
const [WHOLE, BEGINS] = [40, 20]

/**
 * How well a text fits what was typed: every word must be found, its letters in order. A higher number fits better; null if it does
 * not fit. Nothing typed fits everything equally.
 */
export function score(typed: string, text: string): number | null {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const within = text.toLowerCase()
  let sum = 0
  for (const word of words) {
    const points = scoreOfWord(word, within)
    if (points === null) return null
    sum += points
  }
  // Of two that fit equally, the shorter one is meant more likely.
  return words.length === 0 ? 0 : sum - within.length / 1_000
}

function scoreOfWord(word: string, within: string): number | null {
  const at = within.indexOf(word)
  if (at >= 0) return WHOLE + word.length * NEXT + (at === 0 ? BEGINS : isWordStart(within, at) ? WORD : 0)
  let [sum, from, last] = [0, 0, -2]
  for (const letter of word) {
    const found = within.indexOf(letter, from)
    if (found < 0) return null
    sum += found === last + 1 ? NEXT : isWordStart(within, found) ? WORD : ANY
    last = found + letter.length - 1
    from = found + letter.length
  }
  return sum
}

const isWordStart = (text: string, at: number): boolean => at === 0 || /[\s\-_/.:#]/.test(text.charAt(at - 1))

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
