import type { LogLine } from '../../../lib/run/model'
import { elapsedText } from '../../format'

/** When a run began, to tell how long after that its lines came. */
export interface RunStart {
  /** By the backend's clock, ms. */
  at: number
  /** The clock of the server and of containers minus the backend's clock, ms. */
  clockOffset: number
  /** A clock was set during the run: its start may be on another clock than the stamp of a line [RUN-16.20]. */
  wasClockSet: boolean
}

/** The start of a run; null if it is not known. */
export function startOf(startedAt: string | null, clockOffset: number, wasClockSet: boolean): RunStart | null {
  const at = startedAt === null ? NaN : Date.parse(startedAt)
  return Number.isNaN(at) ? null : { at, clockOffset, wasClockSet }
}

/** How long after the run's start a line was stamped: `+00:12:03.482`, `≈ +00:12:03.482`; null if it has no stamp [LOG-6.1]. */
export function sinceText({ at, source }: Pick<LogLine, 'at' | 'source'>, start: RunStart): string | null {
  const stamped = at === null ? NaN : Date.parse(at)
  if (Number.isNaN(stamped)) return null
  const ms = stamped - start.at - (source === 'backend' ? 0 : start.clockOffset)
  const size = Math.abs(ms)
  const text = `${elapsedText(size / 1_000)}.${String(size % 1_000).padStart(3, '0')}`
  return `${start.wasClockSet ? '≈ ' : ''}${ms < 0 ? '−' : '+'}${text}`
}
