import type { EventEmitter } from 'node:events'

type Transport = EventEmitter & { writable: boolean }
/** The parts of engine.io's connection that are needed here. */
export type Connection = EventEmitter & { transport: Transport }

/**
 * How many characters were passed to a connection but not yet taken by its transport. socket.io does not count this, and its
 * buffer has no bound.
 */
export class Backlog {
  #queued = 0
  #sending = 0

  readonly #onDrained: () => void

  /** @param onDrained called whenever the transport has taken everything */
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
      // The connection's own `ready` listener ran first. If data was queued, it has been flushed and the transport is busy again.
      if (!transport.writable) return
      this.#sending = 0
      if (this.#queued === 0) this.#onDrained()
    }
    transport.on('ready', check)
    check()
  }
}
