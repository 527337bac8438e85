import { useCallback, useSyncExternalStore } from 'react'
import { replaceAddress } from '../../address'

const listeners = new Set<() => void>()

function onAddressChange(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}

/**
 * The open batch of a spec. The address names it, so a link to the page, and the way back to it, open the same one [SPEC-4.11].
 * @param initial the one that the page was rendered for
 */
export function useBatchInAddress(initial: string | null): [string | null, (batchId: string | null) => void] {
  // A new function at each render: the router changes the address after the page is rendered, and it is read once more then.
  const read = () => new URLSearchParams(window.location.search).get('batch')
  const batchId = useSyncExternalStore(onAddressChange, read, () => initial)
  const change = useCallback((next: string | null) => {
    const url = new URL(window.location.href)
    if (next === null) url.searchParams.delete('batch')
    else url.searchParams.set('batch', next)
    replaceAddress(url)
    for (const listener of listeners) listener()
  }, [])
  return [batchId, change]
}
