'use client'

import { useCallback, useSyncExternalStore } from 'react'

const queries = new Map<string, MediaQueryList>()

/** The same object for the same query: making one takes longer than asking it, and components ask at each render. */
function mediaOf(query: string): MediaQueryList {
  const known = queries.get(query) ?? window.matchMedia(query)
  queries.set(query, known)
  return known
}

/** Whether the media query holds. `atFirst`: what the server and the first render take it for. */
export function useMedia(query: string, atFirst: boolean): boolean {
  const listen = useCallback(
    (listener: () => void) => {
      const media = mediaOf(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(
    listen,
    () => mediaOf(query).matches,
    () => atFirst,
  )
}
