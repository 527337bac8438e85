import type { Snapshot } from '../../../../lib/run/model'
import { certainRunMs, isWhole } from '../../../../lib/run/certain-duration'
import type { Usual } from '../../../../lib/run/usual'
import { tookText } from '../../../format'

/** A smaller difference is none, ms. */
const SAME = 1_000

/** A difference of durations: `+3:10`, `−0:45`, or `±0` below a second. */
export function differenceText(ms: number): string {
  if (Math.abs(ms) < SAME) return '±0'
  return `${ms > 0 ? '+' : '−'}${shortText(Math.abs(ms))}`
}

/** A duration without a zero in front: `3:10`. */
const shortText = (ms: number) => tookText(ms / 1_000).replace(/^0/, '')

/**
 * A completed run beside what earlier runs of its spec took: `3:10 longer than usual, of 5 runs` [PAGE-12.4]. Null where they do not
 * tell, and for a run that did not work on every batch itself.
 */
export function comparedText(run: Snapshot, { whole }: Pick<Usual, 'whole'>): string | null {
  const ms = certainRunMs(run)
  if (run.status !== 'completed' || ms === null || whole === null || !isWhole(run)) return null
  const by = ms - whole.ms
  const words =
    Math.abs(by) < SAME ? 'As long as usual' : `${shortText(Math.abs(by))} ${by > 0 ? 'longer' : 'shorter'} than usual`
  return `${words}, of ${whole.runs} runs.`
}
