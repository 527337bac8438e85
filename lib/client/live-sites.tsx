'use client'

import { useCallback, useMemo, useRef, useSyncExternalStore } from 'react'
import type { ContainerList, Fleet } from '../run/model'
import { containersScope, DEFAULT_SITE, fleetScope, scopeAt, type Scope } from '../sync/scope'
import { fromContainerList, fromFleet } from '../sync/shapes'
import { useScope, useStore } from './live'
import type { Live, Rendered } from './scope-subscription'
import type { ScopeCollection } from './store'

const renderedFleet = (initial: Fleet, isWhole: boolean) => ({
  scope: scopeAt(initial.site ?? DEFAULT_SITE, fleetScope),
  rendered: { shown: initial, ...(isWhole && { seed: fromFleet(initial) }) },
})

/**
 * The fleet of a site, from what the page was rendered with [SYNC-8].
 * @param isWhole false: that is only a part of it, and the fleet is read once the page is connected
 */
export function useFleet(initial: Fleet, isWhole = true): Live<Fleet> {
  const { scope, rendered } = useMemo(() => renderedFleet(initial, isWhole), [initial, isWhole])
  const store = useStore()
  return useScope(store, store.fleets, scope, rendered)
}

interface Followed<S, T> {
  scope: Scope
  rendered: Rendered<S, T>
}

/** The fleet of each site, as `useFleet`. The list of sites must not change. */
export function useFleets(initials: readonly Fleet[], isWhole = true): readonly Live<Fleet>[] {
  const followed = useMemo(() => initials.map(initial => renderedFleet(initial, isWhole)), [initials, isWhole])
  return useScopes(useStore().fleets, followed)
}

/** The agents' containers of each site, from what the page was rendered with [SYNC-8]. The list of sites must not change. */
export function useContainerLists(initials: readonly ContainerList[]): readonly Live<ContainerList>[] {
  const followed = useMemo(
    () =>
      initials.map(initial => ({
        scope: scopeAt(initial.site ?? DEFAULT_SITE, containersScope),
        rendered: { shown: initial, seed: fromContainerList(initial) },
      })),
    [initials],
  )
  return useScopes(useStore().containers, followed)
}

function useScopes<S, T>(collection: ScopeCollection<S, T>, followed: readonly Followed<S, T>[]): readonly Live<T>[] {
  const store = useStore()
  const atFirst = useMemo(
    () =>
      followed.map(({ rendered }): Live<T> => ({
        ...{ state: rendered.shown, read: rendered.seed !== undefined },
        ...{ sync: 'connecting', checkedAt: null, gone: false },
      })),
    [followed],
  )
  const last = useRef(atFirst)
  const listen = useCallback(
    (listener: () => void) => {
      const ends = followed.map(({ scope, rendered }) => store.follow(collection, scope, rendered, listener))
      return () => {
        for (const end of ends) end()
      }
    },
    [store, collection, followed],
  )
  // The same list as long as nothing in it has changed.
  const read = () => {
    const now = followed
      .map(({ scope }, n) => store.live(collection, scope) ?? atFirst[n])
      .filter(live => live !== undefined)
    if (now.length !== last.current.length || now.some((live, n) => live !== last.current[n])) last.current = now
    return last.current
  }
  return useSyncExternalStore(listen, read, () => atFirst)
}
