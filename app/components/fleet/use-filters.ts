'use client'

import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { replaceAddress } from '../../address'
import { filtersIn, queryOf, type Filters } from './history-filters'

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
 * The filters of the history. The address holds them, so a link to the page shows the same runs [FLEET-4.1].
 * @param initial those of the address that the page was rendered for
 */
export function useFilters(initial: Filters): [Filters, (filters: Filters) => void] {
  // A new function at each render: the router changes the address after the page is rendered, and it is read once more then.
  const read = () => window.location.search
  const query = useSyncExternalStore(onAddressChange, read, () => queryOf(initial))
  const filters = useMemo(() => filtersIn(query), [query])
  const change = useCallback((next: Filters) => {
    const { pathname, search, hash } = window.location
    replaceAddress(`${pathname}${queryOf(next, search)}${hash}`)
    for (const listener of listeners) listener()
  }, [])
  return [filters, change]
}
