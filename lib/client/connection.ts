import type { Answer, Heard, Subscribe, Visitor } from '../sync/messages'
import type { Scope } from '../sync/scope'
import type { Transport } from './transport-choice'
import type { Trouble } from './trouble'

/** The events of a connection, which is made again and again. Between `up` and `down` there is no event of an earlier time [SYNC-7]. */
export interface ConnectionEvents {
  up: () => void
  down: () => void
  /** Which transport carries the connection from now on. */
  carried: (by: Transport) => void
  /** Why an attempt to connect failed, or the connection broke. It is tried again. */
  troubled: (trouble: Trouble) => void
  /** The server is being stopped; `down` follows. */
  closing: () => void
  heard: (heard: Heard) => void
  /** The role of the page's visitor from now on. */
  visitor: (visitor: Visitor) => void
  /** The server speaks another protocol than this page, so the page must be reloaded. */
  outdated: (reason: Error) => void
  /** The page's visitor is no longer signed in on the server. */
  signedOut: () => void
}

/** A page's connection to its server, which is made again whenever it breaks. */
export interface Connection {
  /** `done` gets the answer, or null if none came within `patienceMs` ms; it is not called once the connection has broken. */
  ask: (request: Subscribe, patienceMs: number, done: (answer: Answer | null) => void) => void
  leave: (scope: Scope) => void
  /** Breaks the connection, if there is one, and at once tries to make it again. */
  reconnect: () => void
  close: () => void
}

export type OpenConnection = (events: ConnectionEvents) => Connection
