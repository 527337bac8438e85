import type { LogLine } from '../run/model'
import type { LogState, LogStep } from './state-schemas'

/** A log, as the component that keeps it offers it. Lines have increasing `seq`; the oldest may be dropped, but never all. */
export interface LogSource {
  /** How many lines are kept. */
  readonly size: number
  /** How many of the oldest lines were dropped, permanently. */
  readonly dropped: number
  /** The oldest kept lines with a greater `seq` than `after`, at most `limit`, in order. */
  after(seq: number, limit: number): readonly LogLine[]
  /** The newest kept lines, at most `limit`, in order. */
  tail(limit: number): readonly LogLine[]
}

/** How many lines a page holds of a log. */
export const VIEW_LINES = 5_000

export const emptyLog: LogState = { lines: [], dropped: 0 }

/** The log with the lines appended. If it grows too long, the oldest lines are dropped from it. */
export function append(state: LogState, { lines: more }: LogStep): LogState {
  const lines = [...state.lines, ...more]
  const over = Math.max(0, lines.length - VIEW_LINES)
  return { lines: lines.slice(over), dropped: state.dropped + over }
}
