import { IncomingMessage } from 'node:http'
import type { Turns } from './turns'

/**
 * The first `FINE_PIECES` pieces of a body may be of any size. With more pieces, they must have at least `FINE` bytes on average.
 */
const FINE_PIECES = 1_024
const FINE = 64

/**
 * The request class of a server that takes turns. Node parses all requests in a received chunk at once (about 1,700 fit in 64
 * KiB), even after the connection is destroyed; only an upgrade stops it. So a request over the limit reports that it is an
 * upgrade. A request to upgrade to a protocol other than WebSocket, as HTTP/2 clients send it, is handled as a normal request (RFC
 * 9110, 7.8).
 */
export function requestsIn(turns: Turns, tooFine: () => void): typeof IncomingMessage {
  return class extends IncomingMessage {
    private pieces = 0
    private bytes = 0

    /** Takes a piece of the body. Each piece costs as much as some KiB do, so a body in very small pieces is broken off. */
    override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
      if (piece === null) return super.push(piece)
      this.pieces += 1
      this.bytes += piece.length
      if (this.pieces <= FINE_PIECES || this.bytes >= this.pieces * FINE) return super.push(piece, encoding)
      if (!this.socket.destroyed) tooFine()
      this.socket.destroy()
      return false
    }

    // The constructor of the base class sets both fields before the fields of this class are initialised.
    declare private isUpgrade: boolean | null
    declare private isTooMany: boolean

    get upgrade(): boolean {
      if (this.isTooMany) return true
      const isWebSocket = this.headers.upgrade?.toLowerCase().includes('websocket') ?? false
      return this.isUpgrade === true && (isWebSocket || this.method === 'CONNECT')
    }

    /** Null until the head has been read. */
    set upgrade(isUpgrade: boolean | null) {
      this.isUpgrade = isUpgrade
      this.isTooMany = isUpgrade !== null && turns.isFull(this.socket)
    }
  }
}
