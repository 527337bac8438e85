import { WebSocket, type RawData } from 'ws'
import { backoff } from '../clock/backoff'
import { serverNow } from '../clock/clock'
import { STREAM_GRACE } from '../run/link'
import type { Observation } from '../run/observation'
import { authorization } from './http'
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

type Event =
  | { kind: 'open'; at: number }
  | { kind: 'frame'; at: number; data: RawData; binary: boolean; bytes: number }
  | { kind: 'close'; at: number }

const RETRY = { first: 250, most: 10_000 }
const ESTABLISHED = 5_000
const SETTLE_EVERY = 250
const HANDSHAKE = 5_000
const MAX_FRAME = 32 * 1024 * 1024
/** How much may wait here, bytes, with a cost per event in addition to its text; the rest waits at the backend [SAFE-5]. */
const QUEUE_HIGH = 16 * 1024 * 1024
const QUEUE_LOW = 4 * 1024 * 1024
const EVENT_COST = 512
const SLICE = 8
const STALLED_AFTER = 3
/** After so many short connections in a row, a pause, ms, comes before each new one, even if they brought something. */
const HASTY = 20
const PAUSE = 100
/** A first replay has ended when no frame came for so long, ms: after its first frame, or if none came at all. */
const REPLAY_QUIET = 500
const NO_REPLAY = 3_000
const QUIET_AFTER_END = 30_000
const MAX_AFTER_END = 15 * 60_000

/**
 * Follows one run over the backend's WebSocket until the run is over. The backend answers no Ping, sends no Close, and drops
 * every reader of a burst, so only received messages count. If a lost connection delivered something new, the stream connects
 * again at once; if not, after a growing, jittered delay.
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
  /** The run began before we connected, and its messages so far are still being read. */
  #joining = false
  #openedAt = 0
  #delivered = false
  #endedAt: number | null = null
  #lastFrameAt = 0
  #closed = false
  #rejoining = false
  #lost: number | null = serverNow()

  readonly #listener: StreamListener
  /** Knows the run's messages that came already. */
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

  /** Since when there is no open connection that has caught up with the known messages, ms; null while there is one. */
  get lostAt(): number | null {
    return this.#lost
  }

  /** @param begun the run may have begun long ago: until its messages so far are read, its state is not current */
  open(begun: boolean): void {
    this.#joining = begun
    if (begun) this.#lost = serverNow() - STREAM_GRACE
    if (!this.#socket && !this.#retry && !this.#closed) this.#connect()
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
    if (this.#closed || this.#endedAt !== null) return
    this.#attempt = 0
    this.#rejoining = this.#socket !== null
    if (this.#socket) this.#socket.terminate()
    else this.#connectNow()
  }

  /** The run is over: errors and lines of other batches may still come, but a lost connection is not opened again. */
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

  /** The run's end was revoked. */
  resume(): void {
    if (this.#endedAt === null || this.#closed) return
    this.#endedAt = null
    if (this.#ending) clearInterval(this.#ending)
    this.#ending = null
    if (!this.#socket) this.#connectNow()
  }

  /** The approximate size of received frames that are not processed yet, bytes. */
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
    // A Ping comes from a proxy on the way. If the proxy does not read, its Pings get no answer.
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
    // A `close` always follows, and the messages that the connection brought show whether it failed.
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

  /** Processes events in slices of a few ms, so that a burst of one run does not delay the others. */
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
    // A message that was sent after we connected is not part of the replay.
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

  /** Reports that the stream is current, once its replay is complete: a connection that is cut during its replay counts as none. */
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
