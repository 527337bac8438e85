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

/** `12 to 18 min`; the longer one decides the unit. */
function spanText(shortest: number, longest: number): string {
  if (longest < SECOND) return 'less than 1 s'
  if (longest >= 2 * HOUR) return spanOf(timeText(shortest), timeText(longest))
  const [unit, name] = longest < 2 * MINUTE ? [SECOND, 's'] : [MINUTE, 'min']
  return spanOf(`${Math.round(shortest / unit)}`, `${Math.round(longest / unit)} ${name}`, ` ${name}`)
}

const spanOf = (from: string, to: string, unit = '') => (from + unit === to ? to : `${from} to ${to}`)

/** A time that has passed, to the minute. */
function timeText(ms: number): string {
  const minutes = Math.floor(ms / MINUTE)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
