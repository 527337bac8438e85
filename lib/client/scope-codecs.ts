import type { ContainerList, Fleet, LogLine, Snapshot } from '../run/model'
import { documentCodec, logCodec, type StateCodec } from '../sync/state-codec'
import type { Document } from '../sync/document'
import type { LogState } from '../sync/state-schemas'
import type { Stamp } from '../sync/replica'
import { toContainerList, toFleet, toSnapshot } from '../sync/from-document'

/**
 * A log as a page shows it. `dropped`: how many earlier lines are not among `lines`. `epoch`: line numbers compare only within one;
 * null before the log is read.
 */
export type LogView = { lines: LogLine[]; dropped: number; epoch: string | null }

/**
 * How a kind of scope is decoded (`state`), and how the page shows it (`present`). `present` throws if the state is another
 * build's.
 */
export interface ScopeCodec<S, T> {
  state: StateCodec<S>
  present: (state: S, stamp: Stamp) => T
}

/** The codec of each kind of scope. */
export interface Codecs {
  readonly runs: ScopeCodec<Document, Snapshot>
  readonly fleets: ScopeCodec<Document, Fleet>
  readonly containers: ScopeCodec<Document, ContainerList>
  /** The logs of runs and of batches. */
  readonly logs: ScopeCodec<LogState, LogView>
}

export const codecs: Codecs = {
  runs: { state: documentCodec, present: toSnapshot },
  fleets: { state: documentCodec, present: toFleet },
  containers: { state: documentCodec, present: toContainerList },
  logs: { state: logCodec, present: (state, { epoch }) => ({ ...state, epoch }) },
}
