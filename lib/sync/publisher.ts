import type { Document } from './document'
import type { LogSource } from './log'
import type { Answer, ServerEvent, ServerMessages, SnapshotMessage, Subscribe } from './messages'
import type { Scope } from './scope'

/** A document with the name of its state. */
export interface Published {
  epoch: string
  version: number
  document: Document
}

/** Turns states into versions and tells the pages. One per process; scopes are opened by who owns their state. */
export interface Publisher {
  /** Starts publishing a document. `source` gives its state as of now. Throws where the scope is open. */
  open(scope: Scope, source: () => Document): void
  /** Starts publishing a log. Throws where the scope is open. */
  openLog(scope: Scope, source: LogSource): void
  /** The scope, of either kind, may have changed [SYNC-4]. Nothing happens where it is not open. Never throws. */
  touch(scope: Scope): void
  /** Another execution took the state's place [RUN-14]: a new epoch, and a snapshot to everybody. */
  resetEpoch(scope: Scope): void
  /** The scope is no more [SYNC-9]. */
  close(scope: Scope): void
  /** The newest state of a document, and the version that pages know it by; undefined for a log or a scope not open. */
  read(scope: Scope): Promise<Published | undefined>
  /** Answers a `subscribe`, after the socket has joined the scope's room [SYNC-2], [SYNC-3]. */
  resume(scope: Scope, known: Pick<Subscribe, 'epoch' | 'version'>): Promise<Answer>
  /** The whole state for a socket that has drained [SYNC-5]; undefined where the scope is not open. */
  snapshot(scope: Scope): Promise<SnapshotMessage | undefined>
  /** Ends all timers. */
  stop(): void
}

export interface PublisherOptions {
  /** Sends to every page that has joined the scope. Must not throw, nor wait. */
  broadcast: <E extends ServerEvent>(scope: Scope, event: E, message: ServerMessages[E]) => void
  /** How many pages a broadcast would reach now. A scope without pages costs nothing. */
  audience: (scope: Scope) => number
  /** Told of a source that threw while nobody waited for an answer. It is read again at the next change, or beat. */
  failed: (scope: Scope, error: unknown) => void
  /** A change that pages follow went out so many ms after it was told of. */
  published?: (ms: number) => void
  /** The clock, ms since 1970. */
  now?: () => number
  /** Calls back once after so many ms; returns what cancels it. */
  setTimer?: (ms: number, callback: () => void) => () => void
  /** Names this incarnation of the publisher: never the same twice. */
  incarnation?: string
}
