/**
 * A moment as the backend stamps it: to the nanosecond, in two exact integers, because a double of nanoseconds since
 * 1970 is not exact and two messages are often only microseconds apart [RUN-4].
 */
export interface Instant {
  /** Milliseconds since 1970. */
  ms: number
  /** Nanoseconds within that millisecond, 0 to 999,999. */
  ns: number
}

const STAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?\s?(Z|[+-]\d{2}:?\d{2})$/i

/** Reads an RFC 3339 time with 0 to 12 fraction digits; null if the text is no such time. */
export function parseInstant(text: string): Instant | null {
  const match = STAMP.exec(text)
  if (!match) return null
  const [, date, clock, fraction = '', zone = 'Z'] = match
  const seconds = Date.parse(`${date}T${clock}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`)
  if (Number.isNaN(seconds)) return null
  const nanos = Number(fraction.padEnd(9, '0').slice(0, 9))
  return { ms: seconds + Math.floor(nanos / 1_000_000), ns: nanos % 1_000_000 }
}

/** How many digits a stamp's seconds have after the point: with fewer than six, two messages may share a stamp [RUN-2]. */
export function fractionDigits(text: string): number {
  return STAMP.exec(text)?.[3]?.length ?? 0
}

/** Negative if `a` is earlier. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.ms - b.ms || a.ns - b.ns
}

/** Milliseconds since 1970 as ISO 8601 UTC; null stays null. */
export function iso(ms: number): string
export function iso(ms: number | null): string | null
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

const OFFSET_THAT_COUNTS = 2_000

/** The difference of two clocks, ms; 0 up to 2 s, which may only be the network's delay [RUN-7]. */
export const offsetThatCounts = (offset: number | null): number =>
  offset !== null && Math.abs(offset) > OFFSET_THAT_COUNTS ? offset : 0

/** How long the message of an end may take to arrive, ms. */
const UNDER_WAY = 500

/**
 * How long a run has taken, ms, never negative; 0 before it began [RUN-7]. While the run goes on, the result stays a moment
 * behind. So it never decreases when the run's end arrives a moment late or is stamped in whole seconds.
 * @param now the server's clock, ms
 */
export function elapsed(
  run: { startedAt: string | null; endedAt: string | null; clockOffset: number },
  now: number,
): number {
  if (run.startedAt === null) return 0
  const begun = Date.parse(run.startedAt)
  if (run.endedAt !== null) return Math.max(0, Date.parse(run.endedAt) - begun)
  const untold = UNDER_WAY + (begun % 1_000 === 0 ? 1_000 : 0)
  return Math.max(0, now - run.clockOffset - untold - begun)
}
