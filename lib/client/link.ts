import { io } from 'socket.io-client'
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

/** What a link tells. Between `up` and `down` there is one connection, and nothing is told of an earlier one [SYNC-7]. */
export interface LinkEvents {
  up: () => void
  down: () => void
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

/** A link by socket.io, to where the page came from, or to `url`. */
export const socketLink =
  (url?: string): OpenLink =>
  events => {
    const socket = io(url ?? '', {
      path: SOCKET_PATH,
      auth: { protocol: PROTOCOL },
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      // Not shared with an earlier link to the same place, whose end would be ours.
      forceNew: true,
      // A WebSocket that is closed before it opened tells socket.io nothing: only this ends the wait for it.
      timeout: 5_000,
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 2_000,
      randomizationFactor: 0.5,
    })
    let connection = 0
    let closed = false
    let retry: ReturnType<typeof setTimeout> | undefined

    /** A browser reports a socket that is closed while it opens as an error, so then its end is awaited. */
    const isOpening = () => socket.io.engine.readyState === 'opening'

    /** Connects again where socket.io would not. */
    const comeBack = () => {
      if (socket.active) return
      clearTimeout(retry)
      retry = setTimeout(() => socket.connect(), DISMISSED_MS * (0.5 + Math.random() / 2))
    }

    socket.on('connect', () => {
      if (closed) {
        socket.disconnect()
        return
      }
      connection++
      events.up()
    })
    socket.on('disconnect', reason => {
      connection++
      events.down()
      if (reason !== 'io client disconnect') comeBack()
    })
    socket.on('connect_error', error => {
      if (closed) {
        socket.disconnect()
        return
      }
      if (error.message === OUTDATED) events.outdated(error)
      if (error.message === NOT_SIGNED_IN) events.signedOut()
      comeBack()
    })
    socket.onAny((event: string, message: unknown) => {
      if (event === 'closing') {
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
          const result = answer.safeParse(message)
          if (result.success) done(result.data)
          else events.outdated(result.error)
        })
      },
      leave: scope => {
        if (socket.connected) socket.emit('unsubscribe', { scope })
      },
      reconnect: () => {
        clearTimeout(retry)
        if (!isOpening()) socket.disconnect().connect()
      },
      close: () => {
        closed = true
        clearTimeout(retry)
        if (!isOpening()) socket.disconnect()
      },
    }
  }
