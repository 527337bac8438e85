import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** No browser sends a second request on a connection before the first is answered; a program may send a few. */
const MOST_WAITING = 4

/**
 * One request at a time of each connection: one that is sent before the answer to an earlier one has left waits for that, and
 * costs nothing meanwhile [SAFE-5].
 */
export class Turns {
  /** What waits on each connection, while something is answered there. */
  readonly #waiting = new WeakMap<Duplex, (() => void)[]>()

  /** Answers a request, at once or in its turn; where it has been cut off by then, not at all. */
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

  /** Whether something is answered on a connection. */
  isBusy(socket: Duplex): boolean {
    return this.#waiting.has(socket)
  }

  /** Whether as many wait on a connection as may. */
  isFull(socket: Duplex): boolean {
    return (this.#waiting.get(socket)?.length ?? 0) >= MOST_WAITING
  }

  #next(socket: Duplex): void {
    const next = this.#waiting.get(socket)?.shift()
    if (next === undefined) this.#waiting.delete(socket)
    else next()
  }
}
