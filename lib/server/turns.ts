import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** No browser sends a second request on a connection before the first is answered; a program may send a few. */
const MOST_WAITING = 4
/** So many pieces of a body may be as small as they want; with more of them they have at least so many bytes on average. */
const FINE_PIECES = 1_024
const FINE = 64

/**
 * One request at a time of each connection: one that is sent before the answer to an earlier one has left waits for that, and
 * costs nothing meanwhile [SAFE-5].
 */
export class Turns {
  /** What waits on each connection, while something is answered there. */
  private readonly waiting = new WeakMap<Duplex, (() => void)[]>()

  /** Answers a request, at once or in its turn; where it has been cut off by then, not at all. */
  take(socket: Duplex, response: ServerResponse, answer: () => void): void {
    const begin = () => {
      response.once('close', () => this.next(socket))
      if (response.destroyed || socket.destroyed) response.emit('close')
      else answer()
    }
    const waiting = this.waiting.get(socket)
    if (waiting) {
      waiting.push(begin)
      return
    }
    this.waiting.set(socket, [])
    begin()
  }

  /** Whether something is answered on a connection. */
  isBusy(socket: Duplex): boolean {
    return this.waiting.has(socket)
  }

  /** Whether as many wait on a connection as may. */
  isFull(socket: Duplex): boolean {
    return (this.waiting.get(socket)?.length ?? 0) >= MOST_WAITING
  }

  private next(socket: Duplex): void {
    const next = this.waiting.get(socket)?.shift()
    if (next === undefined) this.waiting.delete(socket)
    else next()
  }
}

/**
 * Requests of a server that takes turns. Node reads all requests that a connection has sent at once, some 1,700 in 64 KiB, and goes
 * on where the connection is destroyed meanwhile; only behind an upgrade it stops. So one too many says that it is an upgrade. What
 * asks for another protocol than WebSocket, as clients of HTTP/2 do, is a request like any other (RFC 9110, 7.8).
 */
export function requestsIn(turns: Turns, tooFine: () => void): typeof IncomingMessage {
  return class extends IncomingMessage {
    private pieces = 0
    private bytes = 0

    /** Takes in a piece of the body. To do so costs as much as some KiB do, so a body in very small ones is broken off. */
    override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
      if (piece === null) return super.push(piece)
      this.pieces += 1
      this.bytes += piece.length
      if (this.pieces <= FINE_PIECES || this.bytes >= this.pieces * FINE) return super.push(piece, encoding)
      if (!this.socket.destroyed) tooFine()
      this.socket.destroy()
      return false
    }

    // Set by the constructor of the class that this one extends, before its fields are.
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
