import * as z from 'zod'
import { hash } from './hash'

/**
 * How much is kept of a text from outside, in characters of UTF-16, wherever it comes in: thousands of each kind are kept, and
 * they reach every page [SAFE-5.1]. None holds half a character. To do it again changes nothing.
 */

/** Of an id or a name. */
export const LONGEST_NAME = 256
/** Of a branch, a path, a container's name or its image. */
export const LONGEST_PATH = 1_024
/** Of an error. */
export const LONGEST_ERROR = 16 * 1024
/** Of a line. */
export const LONGEST_LINE = 64 * 1024

/**
 * A longer text keeps its beginning, its length and a digest: so two that differ stay different, but for a forger's, and one
 * that comes again is known again.
 */
function shortened(text: string, longest: number): string {
  const whole = text.toWellFormed()
  if (whole.length <= longest) return whole
  const mark = `… (${String(whole.length)} characters, ${hash(whole).toString(36)})`
  return whole.slice(0, longest - mark.length).toWellFormed() + mark
}

export const shortName = (text: string): string => shortened(text, LONGEST_NAME)
export const shortPath = (text: string): string => shortened(text, LONGEST_PATH)

/** A longer text says at its end how much of it is gone. */
export function cutText(text: string, longest: number): string {
  const whole = text.toWellFormed()
  const more = ' more characters cut'
  const left = longest - more.length - 12
  return whole.length <= longest ? whole : `${whole.slice(0, left).toWellFormed()} … ${whole.length - left}${more}`
}

/** The same as parts of a schema. */
export const keptName = z.string().transform(shortName)
export const keptPath = z.string().transform(shortPath)
export const keptError = z.string().transform(text => cutText(text, LONGEST_ERROR))
/** With room for what says at its end how much is cut. */
export const keptLine = z.string().transform(text => cutText(text, LONGEST_LINE + 64))
