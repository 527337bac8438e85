import { elapsed } from '../../../../lib/run/time/time'

/** The facts that decide the edges of the chart, besides the clock. */
export interface ChartClock {
  startedAt: string
  /** The server's clock minus the backend's, ms. */
  clockOffset: number
  /** Claims are open: the run goes on. */
  isLive: boolean
  /** A container is at work. */
  isSeen: boolean
  /** Since when the claims, and the evidence, are only last known: server's clock, ms. */
  frozenAt: number | null
  unseenAt: number | null
  /** The last known time of the run, ms since its start. */
  latest: number
  /** A moment of the past is shown: the clock stands at it. */
  isPast: boolean
}

/** The moment up to which the claims are known. */
export interface Edge {
  at: number
  kind: 'live' | 'heard' | 'then'
}

/** How far open bars of the claims and of the evidence go, ms since the run's start, and the edge that is drawn, if one is. */
export interface Edges {
  claims: number
  evidence: number
  edge: Edge | null
}

/**
 * The edges at `now`, server's clock, ms. While the run goes on they are a moment behind, as its timer [RUN-7.13], but not behind what
 * is told already; a moment of the past is where it is.
 */
export function edgesOf(clock: ChartClock, now: number): Edges {
  const { startedAt, clockOffset, isLive, isSeen, frozenAt, unseenAt, latest, isPast } = clock
  const exactly = Math.max(0, now - clockOffset - Date.parse(startedAt))
  const upTo = (end: number | null) => {
    if (end !== null) return elapsed({ startedAt, clockOffset, endedAt: null }, end)
    if (isPast) return exactly
    return Math.max(elapsed({ startedAt, clockOffset, endedAt: null }, now), Math.min(latest, exactly))
  }
  const claims = isLive ? upTo(frozenAt) : latest
  const evidence = isSeen || frozenAt === null ? upTo(unseenAt) : claims
  const kind = frozenAt !== null ? 'heard' : isPast ? 'then' : 'live'
  return { claims, evidence, edge: isLive ? { at: claims, kind } : null }
}
