import { io, Manager } from 'socket.io-client'
import {
  answer,
  heard,
  NOT_SIGNED_IN,
  OUTDATED,
  PROTOCOL,
  SOCKET_PATH,
  visitor,
  type Answer,
  type Heard,
  type Subscribe,
  type Visitor,
} from '../sync/messages'
import type { Scope } from '../sync/scope'
import { TransportChoice, TRANSPORT_TIMES, type Transport } from './transport-choice'
import { troubleOf, type Trouble } from './trouble'

/** What a link tells. Between `up` and `down` there is one connection, and nothing is told of an earlier one [SYNC-7]. */
export interface LinkEvents {
  up: () => void
  down: () => void
  /** Which transport carries the connection from now on. */
  carried: (by: Transport) => void
  /** Why an attempt to connect failed, or a connection broke. It is tried again. */
  troubled: (trouble: Trouble) => void
  /** The server is being stopped: `down` follows. */
  closing: () => void
  heard: (heard: Heard) => void
  /** What who looks at the page may do from now on. */
  visitor: (visitor: Visitor) => void
  /** The server speaks another protocol than this page, which has to be loaded anew. */
  outdated: (reason: Error) => void
  /** The server does not know any more who looks at this page. */
  signedOut: () => void
}

/** A page's way to its server: one connection after the other. */
export interface Link {
  /** `done` gets the answer, or null where none came in so many ms; it is not called once the connection is gone. */
  ask: (request: Subscribe, patienceMs: number, done: (answer: Answer | null) => void) => void
  leave: (scope: Scope) => void
  /** Gives up the connection, if there is one, and tries at once to get another. */
  reconnect: () => void
  close: () => void
}

export type OpenLink = (events: LinkEvents) => Link

/** How long to wait where the server itself closed the connection, which socket.io takes for a goodbye. */
const DISMISSED_MS = 2_000

/**
 * A link by socket.io, to where the page came from, or to `url`. By WebSocket where it gets through, else by long
 * polling; while polling, it probes whether WebSocket gets through by now [SYNC-11].
 */
export const socketLink =
  (url = '', times = TRANSPORT_TIMES): OpenLink =>
  events => {
    const choice = new TransportChoice(times)
    const first = choice.next()
    const options = {
      path: SOCKET_PATH,
      // A WebSocket that is closed before it opened tells socket.io nothing: only this ends the wait for it.
      timeout: first.timeoutMs,
    }
    const socket = io(url, {
      ...options,
      auth: { protocol: PROTOCOL },
      transports: [...first.transports],
      tryAllTransports: true,
      // Its own upgrade waits without an end where a proxy swallows it, and browsers open one WebSocket to a host at a time.
      upgrade: false,
      // Not shared with an earlier link to the same place, whose end would be ours.
      forceNew: true,
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 2_000,
      randomizationFactor: 0.5,
    })
    let connection = 0
    let closed = false
    let isUp = false
    let isClosing = false
    let retry: ReturnType<typeof setTimeout> | undefined
    let nextProbe: ReturnType<typeof setTimeout> | undefined
    let endProbe = () => {}

    /** A browser reports a WebSocket that is closed while it opens as an error, so then its end is awaited. */
    const isOpening = () => {
      const { readyState, transport } = socket.io.engine
      return readyState === 'opening' && transport.name === 'websocket'
    }

    const offer = () => {
      const { transports, timeoutMs } = choice.next()
      socket.io.opts.transports = [...transports]
      socket.io.timeout(timeoutMs)
    }

    /** Connects again where socket.io would not. */
    const comeBack = () => {
      if (socket.active) return
      clearTimeout(retry)
      retry = setTimeout(() => socket.connect(), DISMISSED_MS * (0.5 + Math.random() / 2))
    }

    const stopProbing = () => {
      clearTimeout(nextProbe)
      endProbe()
    }

    const carried = () => {
      const by: Transport = socket.io.engine.transport.name === 'websocket' ? 'websocket' : 'polling'
      choice.carried(by, Date.now())
      events.carried(by)
      stopProbing()
      probeLater()
    }

    const probeLater = () => {
      const wait = choice.probeIn()
      if (wait !== null) nextProbe = setTimeout(probe, wait)
    }

    /** Opens a WebSocket beside the connection, as far as the server's first word: only what is proved to work is used. */
    const probe = () => {
      const manager = new Manager(url, {
        ...options,
        transports: ['websocket'],
        reconnection: false,
        autoConnect: false,
      })
      let over = false
      endProbe = () => {
        over = true
        manager.engine.close()
      }
      manager.open(error => {
        if (over) return
        endProbe()
        choice.probed(error === undefined)
        if (error) probeLater()
        else reconnect()
      })
    }

    const reconnect = () => {
      clearTimeout(retry)
      offer()
      if (!isOpening()) socket.disconnect().connect()
    }

    socket.on('connect', () => {
      if (closed) {
        socket.disconnect()
        return
      }
      connection++
      isUp = true
      isClosing = false
      carried()
      events.up()
    })
    socket.on('disconnect', (reason, details) => {
      connection++
      stopProbing()
      if (isUp) choice.ended(isClosing || reason.startsWith('io ') ? 'told' : 'cut', Date.now())
      // Opened, and broken before the server let the page in.
      else choice.failed(true)
      isUp = false
      offer()
      if (details !== undefined) events.troubled(troubleOf(details))
      events.down()
      if (reason !== 'io client disconnect') comeBack()
    })
    socket.on('connect_error', error => {
      if (closed) {
        socket.disconnect()
        return
      }
      // Active: no connection was made, and socket.io tries again. Else the server itself refused it.
      if (socket.active) {
        const trouble = troubleOf(error)
        choice.failed(trouble.kind === 'silent')
        offer()
        events.troubled(trouble)
      } else if (error.message === OUTDATED) events.outdated(error)
      else if (error.message === NOT_SIGNED_IN) events.signedOut()
      else events.troubled({ kind: 'refused', words: error.message })
      comeBack()
    })
    socket.onAny((event: string, message: unknown) => {
      if (event === 'closing') {
        isClosing = true
        events.closing()
        return
      }
      if (event === 'visitor') {
        const told = visitor.safeParse(message)
        if (told.success) events.visitor(told.data)
        else events.outdated(told.error)
        return
      }
      const result = heard.safeParse({ event, message })
      choice.proved()
      if (result.success) events.heard(result.data)
      else events.outdated(result.error)
    })

    return {
      ask: (request, patienceMs, done) => {
        const asked = connection
        socket.timeout(patienceMs).emit('subscribe', request, (error: Error | null, message: unknown) => {
          if (asked !== connection) return
          if (error) {
            done(null)
            return
          }
          choice.proved()
          const result = answer.safeParse(message)
          if (result.success) done(result.data)
          else events.outdated(result.error)
        })
      },
      leave: scope => {
        if (socket.connected) socket.emit('unsubscribe', { scope })
      },
      reconnect: () => {
        // Given up while it seemed to stand: nothing comes through.
        if (isUp) {
          choice.ended('mute', Date.now())
          events.troubled({ kind: 'mute' })
        }
        reconnect()
      },
      close: () => {
        closed = true
        clearTimeout(retry)
        stopProbing()
        if (!isOpening()) socket.disconnect()
      },
    }
  }
