import * as z from 'zod'

/** All enumerated words are shorter; a longer text is none, and is not worth the work. */
const MAX_WORD = 64

/**
 * An enumerated word (a status, a message's type, a stream's name) as the backend compares it: in lower case by Unicode's
 * own rules, never those of the machine's language. Spaces stay: to the backend `" completed"` is no status [RUN-15].
 */
export const canonicalWord = (text: string): string => (text.length > MAX_WORD ? text : text.toLowerCase())

/** The same as a schema, for what is read from outside. */
export const word = z.string().transform(canonicalWord)
