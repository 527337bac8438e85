import type { Socket } from 'socket.io'
import {
  subscribe,
  unsubscribe,
  type Answer,
  type ClientToServer,
  type ServerToClient,
  type Subscribe,
} from '../sync/messages'
import type { Publisher } from '../sync/publisher'
import type { Scope } from '../sync/scope'
import { Backlog } from './bounds/backlog'

export const MAX_SUBSCRIPTIONS = 64

/** If the transport has more than this many characters to take, the page gets nothing more until it has drained. */
export const MAX_BACKLOG = 256 * 1024

/** What a page reports. */
export interface PageListener {
  /** The source failed, so something that was due was never sent. */
  failed(error: unknown): void
  /** The page asked for more than a page may. */
  refused(bound: 'subscriptions' | 'malformed-frames'): void
  /** The page no longer keeps up, and leaves the broadcast until it does. */
  slow(): void
}

export type PageSocket = Socket<ClientToServer, ServerToClient>
/** The parts of the publisher that a page uses. */
export type Source = Pick<Publisher, 'resume' | 'snapshot'>

/**
 * One connected page: its subscriptions, and what must still be sent to it. Its state ends with its socket, so nothing of it can
 * reach the next connection [SYNC-7].
 */
export class Page {
  /** Every subscription. The socket is in the room of each scope too, unless the scope is due. */
  readonly #scopes = new Set<Scope>()
  /**
   * Scopes whose state must be sent again, each once, with the function that sends it. They are sent one at a time, and only to a
   * page that reads [SYNC-5].
   */
  readonly #due = new Map<Scope, () => Promise<void>>()
  #telling = false
  #isSlow = false
  readonly #backlog: Backlog

  readonly #socket: PageSocket
  readonly #source: Source
  readonly #listener: PageListener
  readonly #mayFollow: (scope: Scope) => boolean

  /** @param mayFollow whether the page's person may follow a scope now */
  constructor(socket: PageSocket, source: Source, listener: PageListener, mayFollow: (scope: Scope) => boolean) {
    this.#mayFollow = mayFollow
    this.#socket = socket
    this.#source = source
    this.#listener = listener

    this.#backlog = new Backlog(socket.conn, () => this.#drained())
    socket.on('subscribe', (request: unknown, done: unknown) => this.#subscribe(request, done))
    socket.on('unsubscribe', (request: unknown) => this.#unsubscribe(request))
    socket.on('disconnect', () => this.#due.clear())
  }

  /** What the page follows. */
  get scopes(): Iterable<Scope> {
    return this.#scopes
  }

  /** The page has left the broadcast, and has not drained since. */
  get isSlow(): boolean {
    return this.#isSlow
  }

  /** The page's transport has taken everything that was sent. */
  get hasTaken(): boolean {
    return this.#backlog.size === 0
  }

  /** Called before a broadcast to the scope: a page that is too far behind leaves the scope's room, and gets one snapshot later. */
  beforeBroadcast(scope: Scope): void {
    if (this.#backlog.size <= MAX_BACKLOG) return
    if (!this.#isSlow) this.#listener.slow()
    this.#isSlow = true
    this.#defer(scope, () => this.#sendSnapshot(scope))
  }

  #subscribe(request: unknown, done: unknown): void {
    // A request without a callback can't be answered, so close the connection.
    if (!isCallback(done)) {
      this.#disconnect()
      return
    }
    const result = subscribe.safeParse(request)
    if (!result.success) {
      done({ kind: 'error', error: 'bad-request' })
      return
    }
    const { scope } = result.data
    if (!this.#mayFollow(scope)) {
      // As for a scope that does not exist: what may not be seen is not told of either.
      done({ kind: 'error', error: 'not-found' })
      return
    }
    if (!this.#scopes.has(scope) && this.#scopes.size >= MAX_SUBSCRIPTIONS) {
      this.#listener.refused('subscriptions')
      done({ kind: 'error', error: 'too-many' })
      return
    }
    this.#scopes.add(scope)
    this.#defer(scope, () => this.#answer(result.data, done))
    this.#tellDue()
  }

  #unsubscribe(request: unknown): void {
    const result = unsubscribe.safeParse(request)
    if (result.success) this.#drop(result.data.scope)
    else this.#disconnect()
  }

  /** Closes the connection of a page that sends what our own pages never send. */
  #disconnect(): void {
    this.#listener.refused('malformed-frames')
    this.#socket.disconnect(true)
  }

  #defer(scope: Scope, tell: () => Promise<void>): void {
    void this.#socket.leave(scope)
    this.#due.set(scope, tell)
  }

  #drained(): void {
    this.#isSlow = false
    this.#tellDue()
  }

  #tellDue(): void {
    if (!this.#telling && this.#due.size > 0)
      this.#tellOneByOne().catch((error: unknown) => this.#listener.failed(error))
  }

  /** Stops when the page falls behind; continues when its transport has drained. */
  async #tellOneByOne(): Promise<void> {
    this.#telling = true
    try {
      for (const [scope, tell] of this.#due) {
        if (this.#backlog.size > MAX_BACKLOG) return
        this.#due.delete(scope)
        // Join before reading, so that no step is lost in between [SYNC-3].
        void this.#socket.join(scope)
        await tell()
      }
    } finally {
      this.#telling = false
    }
  }

  async #answer({ scope, epoch, version }: Subscribe, done: (answer: Answer) => void): Promise<void> {
    const known = { ...(epoch !== undefined && { epoch }), ...(version !== undefined && { version }) }
    const answer = await this.#source.resume(scope, known)
    if (answer.kind === 'error') this.#drop(scope)
    done(answer)
  }

  async #sendSnapshot(scope: Scope): Promise<void> {
    const message = await this.#source.snapshot(scope)
    if (message !== undefined) this.#socket.emit('snapshot', message)
    else {
      this.#drop(scope)
      this.#socket.emit('gone', { scope })
    }
  }

  #drop(scope: Scope): void {
    this.#scopes.delete(scope)
    this.#due.delete(scope)
    void this.#socket.leave(scope)
  }
}

function isCallback(value: unknown): value is (answer: Answer) => void {
  return typeof value === 'function'
}
