import type { RunFields } from '../lib/run/model'
import { isOver } from '../lib/run/is-over'
import { elapsed } from '../lib/run/time/time'

/** Whether this page has lost its server, and when it was last known to be connected: server's clock, ms. */
export interface PageFreshness {
  stale: boolean
  checkedAt: number | null
}

type Clocked = Pick<RunFields, 'status' | 'startedAt' | 'endedAt' | 'heardAt' | 'clockOffset' | 'link' | 'linkSince'>

/**
 * Since when the numbers of a run are only last known (server's clock, ms), or null while they are current. An ended run keeps its
 * numbers [RUN-9].
 * @param renderedAt when the server rendered the page's first data; used if no better time is known
 */
export function lastKnownAt(run: Clocked, page: PageFreshness, renderedAt: number): number | null {
  if (isOver(run.status)) return null
  const moments: number[] = []
  if (run.link.backend !== 'live') moments.push(Date.parse(run.linkSince ?? run.heardAt ?? '') || renderedAt)
  if (page.stale) moments.push(page.checkedAt ?? renderedAt)
  return moments.length === 0 ? null : Math.min(...moments)
}

/** The run's timer in whole seconds at `now`, server's clock, ms [RUN-7]. */
export function timerSeconds(run: Clocked, now: number): number {
  const endedAt = isOver(run.status) ? (run.endedAt ?? run.heardAt ?? run.startedAt) : null
  return Math.floor(elapsed({ ...run, endedAt }, now) / 1000)
}

/** The last value that a timer displayed. */
export interface Shown {
  seconds: number
  startedAt: string | null
}

/** A timer that freezes keeps its last value: it does not jump back to the moment when its numbers were last known [RUN-7]. */
export function heldSeconds(shown: Shown | null, run: Clocked, seconds: number, frozen: boolean): number {
  return frozen && shown?.startedAt === run.startedAt ? Math.max(seconds, shown.seconds) : seconds
}
