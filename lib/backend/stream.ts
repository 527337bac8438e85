import { WebSocket, type RawData } from 'ws'
import { backoff } from '../clock/backoff'
import { serverNow } from '../clock/clock'
import { STREAM_GRACE } from '../run/link'
import type { Observation } from '../run/observation'
import { authorization } from './http'
import { Replay } from './replay'

/** What a stream tells its owner. Calls come in the backend's order, never from within the socket's own handler. */
export interface StreamListener {
  /** `fresh`: not seen before on any connection, so its line belongs in the log. */
  observed(observation: Observation, fresh: boolean): void
  /** A frame that is no message, or one with unknown words. Costs nothing but this. */
  odd(reason: string): void
  /** The stream is open and has brought all that there was: what is known is current from now on. */
  caughtUp(): void
  /** Several connections in a row were cut before they had brought anything new. */
  stalled(): void
}

type Event =
  | { kind: 'open'; at: number }
  | { kind: 'frame'; at: number; data: RawData; binary: boolean; bytes: number }
  | { kind: 'close'; at: number }

const RETRY = { first: 250, most: 10_000 }
const ESTABLISHED = 5_000
const SETTLE_EVERY = 250
const HANDSHAKE = 5_000
const MAX_FRAME = 32 * 1024 * 1024
/** What may wait here, with what an event costs beside its text; the rest waits at the backend [SAFE-5]. */
const QUEUE_HIGH = 16 * 1024 * 1024
const QUEUE_LOW = 4 * 1024 * 1024
const EVENT_COST = 512
const SLICE = 8
const STALLED_AFTER = 3
/** After so many short connections in a row even those that brought something are joined again with a pause, ms. */
const HASTY = 20
const PAUSE = 100
/** A first replay has ended when nothing came for so long, ms: after its first frame, or where none came at all. */
const REPLAY_QUIET = 500
const NO_REPLAY = 3_000
const QUIET_AFTER_END = 30_000
const MAX_AFTER_END = 15 * 60_000

/**
 * Follows one run over the backend's WebSocket for as long as the run is not over. The backend answers no Ping, sends
 * no Close, and drops every reader of a burst, so only what it says counts: a connection that delivered something is
 * joined again at once, one that did not with growing, jittered delay.
 */
export class RunStream {
  readonly #address: URL
  readonly #headers: Record<string, string>
  #socket: WebSocket | null = null
  readonly #queue: Event[] = []
  #queuedBytes = 0
  #draining = false
  #retry: NodeJS.Timeout | null = null
  #settling: NodeJS.Timeout | null = null
  #ending: NodeJS.Timeout | null = null
  #attempt = 0
  #fruitless = 0
  #hasty = 0
  /** The run began before we joined, and its story so far is still being read. */
  #joining = false
  #openedAt = 0
  #delivered = false
  #endedAt: number | null = null
  #lastFrameAt = 0
  #closed = false
  #rejoining = false
  #lost: number | null = serverNow()

  readonly #listener: StreamListener
  /** What is known of the run's messages already. */
  readonly #replay: Replay

  constructor(
    backend: URL,
    runId: string,
    listener: StreamListener,

    replay = new Replay(),
  ) {
    this.#listener = listener
    this.#replay = replay

    this.#headers = authorization(backend)
    const base = new URL(backend)
    base.username = base.password = ''
    this.#address = new URL(`${base.href.replace(/\/$/, '')}/api/execution/ws`)
    this.#address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#address.searchParams.set('run_id', runId)
  }

  /** Since when no connection is open that has caught up with what is known, ms; null while there is one. */
  get lostAt(): number | null {
    return this.#lost
  }

  /** @param begun the run may have begun long ago: until its story so far is read, what is known is not current */
  open(begun: boolean): void {
    this.#joining = begun
    if (begun) this.#lost = serverNow() - STREAM_GRACE
    if (!this.#socket && !this.#retry && !this.#closed) this.#connect()
  }

  /** The start of the run was sent from here. @param sentAt our clock, ms */
  started(sentAt: number): void {
    this.#replay.started(sentAt)
  }

  /** The clock of our machine was set. @param ahead by how much it is ahead of the one that receipt times are by, ms */
  ourClock(ahead: number): void {
    this.#replay.ourClock(ahead)
  }

  /** Leaves and joins afresh, for a whole replay; not once the run is over. */
  rejoin(): void {
    if (this.#closed || this.#endedAt !== null) return
    this.#attempt = 0
    this.#rejoining = this.#socket !== null
    if (this.#socket) this.#socket.terminate()
    else this.#connectNow()
  }

  /** The run is over: errors and siblings' lines may still come, but a lost connection is not joined again. */
  finish(): void {
    if (this.#endedAt !== null || this.#closed) return
    this.#endedAt = this.#lastFrameAt = serverNow()
    if (this.#retry) clearTimeout(this.#retry)
    this.#retry = null
    this.#ending = setInterval(() => {
      this.#endIfQuiet(serverNow())
    }, 1_000)
    this.#ending.unref()
  }

  /** The end was taken back. */
  resume(): void {
    if (this.#endedAt === null || this.#closed) return
    this.#endedAt = null
    if (this.#ending) clearInterval(this.#ending)
    this.#ending = null
    if (!this.#socket) this.#connectNow()
  }

  /** What was received and is not yet taken in, about, in bytes. */
  get queued(): number {
    return this.#queuedBytes
  }

  /** True once nothing more will come. */
  get done(): boolean {
    return this.#closed || (this.#endedAt !== null && this.#socket === null)
  }

  close(): void {
    this.#closed = true
    for (const timer of [this.#retry, this.#settling, this.#ending]) if (timer) clearTimeout(timer)
    this.#queue.length = 0
    this.#socket?.terminate()
  }

  #connectNow(): void {
    if (this.#retry) clearTimeout(this.#retry)
    this.#retry = null
    this.#connect()
  }

  #connect(): void {
    // The peer answers no Ping and needs no Pong; compression would only cost on a local link.
    const socket = new WebSocket(this.#address, {
      headers: this.#headers,
      handshakeTimeout: HANDSHAKE,
      maxPayload: MAX_FRAME,
      perMessageDeflate: false,
      skipUTF8Validation: true,
      autoPong: false,
    })
    // Of a proxy on the way; one that does not read gets no more of them answered.
    socket.on('ping', data => {
      if (socket.bufferedAmount === 0) socket.pong(data)
    })
    this.#socket = socket
    socket.on('open', () => {
      this.#enqueue({ kind: 'open', at: serverNow() })
    })
    socket.on('message', (data, binary) => {
      const bytes = Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength
      this.#enqueue({ kind: 'frame', at: serverNow(), data, binary, bytes: bytes + EVENT_COST })
    })
    // A `close` always follows; what failed is seen from what the connection brought.
    socket.on('error', error => {
      if (!('code' in error) || error.code !== 'ECONNREFUSED') this.#listener.odd(`stream: ${error.message}`)
    })
    socket.on('close', () => {
      this.#lost ??= serverNow()
      this.#enqueue({ kind: 'close', at: serverNow() })
    })
  }

  #enqueue(event: Event): void {
    if (this.#closed) return
    if (event.kind === 'frame') {
      this.#queuedBytes += event.bytes
      if (this.#queuedBytes > QUEUE_HIGH) this.#socket?.pause()
    }
    this.#queue.push(event)
    if (this.#draining) return
    this.#draining = true
    setImmediate(() => {
      this.#drain()
    })
  }

  /** Takes events in slices of a few ms, so that a burst of one run delays nobody else. */
  #drain(): void {
    const until = performance.now() + SLICE
    let taken = 0
    while (taken < this.#queue.length && performance.now() < until) {
      const event = this.#queue[taken]
      taken += 1
      if (event) this.#take(event)
    }
    this.#queue.splice(0, taken)
    if (this.#queuedBytes < QUEUE_LOW && this.#socket?.isPaused) this.#socket.resume()
    this.#draining = this.#queue.length > 0
    if (this.#draining) {
      setImmediate(() => {
        this.#drain()
      })
    }
  }

  #take(event: Event): void {
    switch (event.kind) {
      case 'open':
        this.#openedAt = event.at
        this.#delivered = false
        this.#listener.observed(this.#replay.open(event.at), false)
        this.#noteCaughtUp()
        this.#settling = setInterval(() => {
          this.#settle()
        }, SETTLE_EVERY)
        this.#settling.unref()
        break
      case 'frame':
        this.#takeFrame(event)
        break
      case 'close':
        this.#takeClose(event.at)
        break
    }
  }

  #takeFrame({ data, binary, bytes, at }: Extract<Event, { kind: 'frame' }>): void {
    this.#queuedBytes -= bytes
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
    if (received.odd !== null) this.#listener.odd(received.odd)
    if (received.fresh) this.#delivered = true
    const { observation } = received
    // What was said after we joined is no replay any more.
    if (observation.kind !== 'message' || observation.time.ms >= this.#openedAt) this.#joining = false
    this.#listener.observed(observation, received.fresh)
    this.#noteCaughtUp()
  }

  #settle(): void {
    if (this.#queue.length > 0) return
    const now = serverNow()
    const heard = this.#lastFrameAt >= this.#openedAt
    if (now - Math.max(this.#lastFrameAt, this.#openedAt) >= (heard ? REPLAY_QUIET : NO_REPLAY)) this.#joining = false
    const settled = this.#replay.settle(now)
    if (settled) this.#listener.observed(settled, false)
    this.#noteCaughtUp()
  }

  /** A connection that is being cut again and again in the middle of its replay is as good as none. */
  #noteCaughtUp(): void {
    if (this.#lost === null || this.#joining || !this.#replay.caughtUp) return
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#lost = null
    this.#listener.caughtUp()
  }

  #takeClose(at: number): void {
    if (this.#settling) clearInterval(this.#settling)
    this.#settling = null
    this.#socket = null
    const opened = this.#openedAt > 0
    if (opened) this.#listener.observed(this.#replay.close(at), false)
    const established = opened && at - this.#openedAt > ESTABLISHED
    const fruitful = established || (opened && this.#delivered)
    this.#hasty = established ? 0 : this.#hasty + 1
    this.#openedAt = 0
    if (this.#closed || this.#endedAt !== null) return
    if (fruitful || this.#rejoining) {
      this.#rejoining = false
      this.#attempt = this.#fruitless = 0
      if (this.#hasty <= HASTY) this.#connectNow()
      else this.#connectIn(PAUSE)
      return
    }
    if (opened) this.#fruitless += 1
    if (this.#fruitless === STALLED_AFTER) this.#listener.stalled()
    this.#connectIn(backoff(this.#attempt, RETRY))
    this.#attempt += 1
  }

  #connectIn(delay: number): void {
    this.#retry = setTimeout(() => {
      this.#connectNow()
    }, delay)
  }

  #endIfQuiet(now: number): void {
    const ended = this.#endedAt ?? now
    if (now - this.#lastFrameAt < QUIET_AFTER_END && now - ended < MAX_AFTER_END) return
    if (this.#ending) clearInterval(this.#ending)
    this.#ending = null
    this.#socket?.terminate()
  }
}

/** Invalid UTF-8 becomes replacement characters: a frame is never lost over one byte. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}
