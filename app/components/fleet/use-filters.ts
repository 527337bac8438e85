'use client'

import { useCallback, useLayoutEffect, useState } from 'react'
import { filtersIn, queryOf, type Filters } from './history-filters'

/**
 * The filters of the history. The address holds them, too, so a link to the page shows the same runs [FLEET-4.1].
 * @param initial those of the address that the page was rendered for
 */
export function useFilters(initial: Filters): [Filters, (filters: Filters) => void] {
  const [filters, setFilters] = useState(initial)
  const [rendered, setRendered] = useState(initial)
  // The server rendered the page again, for another address.
  if (rendered !== initial) {
    setRendered(initial)
    setFilters(initial)
  }
  useLayoutEffect(() => {
    // After a step back the page begins with what it was rendered for, and the address has the filters.
    const told = filtersIn(window.location.search)
    if (queryOf(told) !== queryOf(initial)) setFilters(told)
  }, [initial])

  const change = useCallback((next: Filters) => {
    setFilters(next)
    const { pathname, search, hash } = window.location
    window.history.replaceState(window.history.state, '', `${pathname}${queryOf(next, search)}${hash}`)
  }, [])
  return [filters, change]
}
