import * as z from 'zod'

/** No enumerated word is longer, characters; a longer text stays unchanged. */
const MAX_WORD = 64

/**
 * An enumerated word (a status, a message's type, a stream's name) in the form in which the backend compares it: in lower case
 * by Unicode's own rules, never by those of the machine's language. Spaces stay: for the backend, `" completed"` is no status
 * [RUN-15].
 */
export const canonicalWord = (text: string): string => (text.length > MAX_WORD ? text : text.toLowerCase())

/** The same as a schema, for data from outside. */
export const word = z.string().transform(canonicalWord)
