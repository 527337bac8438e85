import { useMemo } from 'react'
import { useFleets } from '../../../lib/client/live-sites'
import type { Fleet } from '../../../lib/run/model'
import { useStaleOfEach } from '../use-stale'
import type { FleetPart } from './fleet-parts'

/** The fleet of each site, from what the page was rendered with. */
export function useFleetParts(initial: readonly Fleet[]): readonly FleetPart[] {
  const lives = useFleets(initial)
  const stale = useStaleOfEach(lives)
  return useMemo(
    () => lives.map((live, n): FleetPart => ({ live, fleet: live.state, stale: stale[n] ?? true })),
    [lives, stale],
  )
}
