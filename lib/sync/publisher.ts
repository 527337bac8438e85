import type { Document } from './document'
import type { LogSource } from './log'
import type { Answer, ServerEvent, ServerMessages, SnapshotMessage, Subscribe } from './messages'
import type { LocalScope, Scope } from './scope'

/** A document with the epoch and the version of its state. */
export interface Published {
  epoch: string
  version: number
  document: Document
}

/** Publishes states under their scopes. The owner of a state opens its scope. */
export interface StatePublisher<S extends Scope = LocalScope> {
  /** Starts publishing a document. `source` returns its state at that moment. Throws if the scope is open. */
  open(scope: S, source: () => Document): void
  /** Starts publishing a log. Throws if the scope is open. */
  openLog(scope: S, source: LogSource): void
  /** Announces that the scope, a document or a log, may have changed [SYNC-4]. Does nothing if it is not open. Never throws. */
  touch(scope: S): void
  /** Begins a new epoch, because another execution replaced the state [RUN-14]. Sends a snapshot to all pages of the scope. */
  resetEpoch(scope: S): void
  /** Ends the scope, which no longer exists [SYNC-9]. */
  close(scope: S): void
  /** The newest state of a document, and the version at which pages know it; undefined for a log or a scope that is not open. */
  read(scope: S): Promise<Published | undefined>
}

/** Turns states into versions and sends them to pages. There is one per process. */
export interface Publisher extends StatePublisher<Scope> {
  /** Answers a `subscribe`, after the socket has joined the scope's room [SYNC-2], [SYNC-3]. */
  resume(scope: Scope, known: Pick<Subscribe, 'epoch' | 'version'>): Promise<Answer>
  /** The whole state, for a socket that has drained [SYNC-5]; undefined if the scope is not open. */
  snapshot(scope: Scope): Promise<SnapshotMessage | undefined>
  /** Ends all timers. */
  stop(): void
}

export interface PublisherOptions {
  /** Sends to every page that has joined the scope. Must neither throw nor wait. */
  broadcast: <E extends ServerEvent>(scope: Scope, event: E, message: ServerMessages[E]) => void
  /** How many pages a broadcast would reach now. A scope without pages costs nothing. */
  audience: (scope: Scope) => number
  /** Called if a source throws while no caller waits for it. The source is read again at the next change or heartbeat. */
  failed: (scope: Scope, error: unknown) => void
  /** Called when a change that pages follow was sent, with the ms since it was announced. */
  published?: (ms: number) => void
  /** The clock, ms since 1970. */
  now?: () => number
  /** Calls back once after this many ms; returns a function that cancels it. */
  setTimer?: (ms: number, callback: () => void) => () => void
  /** Names this incarnation of the publisher; every incarnation needs another name. */
  incarnation?: string
}
