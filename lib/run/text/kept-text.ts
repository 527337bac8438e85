import * as z from 'zod'
import { hash } from '../hash'

/**
 * How much is kept of a text from outside, in characters of UTF-16, for every source: thousands of texts of each kind are kept,
 * and every page gets them [SAFE-5.1]. No kept text holds half a character. Cutting a kept text again changes nothing.
 */

/** The longest id or name. */
export const LONGEST_NAME = 256
/** The longest branch, path, name of a container or image. */
export const LONGEST_PATH = 1_024
/** The longest error. */
export const LONGEST_ERROR = 16 * 1024
/** The longest note of an operator. */
export const LONGEST_NOTE = 500
/** The longest line. */
export const LONGEST_LINE = 64 * 1024

/**
 * Shortens a longer text to its beginning, its length and a digest. So two different texts stay different, unless someone forges
 * one, and the same text always gives the same result.
 */
function shortened(text: string, longest: number): string {
  const whole = text.toWellFormed()
  if (whole.length <= longest) return whole
  const mark = `… (${String(whole.length)} characters, ${hash(whole).toString(36)})`
  return whole.slice(0, longest - mark.length).toWellFormed() + mark
}

export const shortName = (text: string): string => shortened(text, LONGEST_NAME)
export const shortPath = (text: string): string => shortened(text, LONGEST_PATH)

/** Cuts a longer text; its end then says how many characters were cut. */
export function cutText(text: string, longest: number): string {
  const whole = text.toWellFormed()
  const more = ' more characters cut'
  const left = longest - more.length - 12
  return whole.length <= longest ? whole : `${whole.slice(0, left).toWellFormed()} … ${whole.length - left}${more}`
}

/** The same functions as parts of a schema. */
export const keptName = z.string().transform(shortName)
export const keptPath = z.string().transform(shortPath)
export const keptError = z.string().transform(text => cutText(text, LONGEST_ERROR))
export const keptNote = z.string().transform(text => cutText(text, LONGEST_NOTE))
/** The bound has room for the note at the end of a line that was already cut. */
export const keptLine = z.string().transform(text => cutText(text, LONGEST_LINE + 64))
