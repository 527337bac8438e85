'use client'

import { useEffect, useState } from 'react'
import type { Live } from '../../lib/client/live'

/** A connection that is back within this time causes no notice, ms. */
const BLINK = 300

/**
 * Whether the page has lost its server: immediately if nothing proves any more that its data is current, after a short delay if the
 * connection was only cut. A page that connects for the first time has lost nothing: it shows the rendered data [SYNC-6].
 */
export function useStale({ sync, checkedAt }: Pick<Live<unknown>, 'sync' | 'checkedAt'>): boolean {
  const cut = sync === 'connecting' && checkedAt !== null
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    if (!cut) return
    const timer = setTimeout(() => setLasting(true), BLINK)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [cut])
  return sync === 'stale' || (cut && lasting)
}
