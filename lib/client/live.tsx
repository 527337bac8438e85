'use client'

import type { ReactNode } from 'react'
import type { Fleet, LogLine, Snapshot } from '../run/model'

export type Sync = 'connecting' | 'live' | 'stale'
export type Live<T> = { state: T; sync: Sync; checkedAt: number | null; gone: boolean }
export type LogView = { lines: LogLine[]; dropped: number }

export function LiveProvider({ children }: { initialNow: string; children: ReactNode }) {
  return children
}
export function useRun(initial: Snapshot): Live<Snapshot> {
  return { state: initial, sync: 'connecting', checkedAt: null, gone: false }
}
export function useFleet(initial: Fleet): Live<Fleet> {
  return { state: initial, sync: 'connecting', checkedAt: null, gone: false }
}
export function useLog(_runId: string): Live<LogView> {
  return { state: { lines: [], dropped: 0 }, sync: 'connecting', checkedAt: null, gone: false }
}
export function useServerTime(_everyMs = 1_000): number {
  return 0
}
export function useSync(): { sync: Sync; checkedAt: number | null } {
  return { sync: 'connecting', checkedAt: null }
}
