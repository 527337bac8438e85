import type { ContainerList, Fleet, LogLine, Snapshot } from '../run/model'
import { documentBody, logBody, type Body } from '../sync/body'
import type { Document } from '../sync/document'
import type { LogState } from '../sync/log'
import type { Stamp } from '../sync/replica'
import { toContainerList, toFleet, toSnapshot } from '../sync/shapes'

/** What a page shows of a log. `dropped`: how many earlier lines are not among `lines`. */
export type LogView = { lines: LogLine[]; dropped: number }

/** What a kind of scope is to the wire, and what to the page. `present` throws where the state is another build's. */
export interface Kind<S, T> {
  body: Body<S>
  present: (state: S, stamp: Stamp) => T
}

export const runKind: Kind<Document, Snapshot> = { body: documentBody, present: toSnapshot }
export const fleetKind: Kind<Document, Fleet> = { body: documentBody, present: toFleet }
export const containersKind: Kind<Document, ContainerList> = { body: documentBody, present: toContainerList }
export const logKind: Kind<LogState, LogView> = { body: logBody, present: state => state }
