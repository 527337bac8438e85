const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

/** Whether a text is an instant, ISO 8601 with its offset from UTC: the same on each machine, whatever its zone. */
export const isInstant = (text: string): boolean => INSTANT.test(text) && Number.isFinite(Date.parse(text))
