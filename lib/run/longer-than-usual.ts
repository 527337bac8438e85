import type { EarlierRuns, Finding, RunFields } from './model'
import { iso } from './time/time'

/** What agents take varies: a run is long only beyond the longest earlier one by half, and by a minute [RUN-18.8]. */
const LONGER = { times: 1.5, ms: 60_000 }

type Timed = Pick<RunFields, 'status' | 'stopping' | 'startedAt' | 'clockOffset'>

/**
 * The finding for a run that goes on although it has taken clearly longer than every earlier one; null for any other run.
 * @param now the server's clock, ms: when its backend was last live
 */
export function longerThanUsual(
  { status, stopping, startedAt, clockOffset }: Timed,
  { runs, shortest, longest }: EarlierRuns,
  now: number,
): Finding | null {
  if (status !== 'running' || stopping || startedAt === null) return null
  const begun = Date.parse(startedAt) + clockOffset
  const since = begun + Math.max(longest * LONGER.times, longest + LONGER.ms)
  if (now < since) return null
  const took = spanText(shortest, longest)
  const text = `Has run ${timeText(now - begun)}; ${runs} earlier runs of its spec took ${took}. Look at what is at work.`
  return { kind: 'long', text, at: iso(since), batchId: null, containerId: null }
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** `12 to 18 min`, `20 s to 3 min`: each in the unit that fits it; none is 0. */
function spanText(shortest: number, longest: number): string {
  const [from, to] = [rounded(shortest), rounded(longest)]
  if (from.text === to.text) return to.text
  return `${from.one && from.one.unit === to.one?.unit ? from.one.amount : from.text} to ${to.text}`
}

interface Rounded {
  text: string
  /** Absent where the text is more than a number of one unit. */
  one?: { amount: number; unit: 's' | 'min' }
}

function rounded(ms: number): Rounded {
  if (ms < SECOND) return { text: 'less than 1 s' }
  if (ms >= 2 * HOUR) return { text: timeText(ms) }
  const unit = ms < 2 * MINUTE ? 's' : 'min'
  const amount = Math.round(ms / (unit === 's' ? SECOND : MINUTE))
  return { text: `${amount} ${unit}`, one: { amount, unit } }
}

/** A time that has passed, to the minute. */
function timeText(ms: number): string {
  const minutes = Math.floor(ms / MINUTE)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
