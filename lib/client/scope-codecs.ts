import type { ContainerList, Fleet, LogLine, Snapshot } from '../run/model'
import { documentCodec, logCodec, type StateCodec } from '../sync/state-codec'
import type { Document } from '../sync/document'
import type { LogState } from '../sync/log'
import type { Stamp } from '../sync/replica'
import { toContainerList, toFleet, toSnapshot } from '../sync/shapes'

/** A log as a page shows it. `dropped`: how many earlier lines are not among `lines`. */
export type LogView = { lines: LogLine[]; dropped: number }

/**
 * How a kind of scope is decoded (`state`), and how the page shows it (`present`). `present` throws if the state is another
 * build's.
 */
export interface ScopeCodec<S, T> {
  state: StateCodec<S>
  present: (state: S, stamp: Stamp) => T
}

export const runCodec: ScopeCodec<Document, Snapshot> = { state: documentCodec, present: toSnapshot }
export const fleetCodec: ScopeCodec<Document, Fleet> = { state: documentCodec, present: toFleet }
export const containersCodec: ScopeCodec<Document, ContainerList> = { state: documentCodec, present: toContainerList }
export const logViewCodec: ScopeCodec<LogState, LogView> = { state: logCodec, present: state => state }
