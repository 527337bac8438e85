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

/** The events of a link. Between `up` and `down` there is one connection, and no event of an earlier one [SYNC-7]. */
export interface LinkEvents {
  up: () => void
  down: () => void
  /** Which transport carries the connection from now on. */
  carried: (by: Transport) => void
  /** Why an attempt to connect failed, or a connection broke. The link tries again. */
  troubled: (trouble: Trouble) => void
  /** The server is being stopped; `down` follows. */
  closing: () => void
  heard: (heard: Heard) => void
  /** The role of the page's visitor from now on. */
  visitor: (visitor: Visitor) => void
  /** The server speaks another protocol than this page, so the page must be reloaded. */
  outdated: (reason: Error) => void
  /** The page's visitor is no longer signed in on the server. */
  signedOut: () => void
}

/** A page's way to its server, over one connection after the other. */
export interface Link {
  /** `done` gets the answer, or null if none came within `patienceMs` ms; it is not called once the connection is gone. */
  ask: (request: Subscribe, patienceMs: number, done: (answer: Answer | null) => void) => void
  leave: (scope: Scope) => void
  /** Closes the connection, if there is one, and at once tries to open another. */
  reconnect: () => void
  close: () => void
}

export type OpenLink = (events: LinkEvents) => Link

/** How long to wait before reconnecting after the server closed the connection, ms: socket.io takes that as final. */
const DISMISSED_MS = 2_000

/**
 * A link by socket.io, to the page's own origin or to `url`. It uses WebSocket if that gets through, else long polling. While it
 * polls, it probes whether WebSocket gets through again [SYNC-11].
 */
export const socketLink =
  (url = '', times = TRANSPORT_TIMES): OpenLink =>
  events => {
    const choice = new TransportChoice(times)
    const first = choice.next()
    const options = {
      path: SOCKET_PATH,
      // If a WebSocket is closed before it opened, socket.io gets no event: only this timeout ends the wait.
      timeout: first.timeoutMs,
    }
    const socket = io(url, {
      ...options,
      auth: { protocol: PROTOCOL },
      transports: [...first.transports],
      tryAllTransports: true,
      // The upgrade of socket.io waits forever if a proxy swallows it, and browsers open only one WebSocket to a host at a time.
      upgrade: false,
      // Do not share a connection with an earlier link to the same place: the end of that link would end this one.
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

    /**
     * Whether a WebSocket is being opened. If it were closed now, a browser would report an error, so the link waits until the
     * attempt ends.
     */
    const isOpening = () => {
      const { readyState, transport } = socket.io.engine
      return readyState === 'opening' && transport.name === 'websocket'
    }

    const offer = () => {
      const { transports, timeoutMs } = choice.next()
      socket.io.opts.transports = [...transports]
      socket.io.timeout(timeoutMs)
    }

    /** Connects again after an end from which socket.io does not reconnect. */
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

    /** Opens a WebSocket beside the connection, until the server's first message: the link uses only what is proved to work. */
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
      // The connection opened, and broke before the server let the page in.
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
      // If the socket is active, no connection was made, and socket.io tries again. Else the server itself refused it.
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
        // The connection seemed to be open, but nothing came through.
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
