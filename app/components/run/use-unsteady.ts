'use client'

import { useEffect, useRef, useState } from 'react'

/** So many cuts within that time make a link unsteady, ms. */
const CUTS = 3
const WITHIN = 60_000
/** A link that held for so long is steady again, ms. */
const HELD = 30_000

/** The cuts of the last minute, with one more; a clock that was set back forgets those that are ahead of it. */
export const cutsAfter = (cuts: readonly number[], now: number): number[] => [
  ...cuts.filter(at => at <= now && now - at < WITHIN),
  now,
]

export const areMany = (cuts: readonly number[]): boolean => cuts.length >= CUTS

/**
 * Whether a link was cut three times within a minute while the page was open, and has not held for half a minute since [PAGE-17.1].
 * @param isSeen false: what the link does says nothing of the present
 */
export function useUnsteady(isLive: boolean, isSeen: boolean): boolean {
  const [isUnsteady, setUnsteady] = useState(false)
  const cuts = useRef<number[]>([])
  const wasLive = useRef(isLive)
  useEffect(() => {
    const isCut = wasLive.current && !isLive
    wasLive.current = isLive
    if (isCut) cuts.current = cutsAfter(cuts.current, performance.now())
    if (isLive && !isUnsteady) return
    const timer = setTimeout(() => setUnsteady(was => !isLive && (was || areMany(cuts.current))), isLive ? HELD : 0)
    return () => clearTimeout(timer)
  }, [isLive, isUnsteady])
  return isUnsteady && isSeen
}
