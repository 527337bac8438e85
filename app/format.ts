/** Whose clock a time of day is written in: UTC until the browser's own zone is known, so that the first paint is stable. */
export type Zone = 'utc' | 'local'

const two = (value: number) => String(value).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Seconds as `HH:MM:SS`; hours grow beyond two digits, negative time reads as none [RUN-7]. */
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

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  ms: number
}

function partsOf(at: number, zone: Zone): Parts {
  const date = new Date(at)
  return zone === 'utc'
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        ms: date.getUTCMilliseconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
        ms: date.getMilliseconds(),
      }
}

/** The time of day, `HH:MM:SS`. */
export function clockText(at: number, zone: Zone): string {
  const { hour, minute, second } = partsOf(at, zone)
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

/** The time of day to the millisecond, `HH:MM:SS.mmm`, as a log shows it. */
export function preciseClockText(at: number, zone: Zone): string {
  return `${clockText(at, zone)}.${String(partsOf(at, zone).ms).padStart(3, '0')}`
}

/** Whether both moments fall on one calendar day of that zone. */
export function sameDay(a: number, b: number, zone: Zone): boolean {
  const [x, y] = [partsOf(a, zone), partsOf(b, zone)]
  return x.year === y.year && x.month === y.month && x.day === y.day
}

/** The day, `23 Nov`, with the year where it is not that of `now`. */
export function dayText(at: number, now: number, zone: Zone): string {
  const { year, month, day } = partsOf(at, zone)
  const text = `${day} ${MONTHS[month] ?? ''}`
  return year === partsOf(now, zone).year ? text : `${text} ${year}`
}

/** Seconds as an ISO 8601 duration, for a `<time>` element. */
export function durationAttribute(seconds: number): string {
  return `PT${Math.max(0, Math.floor(seconds))}S`
}
