'use client'

import { useEffect, useMemo, useState } from 'react'
import type { Live } from '../../lib/client/live'

/** A connection that is back within this time causes no notice, ms. */
const BLINK = 300

type Synced = Pick<Live<unknown>, 'sync' | 'checkedAt'>

const isCut = ({ sync, checkedAt }: Synced): boolean => sync === 'connecting' && checkedAt !== null

/**
 * Whether the page has lost its server: immediately if nothing proves any more that its data is current, after a short delay if the
 * connection was only cut. A page that connects for the first time has lost nothing: it shows the rendered data [SYNC-6].
 */
export function useStale(synced: Synced): boolean {
  const cut = isCut(synced)
  const lasting = useLasting(cut ? 'cut' : '')
  return synced.sync === 'stale' || (cut && lasting)
}

/** As `useStale`, of each of several parts of the page. */
export function useStaleOfEach(parts: readonly Synced[]): readonly boolean[] {
  const lasting = useLasting(parts.map(part => (isCut(part) ? 'cut' : '')).join())
  const flags = parts.map(part => part.sync === 'stale' || (isCut(part) && lasting)).join()
  return useMemo(() => flags.split(',').map(flag => flag === 'true'), [flags])
}

/** Whether which parts are cut has stayed the same for a moment. */
function useLasting(cut: string): boolean {
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    if (!cut.includes('cut')) return
    const timer = setTimeout(() => setLasting(true), BLINK)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [cut])
  return lasting
}
