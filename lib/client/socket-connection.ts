import { io, type Socket } from 'socket.io-client'
import {
  answer,
  heard,
  NOT_SIGNED_IN,
  OUTDATED,
  PROTOCOL,
  SOCKET_PATH,
  visitor,
  type Answer,
  type Subscribe,
} from '../sync/messages'
import type { Scope } from '../sync/scope'
import type { Connection, ConnectionEvents, OpenConnection } from './connection'
import { TransportChoice, TRANSPORT_TIMES, type Transport, type TransportTimes } from './transport-choice'
import { troubleOf } from './trouble'
import { WebSocketProbe } from './websocket-probe'

/** How long to wait before reconnecting after the server closed the connection, ms: socket.io takes that as final. */
const DISMISSED_MS = 2_000

/** Connections by socket.io, to the page's own origin or to `url`. */
export const socketConnection =
  (url = '', times = TRANSPORT_TIMES): OpenConnection =>
  events =>
    new SocketConnection(url, times, events)

/**
 * A connection by WebSocket if that gets through, else by long polling. While it polls, it probes whether WebSocket gets through
 * again [SYNC-11].
 */
class SocketConnection implements Connection {
  readonly #choice: TransportChoice
  readonly #socket: Socket
  /** Changes whenever the connection is made or breaks, so that an answer to an earlier one is told apart. */
  #generation = 0
  #closed = false
  #isUp = false
  #isClosing = false
  #retry: ReturnType<typeof setTimeout> | undefined
  #nextProbe: ReturnType<typeof setTimeout> | undefined
  #probe: WebSocketProbe | null = null

  readonly #url: string
  readonly #times: TransportTimes
  readonly #events: ConnectionEvents

  constructor(url: string, times: TransportTimes, events: ConnectionEvents) {
    this.#url = url
    this.#times = times
    this.#events = events

    this.#choice = new TransportChoice(times)
    const { transports, timeoutMs } = this.#choice.next()
    this.#socket = io(url, {
      path: SOCKET_PATH,
      // If a WebSocket is closed before it opened, socket.io gets no event: only this timeout ends the wait.
      timeout: timeoutMs,
      auth: { protocol: PROTOCOL },
      transports: [...transports],
      tryAllTransports: true,
      // The upgrade of socket.io waits forever if a proxy swallows it, and browsers open only one WebSocket to a host at a time.
      upgrade: false,
      // Do not share a socket with an earlier connection to the same place: the end of that one would end this one.
      forceNew: true,
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 2_000,
      randomizationFactor: 0.5,
    })
    this.#socket.on('connect', () => this.#connected())
    this.#socket.on('disconnect', (reason, details) => {
      this.#disconnected(reason)
      if (details !== undefined) events.troubled(troubleOf(details))
      events.down()
      if (reason !== 'io client disconnect') this.#comeBack()
    })
    this.#socket.on('connect_error', error => this.#failed(error))
    this.#socket.onAny((event: string, message: unknown) => this.#hear(event, message))
  }

  ask(request: Subscribe, patienceMs: number, done: (answer: Answer | null) => void): void {
    const asked = this.#generation
    this.#socket.timeout(patienceMs).emit('subscribe', request, (error: Error | null, message: unknown) => {
      if (asked !== this.#generation) return
      if (error) {
        done(null)
        return
      }
      this.#choice.proved()
      const result = answer.safeParse(message)
      if (result.success) done(result.data)
      else this.#events.outdated(result.error)
    })
  }

  leave(scope: Scope): void {
    if (this.#socket.connected) this.#socket.emit('unsubscribe', { scope })
  }

  reconnect(): void {
    // The connection seemed to be open, but nothing came through.
    if (this.#isUp) {
      this.#choice.ended('mute', Date.now())
      this.#events.troubled({ kind: 'mute' })
    }
    this.#connectAnew()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#stopProbing()
    if (!this.#isOpening()) this.#socket.disconnect()
  }

  #connected(): void {
    if (this.#closed) {
      this.#socket.disconnect()
      return
    }
    this.#generation += 1
    this.#isUp = true
    this.#isClosing = false
    const by: Transport = this.#socket.io.engine.transport.name === 'websocket' ? 'websocket' : 'polling'
    this.#choice.carried(by, Date.now())
    this.#events.carried(by)
    this.#stopProbing()
    this.#probeLater()
    this.#events.up()
  }

  #disconnected(reason: Socket.DisconnectReason): void {
    this.#generation += 1
    this.#stopProbing()
    if (this.#isUp) this.#choice.ended(this.#isClosing || reason.startsWith('io ') ? 'told' : 'cut', Date.now())
    // The connection opened, and broke before the server let the page in.
    else this.#choice.failed(true)
    this.#isUp = false
    this.#offer()
  }

  #failed(error: Error): void {
    if (this.#closed) {
      this.#socket.disconnect()
      return
    }
    // If the socket is active, no connection was made, and socket.io tries again. Else the server itself refused it.
    if (this.#socket.active) {
      const trouble = troubleOf(error)
      this.#choice.failed(trouble.kind === 'silent')
      this.#offer()
      this.#events.troubled(trouble)
    } else if (error.message === OUTDATED) this.#events.outdated(error)
    else if (error.message === NOT_SIGNED_IN) this.#events.signedOut()
    else this.#events.troubled({ kind: 'refused', words: error.message })
    this.#comeBack()
  }

  #hear(event: string, message: unknown): void {
    if (event === 'closing') {
      this.#isClosing = true
      this.#events.closing()
      return
    }
    if (event === 'visitor') {
      const told = visitor.safeParse(message)
      if (told.success) this.#events.visitor(told.data)
      else this.#events.outdated(told.error)
      return
    }
    const result = heard.safeParse({ event, message })
    this.#choice.proved()
    if (result.success) this.#events.heard(result.data)
    else this.#events.outdated(result.error)
  }

  /** Whether a WebSocket is being opened. A browser would report an error if it were closed now, so its end is waited for. */
  #isOpening(): boolean {
    const { readyState, transport } = this.#socket.io.engine
    return readyState === 'opening' && transport.name === 'websocket'
  }

  /** Sets the transports of the next attempt. */
  #offer(): void {
    const { transports, timeoutMs } = this.#choice.next()
    this.#socket.io.opts.transports = [...transports]
    this.#socket.io.timeout(timeoutMs)
  }

  /** Connects again after an end from which socket.io does not reconnect. */
  #comeBack(): void {
    if (this.#socket.active) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#socket.connect(), DISMISSED_MS * (0.5 + Math.random() / 2))
  }

  #connectAnew(): void {
    clearTimeout(this.#retry)
    this.#offer()
    if (!this.#isOpening()) this.#socket.disconnect().connect()
  }

  #probeLater(): void {
    const wait = this.#choice.probeIn()
    if (wait !== null) this.#nextProbe = setTimeout(() => this.#startProbe(), wait)
  }

  /** The connection moves to WebSocket only once that is proved to work. */
  #startProbe(): void {
    this.#probe = new WebSocketProbe(this.#url, this.#times.websocket, works => {
      this.#choice.probed(works)
      if (works) this.#connectAnew()
      else this.#probeLater()
    })
  }

  #stopProbing(): void {
    clearTimeout(this.#nextProbe)
    this.#probe?.close()
  }
}
