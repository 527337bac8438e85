import { IncomingMessage } from 'node:http'
import type { Turns } from './turns'

/** So many pieces of a body may be as small as they want; with more of them they have at least so many bytes on average. */
const FINE_PIECES = 1_024
const FINE = 64

/**
 * Requests of a server that takes turns. Node reads all requests that a connection has sent at once, some 1,700 in 64 KiB, and goes
 * on where the connection is destroyed meanwhile; only behind an upgrade it stops. So one too many says that it is an upgrade. What
 * asks for another protocol than WebSocket, as clients of HTTP/2 do, is a request like any other (RFC 9110, 7.8).
 */
export function requestsIn(turns: Turns, tooFine: () => void): typeof IncomingMessage {
  return class extends IncomingMessage {
    private pieces = 0
    private bytes = 0

    /** Takes in a piece of the body. That costs as much as some KiB do, so a body in very small pieces is broken off. */
    override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
      if (piece === null) return super.push(piece)
      this.pieces += 1
      this.bytes += piece.length
      if (this.pieces <= FINE_PIECES || this.bytes >= this.pieces * FINE) return super.push(piece, encoding)
      if (!this.socket.destroyed) tooFine()
      this.socket.destroy()
      return false
    }

    // The constructor of the class that this one extends sets both, before the fields of this one are.
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
