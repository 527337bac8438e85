/** The clock in which a time is written: `utc`, or the IANA name of a zone. */
export type Zone = string

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** How many zones are cached, and how many hours of one zone. */
const MOST_ZONES = 64
const MOST_HOURS = 4_096
/** A time without a four-digit year is written in UTC. */
const FIRST = Date.parse('0001-01-02T00:00:00Z')
const LAST = Date.parse('9999-12-31T00:00:00Z')

interface Clock {
  format: Intl.DateTimeFormat
  /** The offset of each whole hour since 1970; null if it changes within the hour. */
  hours: Map<number, number | null>
}

const clocks = new Map<Zone, Clock>()

/** Whether this machine can write times in a zone of this name. */
export function isKnownZone(name: string): boolean {
  if (!/^[A-Za-z0-9_+\-/:]{1,64}$/.test(name)) return false
  try {
    clockOf(name)
    return true
  } catch {
    // A zone that this machine's database lacks.
    return false
  }
}

/** How far the clock of a zone is ahead of UTC at a moment, ms. */
export function offsetAt(at: number, zone: Zone): number {
  // This also covers an `at` that is not a number.
  if (zone === 'utc' || !(at >= FIRST && at <= LAST)) return 0
  const { format, hours } = clockOf(zone)
  const hour = Math.floor(at / HOUR)
  const known = hours.get(hour)
  if (known !== undefined) return known ?? measured(at, format)
  if (hours.size >= MOST_HOURS) hours.clear()
  const first = measured(hour * HOUR, format)
  hours.set(hour, first === measured((hour + 1) * HOUR - 1_000, format) ? first : null)
  return hours.get(hour) ?? measured(at, format)
}

/** Whether the clock of the zone shows the same time at another moment too, because it was set back. */
export function isRepeated(at: number, zone: Zone): boolean {
  const offset = offsetAt(at, zone)
  return [at - DAY, at + DAY].some(near => {
    const other = offsetAt(near, zone)
    return other !== offset && offsetAt(at + offset - other, zone) === other
  })
}

/** The offset as ISO 8601 writes it, `+05:45`; `UTC` for that zone. */
export function offsetText(at: number, zone: Zone): string {
  if (zone === 'utc') return 'UTC'
  const offset = offsetAt(at, zone)
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** The moment as a date; its UTC fields are the fields of the zone's clock. */
export function zonedDate(at: number, zone: Zone): Date {
  return new Date(at + offsetAt(at, zone))
}

function clockOf(zone: Zone): Clock {
  const known = clocks.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  if (clocks.size >= MOST_ZONES) clocks.clear()
  const clock = { format, hours: new Map<number, number | null>() }
  clocks.set(zone, clock)
  return clock
}

function measured(at: number, format: Intl.DateTimeFormat): number {
  const fields = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of format.formatToParts(at))
    if (type in fields) Object.assign(fields, { [type]: Number(value) })
  const date = new Date(0)
  // Not `Date.UTC`: it reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(fields.year, fields.month - 1, fields.day)
  date.setUTCHours(fields.hour, fields.minute, fields.second)
  return date.getTime() - Math.floor(at / 1_000) * 1_000
}
