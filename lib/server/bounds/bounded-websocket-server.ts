import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import { MessageRate } from './message-rate'

/** Our pages send each message in one frame; some clients split long messages. */
const MAX_FRAGMENTS = 64
/** How many received pieces of an incomplete frame may wait at most. */
const MAX_CHUNKS = 4_096
/** How long the other side may take to close a connection that the server is closing, ms. */
const CLOSES_WITHIN = 2_000

/** The types of the package lack `closeTimeout`. */
const bounded = (options: ServerOptions): ServerOptions & { closeTimeout: number } => ({
  ...options,
  autoPong: false,
  maxFragments: MAX_FRAGMENTS,
  maxBufferedChunks: MAX_CHUNKS,
  closeTimeout: CLOSES_WITHIN,
})

/**
 * The WebSocket layer below socket.io. It bounds what socket.io never sees [SAFE-5]: the rate of pings and pongs, before and after
 * sign-in, and the number of pieces of a message.
 */
export class BoundedWebSocketServer extends WebSocketServer {
  readonly #refused: () => void

  /** @param refused is called when a socket is closed because it sent too many pings or pongs */
  constructor(options: ServerOptions, refused: () => void) {
    super(bounded(options))
    this.#refused = refused
  }

  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (client: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, client => {
      this.#limitControlFrames(client)
      callback(client, request)
    })
  }

  #limitControlFrames(client: WebSocket): void {
    const rate = new MessageRate(performance.now())
    let isCut = false
    const isAllowed = () => {
      if (isCut) return false
      // A socket that is being closed is still read until its other side closes.
      if (rate.allows(performance.now())) return client.readyState === client.OPEN
      isCut = true
      this.#refused()
      client.terminate()
      return false
    }
    // Browsers send no pings, other clients few. A peer that does not read gets no further pongs.
    client.on('ping', data => {
      if (isAllowed() && client.bufferedAmount === 0) client.pong(data)
    })
    client.on('pong', () => void isAllowed())
  }
}
