import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Backlog } from './backlog'

/** A connection like engine.io's: it queues packets and flushes them whenever its transport is writable. */
class Connection extends EventEmitter {
  transport = new Transport()
  #queue = 0

  constructor() {
    super()
    this.transport.on('ready', () => this.flush())
  }

  send(data: string): void {
    this.emit('packetCreate', { data })
    this.#queue++
    this.flush()
  }

  flush(): void {
    if (!this.transport.writable || this.#queue === 0) return
    this.emit('flush')
    this.#queue = 0
    this.transport.writable = false
  }

  upgrade(): void {
    this.transport = new Transport()
    this.transport.on('ready', () => this.flush())
    this.emit('upgrade', this.transport)
    this.flush()
  }
}

class Transport extends EventEmitter {
  writable = true

  /** The transport has taken what was sent. */
  take(): void {
    this.writable = true
    this.emit('ready')
  }
}

let connection: Connection
const drained = vi.fn()
let backlog: Backlog
beforeEach(() => {
  connection = new Connection()
  backlog = new Backlog(connection, drained)
  drained.mockClear()
})

describe('[SYNC-5.1] the backlog of a connection', () => {
  it('is what its transport has not taken, on its way or not yet', () => {
    connection.send('four')
    expect(backlog.size).toBe(4)
    connection.send('sixsix')
    connection.send('sixsix')
    expect(backlog.size).toBe(16)
    connection.transport.take()
    expect(backlog.size).toBe(12)
    expect(drained).not.toHaveBeenCalled()
    connection.transport.take()
    expect(backlog.size).toBe(0)
    expect(drained).toHaveBeenCalledOnce()
  })

  it('counts packets without data as nothing', () => {
    connection.emit('packetCreate', {})
    expect(backlog.size).toBe(0)
  })

  it('goes on with the transport that a connection is upgraded to', () => {
    connection.send('four')
    connection.send('sixsix')
    connection.upgrade()
    expect(backlog.size).toBe(6)
    connection.transport.take()
    expect(backlog.size).toBe(0)
    expect(drained).toHaveBeenCalledOnce()
  })

  it('has drained with an upgrade where nothing is left to send', () => {
    connection.send('four')
    connection.upgrade()
    expect(backlog.size).toBe(0)
    expect(drained).toHaveBeenCalledOnce()
  })
})
