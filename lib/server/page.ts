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
import { Backlog } from './backlog'

export const MAX_SUBSCRIPTIONS = 64

/** Beyond this much untaken data, in characters, a page is sent nothing more until its transport has drained. */
export const MAX_BACKLOG = 256 * 1024

/** What a page tells of itself. */
export interface PageListener {
  /** The source failed: then something that is due was never told. */
  failed(error: unknown): void
  /** It asked for more than a page may. */
  refused(bound: 'subscriptions' | 'malformed-frames'): void
  /** It no longer keeps up, and leaves the broadcast until it does. */
  slow(): void
}

export type PageSocket = Socket<ClientToServer, ServerToClient>
/** Of the publisher, what a page asks for. */
export type Source = Pick<Publisher, 'resume' | 'snapshot'>

/**
 * One connected page: what it subscribes to, and what it has still to be told. Its state dies with its socket, so
 * nothing of it can reach a successor [SYNC-7].
 */
export class Page {
  /** Every subscription; a scope is in the room of that name too, unless it is due. */
  readonly #scopes = new Set<Scope>()
  /** Scopes to be told anew, each once, and how. One at a time, and only to a page that reads [SYNC-5]. */
  readonly #due = new Map<Scope, () => Promise<void>>()
  #telling = false
  #isSlow = false
  readonly #backlog: Backlog

  readonly #socket: PageSocket
  readonly #source: Source
  readonly #listener: PageListener

  constructor(socket: PageSocket, source: Source, listener: PageListener) {
    this.#socket = socket
    this.#source = source
    this.#listener = listener

    this.#backlog = new Backlog(socket.conn, () => this.#drained())
    socket.on('subscribe', (request: unknown, done: unknown) => this.#subscribe(request, done))
    socket.on('unsubscribe', (request: unknown) => this.#unsubscribe(request))
    socket.on('disconnect', () => this.#due.clear())
  }

  /** It has left the broadcast, and has not drained since. */
  get isSlow(): boolean {
    return this.#isSlow
  }

  /** Its transport has taken all that it was sent. */
  get hasTaken(): boolean {
    return this.#backlog.size === 0
  }

  /** Called before a broadcast to the scope: a page that is too far behind leaves it, and gets one snapshot later. */
  beforeBroadcast(scope: Scope): void {
    if (this.#backlog.size <= MAX_BACKLOG) return
    if (!this.#isSlow) this.#listener.slow()
    this.#isSlow = true
    this.#defer(scope, () => this.#sendSnapshot(scope))
  }

  #subscribe(request: unknown, done: unknown): void {
    // Without a way to answer there is nothing to say but goodbye.
    if (!isCallback(done)) {
      this.#dismiss()
      return
    }
    const result = subscribe.safeParse(request)
    if (!result.success) {
      done({ kind: 'error', error: 'bad-request' })
      return
    }
    const { scope } = result.data
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
    else this.#dismiss()
  }

  /** Ends a page that says what no page of ours says. */
  #dismiss(): void {
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
    if (!this.#telling) this.#tellOneByOne().catch((error: unknown) => this.#listener.failed(error))
  }

  /** Stops where the page falls behind: its transport calls again when it has drained. */
  async #tellOneByOne(): Promise<void> {
    this.#telling = true
    try {
      for (const [scope, tell] of this.#due) {
        if (this.#backlog.size > MAX_BACKLOG) return
        this.#due.delete(scope)
        // Joined before it is read, so that nothing falls in between [SYNC-3].
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
