import { terminalParts } from './terminal-text'

/**
 * The one place that makes texts from outside safe to display [SAFE-4.4]: no character in the result is invisible, looks like a
 * blank, or reorders the text beside it. Only displayed text passes here; stored data stays unchanged. A second pass changes
 * nothing, and a pass takes time in proportion to the text.
 */

/** Replaces a character that can't be seen. Control characters of ASCII and blanks have pictures of their own. */
const MARK = '\ufffd'
const BLANK_PICTURE = '\u2420'
/** The base for a combining mark that follows no letter. */
const NO_LETTER = '\u25cc'
const EMPTY = '(empty)'
/** At most this many different characters are named: a reader can't look for more of them. */
const MOST_NAMED = 5

const PICTOGRAPH = String.raw`\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}]?[\ufe0e\ufe0f]?`
/** Arabic letters that do not join the letter after them. */
const FINAL = String.raw`\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef`
const CURSIVE = String.raw`(?=\p{L})[\p{Script=Arabic}\p{Script=Syriac}]`
const LETTER = String.raw`(?!\p{Default_Ignorable_Code_Point})\p{L}`
const VISIBLE_MARK = String.raw`(?!\p{Default_Ignorable_Code_Point})\p{M}`
/** Marks that remove the vowel from the letter before them; a joiner or non-joiner after one shapes the cluster. */
const VIRAMA = String.raw`[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2]`
const MONGOLIAN = String.raw`(?=\p{L})\p{Script=Mongolian}`

/** Normal text that holds characters that can't be seen. */
const LEGAL = [
  // The three flags that are spelled with tags; emoji, also joined ones; keycaps.
  String.raw`\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}`,
  String.raw`${PICTOGRAPH}(?:\u200d${PICTOGRAPH})*`,
  String.raw`[0-9#*]\ufe0f?\u20e3`,
  // One selector after an ideograph or a Mongolian letter selects its shape.
  String.raw`[\ufe00-\ufe02\u{e0100}-\u{e01ef}](?<=\p{Script=Han}.)`,
  String.raw`[\u180b-\u180d\u180f](?<=${MONGOLIAN}.)`,
  String.raw`\u180e(?<=${MONGOLIAN}.)(?=${MONGOLIAN})`,
  // Joiners and non-joiners without which words are misspelled.
  String.raw`[\u200c\u200d](?<=${LETTER}(?:${VISIBLE_MARK})?${VIRAMA}.)`,
  String.raw`\u200d(?<=\u09b0.)(?=\u09cd)`,
  String.raw`\u200c(?<=(?![${FINAL}])${CURSIVE}.)(?=${CURSIVE})`,
].join('|')

/** The fifth and later combining marks on a letter count, too: they would cover other lines. */
const UNSEEN = [
  String.raw`[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]`,
  String.raw`[\u2028\u2029\u2800\ufff9-\ufffb\u{13430}-\u{1343f}\u{16fe4}\u{1d159}]`,
  String.raw`[\p{Mn}\p{Me}](?<=[\p{Mn}\p{Me}]{5})`,
].join('|')

const LEGAL_OR_UNSEEN = new RegExp(`(${LEGAL})|${UNSEEN}`, 'gu')
const NO_BASE = /(?<=^|[\n\t ])(?=\p{M})/gu
/** Blanks that a reader can overlook or mistake in a name: all except a single space between two other characters. */
const BLANK = /^ +|(?<! ) +$|(?<= ) +|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g
const PRINTABLE = /^[\x20-\x7e]*$/
const INTRODUCED = /[\u0007\u001b\u0090\u0098\u009b-\u009f]/

/**
 * The displayed form of a name, an id, a branch or an address: on one line. It also makes escape sequences visible, and blanks
 * that a reader could overlook.
 */
export function shownName(text: string): string {
  if (text === '') return EMPTY
  return disarmed(text, '').replace(BLANK, blanks => BLANK_PICTURE.repeat(blanks.length))
}

/** The displayed form of a sentence, an error or an answer: without escape sequences, with its lines and tabs. */
export function shownProse(text: string): string {
  return disarmed(withoutSequences(text).replaceAll('\r\n', '\n'), '\n\t')
}

/** The displayed form of a part of a log line: on one line, with its tabs. @param kept the control characters that stay */
export const shownLinePart = (text: string, kept = '\t'): string => disarmed(text, kept)

/** The characters that `shownName` makes visible, such as `U+202E`: each once, at most `MOST_NAMED`, then `…`. */
export function unseenIn(text: string): string[] {
  if (PRINTABLE.test(text) && text.search(BLANK) < 0) return []
  const found = new Set<string>()
  for (const [character, legal] of text.matchAll(LEGAL_OR_UNSEEN)) if (legal === undefined) found.add(character)
  for (const [blank] of text.matchAll(BLANK)) found.add(blank.charAt(0))
  const named = [...found].slice(0, MOST_NAMED).map(codeOf)
  return found.size > MOST_NAMED ? [...named, '…'] : named
}

/** The name of a downloaded file: only letters, digits, `.`, `-` and `_`, and short enough for any file system [SAFE-2]. */
export const fileName = (parts: readonly (string | null)[], extension: string): string =>
  parts
    .filter(part => part !== null)
    .join('.')
    .replace(/[^\w.-]/g, '_')
    .replace(/^\.|^$/, '_')
    .slice(0, 200) + extension

function disarmed(text: string, kept: string): string {
  if (PRINTABLE.test(text)) return text
  return text
    .replace(LEGAL_OR_UNSEEN, (found: string, legal: string | undefined) =>
      legal !== undefined || kept.includes(found) ? found : picture(found),
    )
    .replace(NO_BASE, NO_LETTER)
}

function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : MARK
}

function withoutSequences(text: string): string {
  if (!INTRODUCED.test(text)) return text
  let visible = ''
  for (const { kind, from, to } of terminalParts(text)) if (kind === 'text') visible += text.slice(from, to)
  return visible
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
