'use client'

import { useCallback, useSyncExternalStore } from 'react'

/** Whether the media query holds. `atFirst`: what the server and the first render take it for. */
export function useMedia(query: string, atFirst: boolean): boolean {
  const listen = useCallback(
    (listener: () => void) => {
      const media = window.matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(
    listen,
    () => window.matchMedia(query).matches,
    () => atFirst,
  )
}
