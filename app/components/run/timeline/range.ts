import { tookText } from '../../../format'

/** A part of the run's time, in ms since its start. */
export interface Range {
  from: number
  to: number
}

export type RangeChoice = 'whole' | 'recent' | Range

/** What "last 15 min" shows, ms. */
export const RECENT = 15 * 60_000
/** The shortest part that can be shown, ms. */
const LEAST = 1_000
/** A shorter share of what is shown is not dragged over: the hand trembled at a click. */
const CLICK = 0.005
/** How many ticks a wide axis has at most. */
export const TICKS = 9

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  ...[0.2, 0.5, 1, 2, 5, 10, 15, 30].map(seconds => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(minutes => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map(hours => hours * HOUR),
]

/** The distance of the ticks of an axis, ms: a round time. */
export function tickStep(span: number, most = TICKS): number {
  const step = STEPS.find(each => span / each <= most - 1)
  if (step !== undefined) return step
  let days = 1
  while (span / (days * DAY) > most - 1) days *= 2
  return days * DAY
}

/** The ticks of an axis: round times, ms since the run's start. */
export function ticksOf({ from, to }: Range, most = TICKS): number[] {
  const step = tickStep(to - from, most)
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, n) => (first + n) * step)
}

/** A time of the run: how long after its start, for example `5:00` or `1:05:00`; with tenths where ticks are that close. */
export function tickText(ms: number): string {
  const text = tookText(ms / 1000).replace(/^0(?=\d:)/, '')
  const tenths = Math.floor((ms % 1_000) / 100)
  return tenths === 0 ? text : `${text}.${tenths}`
}

/**
 * The whole run. While it grows, the end is a round time ahead, so that bars stay where they are and the edge moves towards it.
 * @param latest the last time that is shown, ms since the run's start
 */
export function wholeRun(latest: number, grows: boolean): Range {
  const end = Math.max(LEAST, latest * 1.02)
  if (!grows) return { from: 0, to: end }
  const step = tickStep(end) / 2
  return { from: 0, to: Math.ceil(end / step) * step }
}

/** The part of the run that is shown, at the moment at which `latest` is the last time. */
export function rangeOf(choice: RangeChoice, latest: number, grows: boolean): Range {
  if (choice === 'whole') return wholeRun(latest, grows)
  if (choice !== 'recent') return choice
  if (latest <= RECENT) return wholeRun(latest, grows)
  return { from: latest - RECENT, to: latest + RECENT * 0.02 }
}

/** Shows a shorter (`factor` below 1) or longer part around the time `at`, within the whole run. */
export function zoomed(range: Range, factor: number, at: number, whole: Range): RangeChoice {
  const span = Math.max(LEAST, (range.to - range.from) * factor)
  if (span >= whole.to - whole.from) return 'whole'
  const share = (at - range.from) / (range.to - range.from)
  return within({ from: at - span * share, to: at + span * (1 - share) }, whole)
}

/** Shows the part that lies later by a share of its own length, within the whole run. */
export function moved(range: Range, share: number, whole: Range): Range {
  const by = (range.to - range.from) * share
  return within({ from: range.from + by, to: range.to + by }, whole)
}

/**
 * The part of the whole run between two times in any order, at least as long as the shortest that can be shown; null if they are so
 * near each other within what is shown that a click was meant.
 */
export function between(a: number, b: number, shown: Range, whole: Range): Range | null {
  const [from, to] = [Math.max(whole.from, Math.min(a, b)), Math.min(whole.to, Math.max(a, b))]
  if (to - from < CLICK * (shown.to - shown.from)) return null
  const missing = Math.max(0, LEAST - (to - from))
  return within({ from: from - missing / 2, to: to + missing / 2 }, whole)
}

/** The part of the same length that lies within the whole run. */
function within({ from, to }: Range, whole: Range): Range {
  const span = Math.min(to - from, whole.to - whole.from)
  const start = Math.min(Math.max(from, whole.from), whole.to - span)
  return { from: start, to: start + span }
}
