import { WebSocket, type RawData } from 'ws'
import { serverNow } from '../clock/clock'
import { STREAM_GRACE } from '../run/link'
import type { Observation } from '../run/observation'
import { EventQueue } from './event-queue'
import { authorization } from './http'
import { Reconnection } from './reconnection'
import { Replay } from './replay'

/** The events of a stream. Calls come in the backend's order, never from within the socket's own handler. */
export interface StreamListener {
  /** `fresh`: not seen before on any connection, so its line belongs in the log. */
  observed(observation: Observation, fresh: boolean): void
  /** A frame is no message, or has unknown words, or the connection failed. It has no other effect. */
  odd(reason: string): void
  /** The stream is open and its replay is complete: from now on the run's state is current. */
  caughtUp(): void
  /** Several connections in a row were cut before they had brought anything new. */
  stalled(): void
}

/** An event of a socket. `at`: when it happened, ms. */
type SocketEvent =
  { kind: 'open' | 'close'; at: number } | { kind: 'frame'; at: number; data: RawData; binary: boolean }

/** `isLeft`: the connection was ended from here, for another one. */
type Phase =
  /** Not connected, and nothing is under way: not opened yet, or the run is over. */
  | { kind: 'idle' }
  | { kind: 'waiting'; retry: NodeJS.Timeout }
  | { kind: 'connecting'; socket: WebSocket; isLeft: boolean }
  | { kind: 'open'; socket: WebSocket; isLeft: boolean; at: number; hasDelivered: boolean; settling: NodeJS.Timeout }
  | { kind: 'closed' }

const IDLE: Phase = { kind: 'idle' }

const SETTLE_EVERY = 250
const HANDSHAKE = 5_000
const MAX_FRAME = 32 * 1024 * 1024
/** A first replay has ended when no frame came for so long, ms: after its first frame, or if none came at all. */
const REPLAY_QUIET = 500
const NO_REPLAY = 3_000
const QUIET_AFTER_END = 30_000
const MAX_AFTER_END = 15 * 60_000

/**
 * Follows one run over the backend's WebSocket until the run is over. The backend answers no Ping, sends no Close, and drops
 * every reader of a burst, so only received messages count. A lost connection is made again as `Reconnection` says.
 */
export class RunStream {
  readonly #address: URL
  readonly #headers: Record<string, string>
  readonly #reconnection = new Reconnection()
  readonly #queue: EventQueue<SocketEvent>
  #phase: Phase = IDLE
  /** The run is over, since when, ms: a lost connection is not made again. */
  #over: { readonly since: number; readonly timer: NodeJS.Timeout } | null = null
  #lastFrameAt = 0
  /** The run began before we connected, and its messages so far are still being read. */
  #isJoining = false
  #lostAt: number | null = serverNow()

  readonly #listener: StreamListener
  /** Knows the run's messages that came already. */
  readonly #replay: Replay

  constructor(backend: URL, runId: string, listener: StreamListener, replay = new Replay()) {
    this.#listener = listener
    this.#replay = replay

    this.#headers = authorization(backend)
    this.#address = streamAddress(backend, runId)
    this.#queue = new EventQueue({
      take: event => this.#take(event),
      filled: () => this.#socket?.pause(),
      drained: () => {
        if (this.#socket?.isPaused) this.#socket.resume()
      },
    })
  }

  /** Since when there is no open connection that has caught up with the known messages, ms; null while there is one. */
  get lostAt(): number | null {
    return this.#lostAt
  }

  /** The approximate size of received frames that are not processed yet, bytes. */
  get queued(): number {
    return this.#queue.bytes
  }

  /** True once nothing more will come. */
  get done(): boolean {
    return this.#phase.kind === 'closed' || (this.#over !== null && this.#phase.kind === 'idle')
  }

  /** @param begun the run may have begun long ago: until its messages so far are read, its state is not current */
  open(begun: boolean): void {
    this.#isJoining = begun
    if (begun) this.#lostAt = serverNow() - STREAM_GRACE
    if (this.#phase.kind === 'idle') this.#connect()
  }

  /** The start of the run was sent from here. @param sentAt our clock, ms */
  started(sentAt: number): void {
    this.#replay.started(sentAt)
  }

  /** The clock of our machine was set. @param ahead by how much it is ahead of the clock of receipt times, ms */
  ourClock(ahead: number): void {
    this.#replay.ourClock(ahead)
  }

  /** Disconnects and connects again, for a full replay; does nothing once the run is over. */
  rejoin(): void {
    const phase = this.#phase
    if (phase.kind === 'closed' || this.#over) return
    if (phase.kind === 'connecting' || phase.kind === 'open') {
      phase.isLeft = true
      phase.socket.terminate()
    } else this.#connect()
  }

  /** Connects at once where it waits for its next try. */
  connectNow(): void {
    if (this.#phase.kind === 'waiting') this.#connect()
  }

  /** The run is over: errors and lines of other batches may still come, but a lost connection is not made again. */
  finish(): void {
    if (this.#over || this.#phase.kind === 'closed') return
    const since = (this.#lastFrameAt = serverNow())
    const timer = setInterval(() => this.#endIfQuiet(since), 1_000)
    timer.unref()
    this.#over = { since, timer }
    if (this.#phase.kind !== 'waiting') return
    clearTimeout(this.#phase.retry)
    this.#phase = IDLE
  }

  /** The run's end was revoked. */
  resume(): void {
    if (!this.#over || this.#phase.kind === 'closed') return
    clearInterval(this.#over.timer)
    this.#over = null
    if (this.#phase.kind === 'idle') this.#connect()
  }

  close(): void {
    const phase = this.#phase
    this.#phase = { kind: 'closed' }
    if (this.#over) clearInterval(this.#over.timer)
    if (phase.kind === 'waiting') clearTimeout(phase.retry)
    if (phase.kind === 'open') clearInterval(phase.settling)
    if (phase.kind === 'connecting' || phase.kind === 'open') phase.socket.terminate()
    this.#queue.clear()
  }

  get #socket(): WebSocket | null {
    return this.#phase.kind === 'connecting' || this.#phase.kind === 'open' ? this.#phase.socket : null
  }

  #connect(): void {
    if (this.#phase.kind === 'waiting') clearTimeout(this.#phase.retry)
    // The peer answers no Ping and needs no Pong; compression would only cost on a local link.
    const socket = new WebSocket(this.#address, {
      headers: this.#headers,
      handshakeTimeout: HANDSHAKE,
      maxPayload: MAX_FRAME,
      perMessageDeflate: false,
      skipUTF8Validation: true,
      autoPong: false,
    })
    this.#phase = { kind: 'connecting', socket, isLeft: false }
    // A Ping comes from a proxy on the way. If the proxy does not read, its Pings get no answer.
    socket.on('ping', data => {
      if (socket.bufferedAmount === 0) socket.pong(data)
    })
    socket.on('open', () => this.#enqueue({ kind: 'open', at: serverNow() }))
    socket.on('message', (data, binary) => {
      const bytes = Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength
      this.#enqueue({ kind: 'frame', at: serverNow(), data, binary }, bytes)
    })
    // A `close` always follows, and the messages that the connection brought show whether it failed.
    socket.on('error', error => {
      if (!('code' in error) || error.code !== 'ECONNREFUSED') this.#listener.odd(`stream: ${error.message}`)
    })
    socket.on('close', () => {
      this.#lostAt ??= serverNow()
      this.#enqueue({ kind: 'close', at: serverNow() })
    })
  }

  #enqueue(event: SocketEvent, bytes?: number): void {
    if (this.#phase.kind !== 'closed') this.#queue.push(event, bytes)
  }

  #take(event: SocketEvent): void {
    switch (event.kind) {
      case 'open':
        this.#takeOpen(event.at)
        break
      case 'frame':
        this.#takeFrame(event)
        break
      case 'close':
        this.#takeClose(event.at)
        break
    }
  }

  #takeOpen(at: number): void {
    if (this.#phase.kind !== 'connecting') return
    const settling = setInterval(() => this.#settle(), SETTLE_EVERY)
    settling.unref()
    this.#phase = { ...this.#phase, kind: 'open', at, hasDelivered: false, settling }
    this.#listener.observed(this.#replay.open(at), false)
    this.#noteCaughtUp()
  }

  #takeFrame({ data, binary, at }: Extract<SocketEvent, { kind: 'frame' }>): void {
    if (this.#phase.kind !== 'open') return
    this.#lastFrameAt = at
    if (binary) {
      this.#listener.odd('binary frame')
      return
    }
    const received = this.#replay.receive(textOf(data), at)
    if (received.kind === 'unreadable') {
      this.#listener.odd(received.reason)
      return
    }
    const { observation, fresh, odd } = received
    if (odd !== null) this.#listener.odd(odd)
    if (fresh) this.#phase.hasDelivered = true
    // A message that was sent after we connected is not part of the replay.
    if (observation.kind !== 'message' || observation.time.ms >= this.#phase.at) this.#isJoining = false
    this.#listener.observed(observation, fresh)
    this.#noteCaughtUp()
  }

  #settle(): void {
    if (this.#phase.kind !== 'open' || !this.#queue.isEmpty) return
    const now = serverNow()
    const { at } = this.#phase
    const hasHeard = this.#lastFrameAt >= at
    if (now - Math.max(this.#lastFrameAt, at) >= (hasHeard ? REPLAY_QUIET : NO_REPLAY)) this.#isJoining = false
    const settled = this.#replay.settle(now)
    if (settled) this.#listener.observed(settled, false)
    this.#noteCaughtUp()
    // Nothing is left to wait for, and hundreds of runs may be followed.
    if (this.#replay.isSettled && !this.#isJoining && this.#lostAt === null) this.#stopSettling()
  }

  #stopSettling(): void {
    if (this.#phase.kind === 'open') clearInterval(this.#phase.settling)
  }

  /** Reports that the stream is current, once its replay is complete: a connection that is cut during its replay counts as none. */
  #noteCaughtUp(): void {
    if (this.#lostAt === null || this.#isJoining || !this.#replay.caughtUp) return
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#lostAt = null
    this.#listener.caughtUp()
  }

  #takeClose(at: number): void {
    const phase = this.#phase
    if (phase.kind !== 'connecting' && phase.kind !== 'open') return
    this.#phase = IDLE
    if (phase.kind === 'open') {
      clearInterval(phase.settling)
      this.#listener.observed(this.#replay.close(at, phase.isLeft), false)
    }
    if (this.#phase.kind === 'idle' && !this.#over) this.#connectAfter(phase, at)
  }

  #connectAfter(ended: Extract<Phase, { kind: 'connecting' | 'open' }>, at: number): void {
    const isOpen = ended.kind === 'open'
    const { pause, isStalled } = this.#reconnection.after({
      openFor: isOpen ? at - ended.at : null,
      hasDelivered: isOpen && ended.hasDelivered,
      isLeft: ended.isLeft,
    })
    if (isStalled) this.#listener.stalled()
    if (pause === 0) this.#connect()
    else this.#phase = { kind: 'waiting', retry: setTimeout(() => this.#connect(), pause) }
  }

  #endIfQuiet(since: number): void {
    const now = serverNow()
    if (now - this.#lastFrameAt < QUIET_AFTER_END && now - since < MAX_AFTER_END) return
    if (this.#over) clearInterval(this.#over.timer)
    this.#socket?.terminate()
  }
}

/** The address of a run's stream, without credentials. */
function streamAddress(backend: URL, runId: string): URL {
  const base = new URL(backend)
  base.username = base.password = ''
  const address = new URL(`${base.href.replace(/\/$/, '')}/api/execution/ws`)
  address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:'
  address.searchParams.set('run_id', runId)
  return address
}

/** Invalid UTF-8 becomes replacement characters: a frame is never lost over one byte. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}
