import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Browsers send a second request on a connection only after the answer to the first; a program may send a few. */
const MOST_WAITING = 4

/**
 * Answers one request of each connection at a time. A request that arrives before the earlier answer has left waits for it, and
 * costs nothing meanwhile [SAFE-5].
 */
export class Turns {
  /** The requests that wait on each connection that is busy. */
  readonly #waiting = new WeakMap<Duplex, (() => void)[]>()

  /** Answers a request, at once or in its turn. A request whose connection is closed by then is not answered. */
  take(socket: Duplex, response: ServerResponse, answer: () => void): void {
    const begin = () => {
      response.once('close', () => this.#next(socket))
      if (response.destroyed || socket.destroyed) response.emit('close')
      else answer()
    }
    const waiting = this.#waiting.get(socket)
    if (waiting) {
      waiting.push(begin)
      return
    }
    this.#waiting.set(socket, [])
    begin()
  }

  /** Whether a request is being answered on the connection. */
  isBusy(socket: Duplex): boolean {
    return this.#waiting.has(socket)
  }

  /** Whether the connection has as many waiting requests as it may. */
  isFull(socket: Duplex): boolean {
    return (this.#waiting.get(socket)?.length ?? 0) >= MOST_WAITING
  }

  #next(socket: Duplex): void {
    const next = this.#waiting.get(socket)?.shift()
    if (next === undefined) this.#waiting.delete(socket)
    else next()
  }
}
