/** No run has a longer id, characters. */
export const LONGEST_RUN_ID = 200

/**
 * Whether a run can have this id: it must be one segment of a URL's path. Control characters break terminals and headers; half a
 * character can't be part of a URL.
 */
export const isRunId = (id: string): boolean =>
  id !== '' && id.length <= LONGEST_RUN_ID && id !== '.' && id !== '..' && !/[/\p{Cc}\p{Cs}]/u.test(id)
