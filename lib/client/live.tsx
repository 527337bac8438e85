'use client'

import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react'
import type { Snapshot } from '../run/model'
import { emptyLog } from '../sync/log'
import type { Visitor } from '../sync/messages'
import { scopesOf, type RunRef, type Scope } from '../sync/scope'
import { fromSnapshot } from '../sync/shapes'
import { browser } from './browser'
import type { Live, Rendered } from './scope-subscription'
import type { LogView } from './scope-codecs'
import type { PageSync } from './page-sync'
import { LiveStore, type ScopeCollection } from './store'
import type { Transport } from './transport-choice'
import type { Trouble } from './trouble'

export type { RunAt, RunRef } from '../sync/scope'
export type { Live } from './scope-subscription'
export type { LogView } from './scope-codecs'
export type { PageSync } from './page-sync'
export type { Trouble } from './trouble'

const Store = createContext<LiveStore | null>(null)

/** Owns the page's one connection. `initialNow`: the server's clock when it rendered the page, ISO 8601. */
export function LiveProvider({ initialNow, children }: { initialNow: string; children: ReactNode }) {
  const [store] = useState(() => new LiveStore(browser, Date.parse(initialNow)))
  useEffect(() => store.start(), [store])
  return <Store value={store}>{children}</Store>
}

/** The reference to the run of a snapshot. */
export const refOf = ({ runId, imported, site }: Pick<Snapshot, 'runId' | 'imported' | 'site'>): RunRef => ({
  runId,
  importId: imported?.id ?? null,
  ...(site !== undefined && { site }),
})

/** A run, from the snapshot that the page was rendered with [SYNC-8]. */
export function useRun(initial: Snapshot): Live<Snapshot> {
  const rendered = useMemo(() => ({ shown: initial, seed: fromSnapshot(initial) }), [initial])
  const store = useStore()
  return useScope(store, store.runs, scopesOf(refOf(initial)).run, rendered)
}

const noLines: Rendered<never, LogView> = { shown: { ...emptyLog, epoch: null } }

/** The newest lines of a run's log. */
export function useLog(run: RunRef): Live<LogView> {
  const store = useStore()
  return useScope(store, store.logs, scopesOf(run).log, noLines)
}

/** The newest lines of the backend and of all containers. */
export function useMergedLog(run: RunRef): Live<LogView> {
  const store = useStore()
  return useScope(store, store.logs, scopesOf(run).merged, noLines)
}

/** The newest lines that the containers of a batch printed. */
export function useBatchLog(run: RunRef, batchId: string): Live<LogView> {
  const store = useStore()
  return useScope(store, store.logs, scopesOf(run).linesOf(batchId), noLines)
}

const Frozen = createContext<number | null>(null)

/** The server's clock stands at this moment for the children, ms; null: it runs on [IMP-2]. */
export function FrozenTime({ at, children }: { at: number | null; children: ReactNode }) {
  return <Frozen value={at}>{children}</Frozen>
}

/** Whether the content here is of the past, so that questions and actions of the present do not apply to it [IMP-2]. */
export const useIsPast = (): boolean => useContext(Frozen) !== null

/**
 * The server's clock, ms, rounded down to the last full interval. It is the same on all pages; on the first render it is the time
 * of the server's render. Renders again at each interval [RUN-7].
 */
export function useServerTime(everyMs = 1_000): number {
  const frozen = useContext(Frozen)
  const now = useTicking(everyMs, time => time, frozen === null)
  return frozen ?? now
}

/**
 * What `read` makes of the server's clock. Renders again only when that is another value: an age by the minute renders once a
 * minute [PAGE-3.3].
 * @param ticks false if `read` does not depend on the clock, because what it tells of is over
 */
export function useOfTime<T extends string | number | boolean>(read: (now: number) => T, ticks = true): T {
  const frozen = useContext(Frozen)
  return useTicking(1_000, now => read(frozen ?? now), ticks && frozen === null)
}

/** Like `useOfTime`, but by the minute, and it also runs inside a `FrozenTime`: for the date of today. */
export const useOfDate = <T extends string | number | boolean>(read: (now: number) => T): T =>
  useTicking(60_000, read, true)

const never = () => () => undefined

function useTicking<T extends string | number | boolean>(everyMs: number, read: (now: number) => T, ticks: boolean): T {
  const store = useStore()
  const ticker = store.ticker(everyMs)
  const listen = useCallback((listener: () => void) => ticker.listen(listener), [ticker])
  return useSyncExternalStore(
    ticks ? listen : never,
    () => read(ticker.time()),
    () => read(store.renderedAt),
  )
}

const atFirst: PageSync = { sync: 'connecting', checkedAt: null }

/** How well the page as a whole keeps up with its server: as well as its worst part. */
export function useSync(): PageSync {
  const store = useStore()
  const listen = useCallback((listener: () => void) => store.onSync(listener), [store])
  return useSyncExternalStore(
    listen,
    () => store.sync(),
    () => atFirst,
  )
}

/** Whether the server said that it is being stopped, and the page has not connected again since. */
export function useRestarting(): boolean {
  const store = useStore()
  const listen = useCallback((listener: () => void) => store.onSync(listener), [store])
  return useSyncExternalStore(
    listen,
    () => store.restarting(),
    () => false,
  )
}

/** Which transport carries the page's connection; null while there is none. */
export function useTransport(): Transport | null {
  const store = useStore()
  const listen = useCallback((listener: () => void) => store.onSync(listener), [store])
  return useSyncExternalStore(
    listen,
    () => store.transport(),
    () => null,
  )
}

/** Why the page has no connection; null while the server answers. */
export function useTrouble(): Trouble | null {
  const store = useStore()
  const listen = useCallback((listener: () => void) => store.onSync(listener), [store])
  return useSyncExternalStore(
    listen,
    () => store.trouble(),
    () => null,
  )
}

/** The visitor's role that the server sent last; null: it has sent none since the page was rendered. */
export function useToldRole(): Visitor['role'] | null {
  const store = useStore()
  const listen = useCallback((listener: () => void) => store.onSync(listener), [store])
  return useSyncExternalStore(
    listen,
    () => store.role(),
    () => null,
  )
}

/** A scope of any kind, from the state that the page was rendered with. */
export function useScope<S, T>(
  store: LiveStore,
  collection: ScopeCollection<S, T>,
  scope: Scope,
  rendered: Rendered<S, T>,
): Live<T> {
  const atFirst = useMemo<Live<T>>(
    () => ({
      ...{ state: rendered.shown, read: rendered.seed !== undefined },
      ...{ sync: 'connecting', checkedAt: null, gone: false },
    }),
    [rendered],
  )
  const listen = useCallback(
    (listener: () => void) => store.follow(collection, scope, rendered, listener),
    [store, collection, scope, rendered],
  )
  return useSyncExternalStore(
    listen,
    () => store.live(collection, scope) ?? atFirst,
    () => atFirst,
  )
}

/** The live state of the page. */
export function useStore(): LiveStore {
  const store = useContext(Store)
  if (!store) throw new Error('Live hooks work only inside a LiveProvider')
  return store
}
