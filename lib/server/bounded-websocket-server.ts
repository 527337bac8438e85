import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import { MessageRate } from './message-rate'

/** A message of the page protocol comes in one frame; some clients split long ones. */
const MAX_FRAGMENTS = 64
/** Pieces of frames as the network delivers them, which wait until a frame is whole. */
const MAX_CHUNKS = 4_096
/** How long the other side may take to close a connection that was dismissed, ms. */
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
 * The WebSocket layer below socket.io, with a bound on what socket.io never sees [SAFE-5]: pings and pongs count against
 * a rate, before and after sign-in, and a message comes in few pieces.
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
      // One that was dismissed, and does not go, is read until it does.
      if (rate.allows(performance.now())) return client.readyState === client.OPEN
      isCut = true
      this.#refused()
      client.terminate()
      return false
    }
    // Browsers send no pings, other clients few. A peer that does not read gets no more of them answered.
    client.on('ping', data => {
      if (isAllowed() && client.bufferedAmount === 0) client.pong(data)
    })
    client.on('pong', () => void isAllowed())
  }
}
