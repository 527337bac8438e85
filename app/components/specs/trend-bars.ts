import type { SpecRun } from '../../../lib/run/spec-runs'
import { isMeasure } from '../../../lib/run/spec-stats'

/** Sizes of the chart, px. */
export const CHART = { height: 104, step: 18, bar: 12, mark: 20 }

export interface TrendBar {
  run: SpecRun
  /** Its left edge, and the height of its bar, px; 0 where it has no certain duration. */
  x: number
  height: number
  /** It counts for the median. */
  isMeasure: boolean
}

export interface Trend {
  /** The oldest first. */
  bars: TrendBar[]
  width: number
  /** The longest duration, ms; 0 without any. */
  longest: number
}

/** A bar for each run that is over, as high as its duration beside the longest one [SPEC-4.5]. */
export function trendOf(runs: readonly SpecRun[]): Trend {
  const longest = Math.max(0, ...runs.map(({ ms }) => ms ?? 0))
  const bars = runs.toReversed().map((run, index) => ({
    run,
    x: index * CHART.step,
    height: heightOf(run.ms ?? 0, longest),
    isMeasure: isMeasure(run),
  }))
  return { bars, width: runs.length * CHART.step, longest }
}

/** The height of a duration in the chart, px. Even a short one can be seen. */
export const heightOf = (ms: number, longest: number): number =>
  longest === 0 ? 0 : Math.max(ms > 0 ? 2 : 0, Math.round((CHART.height * ms) / longest))
