import { isRepeated, offsetText, zonedDate, type Zone } from './zone'

const two = (value: number) => String(value).padStart(2, '0')
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Seconds as `HH:MM:SS`; hours grow beyond two digits, negative time becomes zero [RUN-7]. */
export function elapsedText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** How long a batch took: `04:10`, or `1:04:21` from an hour on. */
export function tookText(seconds: number): string {
  const text = elapsedText(seconds)
  return text.startsWith('00:') ? text.slice(3) : text.replace(/^0/, '')
}

/** An age in its two largest units, for example `38 s`, `11 min 20 s`, `1 h 04 min`, `3 d 4 h`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (minutes === 0) return `${seconds} s`
  if (hours === 0) return `${minutes} min ${seconds % 60} s`
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/**
 * The time of day, `HH:MM:SS`. It has an offset, as in `02:30:00 +02:00`, if the clock of the zone was set back and shows this time
 * twice [PAGE-1.2].
 */
export function clockText(at: number, zone: Zone): string {
  return withOffset(secondsText(at, zone), at, zone)
}

/** The time of day to the millisecond, `HH:MM:SS.mmm`, as a log shows it; with the offset in the same cases as `clockText`. */
export function preciseClockText(at: number, zone: Zone): string {
  return withOffset(millisecondsText(at, zone), at, zone)
}

/** The day, the time to the millisecond and the offset: `2026-10-25 02:30:00.000 +02:00`, or `… UTC` [PAGE-1.1]. */
export function fullText(at: number, zone: Zone): string {
  return `${dateText(at, zone)} ${millisecondsText(at, zone)} ${offsetText(at, zone)}`
}

/** A moment in full: on the reader's clock, with the zone's name, and in UTC. */
export function momentText(at: number, zone: Zone): string {
  return zone === 'utc' ? fullText(at, zone) : `${fullText(at, zone)} (${zone}), ${fullText(at, 'utc')}`
}

/** Whether both moments fall on one calendar day of that zone. */
export function sameDay(a: number, b: number, zone: Zone): boolean {
  return dayNumber(a, zone) === dayNumber(b, zone)
}

/** Counts the calendar days of a zone. */
export const dayNumber = (at: number, zone: Zone): number => Math.floor(zonedDate(at, zone).getTime() / 86_400_000)

/** Whether a text is a calendar day, `2026-11-23`. */
export const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/** The calendar day of a moment, `2026-11-23`. */
export const isoDay = (at: number, zone: Zone): string => dateText(at, zone)

/** The day, `23 Nov`, with the year if it differs from the year of `now`. */
export function dayText(at: number, now: number, zone: Zone): string {
  const date = zonedDate(at, zone)
  const text = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`
  return date.getUTCFullYear() === zonedDate(now, zone).getUTCFullYear() ? text : `${text} ${date.getUTCFullYear()}`
}

/** The day and the clock offset, `Sun 25 Oct 2026, UTC+02:00`: the heading above the times of a day. */
export function dayHeading(at: number, zone: Zone): string {
  const date = zonedDate(at, zone)
  const day = `${DAYS[date.getUTCDay()] ?? ''} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`
  return `${day} ${date.getUTCFullYear()}, ${zone === 'utc' ? '' : 'UTC'}${offsetText(at, zone)}`
}

const withOffset = (text: string, at: number, zone: Zone) =>
  isRepeated(at, zone) ? `${text} ${offsetText(at, zone)}` : text

const dateText = (at: number, zone: Zone) => isoFields(at, zone)[0]
const millisecondsText = (at: number, zone: Zone) => isoFields(at, zone)[1]
const secondsText = (at: number, zone: Zone) => millisecondsText(at, zone).replace(/\.\d+$/, '')

function isoFields(at: number, zone: Zone): [date: string, clock: string] {
  const zoned = zonedDate(at, zone)
  if (Number.isNaN(zoned.getTime())) return ['unknown day', 'unknown time']
  const [date = '', clock = ''] = zoned.toISOString().split('T')
  return [date, clock.replace('Z', '')]
}

/** Seconds in words, without units that are zero: `1 d 3 h 4 min 5 s`. */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  const told = units.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return told.length === 0 ? '0 s' : told.join(' ')
}

/** Seconds as an ISO 8601 duration, for a `<time>` element. */
export function durationAttribute(seconds: number): string {
  return `PT${Math.max(0, Math.floor(seconds))}S`
}
