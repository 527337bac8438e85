/** Any text up to this length is parsed in a few ms, characters. */
const SHORT = 64 * 1024
const [QUOTE, COMMA, BACKSLASH, BRACKET, BRACE] = [34, 44, 92, 91, 123]

/**
 * Whether a JSON text holds more than `most` values [SAFE-5.5]: the time to parse it depends on their number, and little on the
 * length of strings. A short text is not counted. Takes a few ns a character.
 */
export function hasMoreValues(text: string, most: number): boolean {
  if (text.length <= SHORT) return false
  let values = 0
  let isInString = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isInString) {
      if (code === BACKSLASH) at += 1
      else if (code === QUOTE) isInString = false
    } else if (code === QUOTE) isInString = true
    else if (code === COMMA || code === BRACKET || code === BRACE) {
      values += 1
      if (values > most) return true
    }
  }
  return false
}
