import type { LinkState } from './model'

/** The facts that decide the backend's link; all times in ms on our clock, null if it never happened. */
export interface LinkFacts {
  /** The last answer of the backend's `/health`. */
  healthyAt: number | null
  /** Since when the backend's port refuses connections; null while it doesn't. */
  refusedAt: number | null
  /** Since when the run's stream is lost; null while it is open, or no longer needed because the run is over. */
  streamLostAt: number | null
  /** When we first tried. */
  since: number
}

/** How long a lost stream leaves the link `live`, ms. */
export const STREAM_GRACE = 2_000
/** How long after each answer or failure a source is asked for a sign of life again, ms. */
export const ASK_AFTER = 3_000
const HEALTH_STALE = 10_000
const DOWN = 30_000

/**
 * `live`: stream open or run over, and health answered within 10 s. `stale`: 10 to 30 s, or stream lost for 2 s.
 * `down`: longer, or refused [RUN-9]. `deadline` is when the result changes by the passing of time alone, or null.
 */
export function linkOf(facts: LinkFacts, now: number): { link: LinkState; deadline: number | null } {
  if (facts.refusedAt !== null) return { link: 'down', deadline: null }
  const quietSince = facts.healthyAt ?? facts.since
  const lostSince = facts.streamLostAt
  const steps: [number, LinkState][] = [
    [quietSince + DOWN, 'down'],
    [quietSince + HEALTH_STALE, 'stale'],
  ]
  if (lostSince !== null) steps.push([lostSince + DOWN, 'down'], [lostSince + STREAM_GRACE, 'stale'])
  const reached = steps.filter(([at]) => at <= now).map(([, link]) => link)
  const ahead = steps.map(([at]) => at).filter(at => at > now)
  const link = reached.includes('down')
    ? 'down'
    : reached.includes('stale') || facts.healthyAt === null
      ? 'stale'
      : 'live'
  return { link, deadline: ahead.length > 0 ? Math.min(...ahead) : null }
}
