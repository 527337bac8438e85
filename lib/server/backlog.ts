import type { EventEmitter } from 'node:events'

type Transport = EventEmitter & { writable: boolean }
/** Of engine.io's connection, what is needed here. */
export type Connection = EventEmitter & { transport: Transport }

/**
 * How much of what was handed to a connection its transport has not taken yet, in characters. socket.io itself keeps
 * count of nothing, and its buffer has no bound.
 */
export class Backlog {
  #queued = 0
  #sending = 0

  readonly #onDrained: () => void

  /** `onDrained` is called whenever everything handed over has been taken. */
  constructor(connection: Connection, onDrained: () => void) {
    this.#onDrained = onDrained

    connection.on('packetCreate', ({ data = '' }: { data?: string }) => {
      this.#queued += data.length
    })
    connection.on('flush', () => {
      this.#sending = this.#queued
      this.#queued = 0
    })
    connection.on('upgrade', (transport: Transport) => this.#watch(transport))
    this.#watch(connection.transport)
  }

  get size(): number {
    return this.#queued + this.#sending
  }

  #watch(transport: Transport): void {
    const check = () => {
      // The connection listens to its transport too, and came first: what was queued is on its way again by now.
      if (!transport.writable) return
      this.#sending = 0
      if (this.#queued === 0) this.#onDrained()
    }
    transport.on('ready', check)
    check()
  }
}
