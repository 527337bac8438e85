import { guarded } from '../run/guarded'
import type { Channel } from './channel'
import type { Document } from './document'
import { DocumentChannel } from './document-channel'
import type { LogSource } from './log'
import { LogChannel } from './log-channel'
import type { Answer, SnapshotMessage, Subscribe } from './messages'
import type { Published, Publisher, PublisherOptions } from './publisher'
import type { Scope } from './scope'

/** How long changes are collected after one was sent, ms [SYNC-4.2]. */
export const COALESCE_MS = 20
/** With many pages they are collected for longer: for so many ms for each page [SYNC-4.5]. */
const COALESCE_MS_A_PAGE = 0.1
/** The longest time for states, and the time for logs: nobody reads lines one by one when they come so fast. */
export const MAX_COALESCE_MS = 50
/** How often a scope sends its version and digest, ms [SYNC-6]. */
export const HEARTBEAT_MS = 5_000
/** After this many heartbeats without pages, a scope forgets what only pages need. */
const REST_AFTER_HEARTBEATS = 12

interface OpenScope {
  readonly scope: Scope
  readonly start: () => Channel
  /** How long changes are collected at least, ms. */
  readonly coalesceMs: number
  epoch: string
  /** Null until the scope is first read: without a reader, the source is not read. */
  channel: Channel | null
  /** Whether the scope was touched since its source was last read. */
  dirty: boolean
  /** When the first change was made that pages wait for, ms; null if there is none. */
  changedAt: number | null
  /** When its source was last read, ms. */
  readAt: number
  /** Cancels the timer that runs while changes are collected; null if none runs. */
  gathering: (() => void) | null
  quietHeartbeats: number
}

/** The publisher of a single process; it keeps everything in memory. */
export class MemoryPublisher implements Publisher {
  readonly #opened = new Map<Scope, OpenScope>()
  readonly #broadcast: PublisherOptions['broadcast']
  readonly #audience: PublisherOptions['audience']
  readonly #failed: PublisherOptions['failed']
  readonly #published: PublisherOptions['published']
  readonly #now: () => number
  readonly #setTimer: (ms: number, callback: () => void) => () => void
  readonly #incarnation: string
  #epochs = 0
  #cancelBeat: () => void

  constructor({ broadcast, audience, failed, published, now, setTimer, incarnation }: PublisherOptions) {
    this.#broadcast = broadcast
    this.#audience = audience
    this.#failed = failed
    this.#published = published
    this.#now = now ?? Date.now
    this.#setTimer = setTimer ?? systemTimer
    this.#incarnation = incarnation ?? crypto.randomUUID()
    this.#cancelBeat = this.#setTimer(HEARTBEAT_MS, () => this.#heartbeat())
  }

  open(scope: Scope, source: () => Document): void {
    this.#start(scope, COALESCE_MS, () => new DocumentChannel(source))
  }

  openLog(scope: Scope, source: LogSource): void {
    this.#start(scope, MAX_COALESCE_MS, () => new LogChannel(source))
  }

  touch(scope: Scope): void {
    const open = this.#opened.get(scope)
    if (!open) return
    open.dirty = true
    if (this.#published && this.#audience(scope) > 0) open.changedAt ??= this.#now()
    this.#announce(open)
  }

  resetEpoch(scope: Scope): void {
    const open = this.#opened.get(scope)
    if (!open) return
    open.epoch = this.#nextEpoch()
    open.channel = null
    if (this.#audience(scope) === 0) return
    this.#guard(open, () => this.#broadcast(scope, 'snapshot', this.#snapshotOf(open)))
  }

  close(scope: Scope): void {
    const open = this.#opened.get(scope)
    if (!open) return
    open.gathering?.()
    this.#opened.delete(scope)
    if (this.#audience(scope) > 0) this.#broadcast(scope, 'gone', { scope })
  }

  async read(scope: Scope): Promise<Published | undefined> {
    const open = this.#opened.get(scope)
    if (!open) return undefined
    const channel = this.#upToDate(open)
    if (!(channel instanceof DocumentChannel)) return undefined
    return { epoch: open.epoch, version: channel.version, document: channel.document }
  }

  async resume(scope: Scope, known: Pick<Subscribe, 'epoch' | 'version'>): Promise<Answer> {
    const open = this.#opened.get(scope)
    if (!open) return { kind: 'error', error: 'not-found' }
    const { epoch } = open
    const channel = this.#upToDate(open)
    const steps = known.epoch === epoch && known.version !== undefined ? channel.since(known.version) : null
    if (!steps) return { kind: 'snapshot', ...this.#snapshotOf(open) }
    return { kind: 'diffs', epoch, scope, now: this.#time(), version: channel.version, steps }
  }

  async snapshot(scope: Scope): Promise<SnapshotMessage | undefined> {
    const open = this.#opened.get(scope)
    return open && this.#snapshotOf(open)
  }

  stop(): void {
    this.#cancelBeat()
    for (const open of this.#opened.values()) open.gathering?.()
    this.#opened.clear()
  }

  #start(scope: Scope, coalesceMs: number, start: () => Channel): void {
    if (this.#opened.has(scope)) throw new Error(`The scope ${scope} is open already`)
    const unread = { channel: null, dirty: false, changedAt: null, readAt: 0, gathering: null, quietHeartbeats: 0 }
    this.#opened.set(scope, { scope, start, coalesceMs, epoch: this.#nextEpoch(), ...unread })
  }

  /** Sends the first change at once. Changes that come while changes are collected wait for the timer [SYNC-4]. */
  #announce(open: OpenScope): void {
    if (!open.dirty || open.gathering || this.#audience(open.scope) === 0) return
    this.#guard(open, () => this.#publish(open))
  }

  /** Reports an error of one scope's source, so that the other scopes still reach their pages. */
  #guard({ scope }: OpenScope, step: () => void): void {
    guarded(step, error => this.#failed(scope, error))
  }

  /** Reads the source, and sends a change to the pages. */
  #publish(open: OpenScope): Channel {
    const { scope, epoch, changedAt } = open
    open.dirty = false
    open.changedAt = null
    open.readAt = this.#now()
    if (!open.channel) return (open.channel = open.start())
    const { channel } = open
    const change = channel.advance()
    if (!change || this.#audience(scope) === 0) return channel
    if (change === 'snapshot') this.#broadcast(scope, 'snapshot', this.#messageOf(open, channel))
    else this.#broadcast(scope, 'push', { epoch, scope, now: this.#time(), ...change })
    if (changedAt !== null) this.#published?.(Math.max(0, this.#now() - changedAt))
    open.gathering ??= this.#setTimer(coalesceFor(open, this.#audience(scope)), () => {
      open.gathering = null
      this.#announce(open)
    })
    return channel
  }

  /**
   * Returns a channel at the newest state, after sending the same version to the pages. It also finds a change that was not
   * announced; to look for one, it reads the source at most once per `COALESCE_MS`, however many pages ask.
   */
  #upToDate(open: OpenScope): Channel {
    const isRecent = Math.abs(this.#now() - open.readAt) < COALESCE_MS
    return open.channel && !open.dirty && isRecent ? open.channel : this.#publish(open)
  }

  /**
   * Reads each source even without an announced change: a change that its owner forgot to announce is at most one heartbeat late.
   */
  #heartbeat(): void {
    this.#cancelBeat = this.#setTimer(HEARTBEAT_MS, () => this.#heartbeat())
    for (const open of this.#opened.values()) {
      if (this.#audience(open.scope) > 0) this.#guard(open, () => this.#heartbeatOf(open))
      else if (++open.quietHeartbeats === REST_AFTER_HEARTBEATS) open.channel?.rest()
    }
  }

  #heartbeatOf(open: OpenScope): void {
    const { scope, epoch } = open
    open.quietHeartbeats = 0
    const channel = this.#publish(open)
    const { version } = channel
    this.#broadcast(scope, 'beat', { epoch, scope, now: this.#time(), version, digest: channel.digest() })
  }

  #snapshotOf(open: OpenScope): SnapshotMessage {
    return this.#messageOf(open, this.#upToDate(open))
  }

  #messageOf({ scope, epoch }: OpenScope, channel: Channel): SnapshotMessage {
    return { epoch, scope, now: this.#time(), version: channel.version, state: channel.state() }
  }

  #nextEpoch(): string {
    this.#epochs++
    return `${this.#incarnation}.${this.#epochs}`
  }

  #time(): string {
    return new Date(this.#now()).toISOString()
  }
}

/** @param pages how many a change is sent to */
const coalesceFor = ({ coalesceMs }: OpenScope, pages: number): number =>
  Math.min(MAX_COALESCE_MS, Math.max(coalesceMs, COALESCE_MS_A_PAGE * pages))

function systemTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
