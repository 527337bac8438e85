import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import type { Faults } from './faults'

/** Unread messages that a reader may be behind; one more ends its connection, as the real channel's overrun does. */
export const CAPACITY = 1024
/** How many messages a reader gets through in one turn of the event loop; a burst comes twice as fast. */
const SLICE = 64

/**
 * What one run has said: everything it ever said, which is replayed to whoever joins, and those who listen now. The
 * history grows as long as the run does, as in the real backend: without it there is no replay.
 */
export class RunBroadcast {
  readonly #history: string[] = []
  readonly #readers = new Set<Reader>()

  readonly #faults: Faults

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Appends to the history, then broadcasts. */
  say(frame: string): void {
    this.#history.push(frame)
    const copies = this.#faults.copies(frame)
    for (let copy = 0; copy < copies; copy++) this.whisper(frame)
  }

  /** Broadcasts to live readers only; nobody who joins later hears of it. */
  whisper(frame: string): void {
    const due = Date.now() + this.#faults.delay
    for (const reader of this.#readers) reader.offer(frame, due)
  }

  /** Replays everything to this socket, without a mark where that ends, and then sends what comes. */
  join(socket: WebSocket): void {
    const reader = new Reader(socket, [...this.#history])
    this.#readers.add(reader)
    socket.on('close', () => this.#readers.delete(reader))
  }

  /** Sends bytes as they are to live readers, past every queue and not into the history. */
  sendRaw(data: string | Buffer, binary: boolean): void {
    for (const reader of this.#readers) reader.socket.send(data, { binary })
  }

  /** Cuts every reader off, without a Close frame. */
  drop(): void {
    for (const reader of this.#readers) reader.socket.terminate()
  }
}

/** One connection: first its own copy of the history, then what comes, at most `CAPACITY` messages behind. */
class Reader {
  readonly #unread: { frame: string; due: number }[] = []
  #replayed = 0
  #sending = false

  readonly #replay: readonly string[]

  constructor(
    readonly socket: WebSocket,
    replay: readonly string[],
  ) {
    this.#replay = replay

    void this.#send()
  }

  offer(frame: string, due: number): void {
    this.#unread.push({ frame, due })
    if (this.#unread.length > CAPACITY) this.socket.terminate()
    else if (!this.#sending) void this.#send()
  }

  async #send(): Promise<void> {
    this.#sending = true
    while (this.socket.readyState === this.socket.OPEN && (this.#isReplaying() || this.#unread.length > 0)) {
      await this.#write(await this.#take())
      await nextTurn()
    }
    this.#sending = false
  }

  #isReplaying(): boolean {
    return this.#replayed < this.#replay.length
  }

  async #take(): Promise<string[]> {
    if (this.#isReplaying()) {
      const slice = this.#replay.slice(this.#replayed, this.#replayed + SLICE)
      this.#replayed += slice.length
      return slice
    }
    const early = (this.#unread[0]?.due ?? 0) - Date.now()
    if (early > 0) await sleep(early, undefined, { ref: false })
    const now = Date.now()
    const waiting = this.#unread.findIndex(({ due }) => due > now)
    const ready = waiting === -1 ? this.#unread.length : waiting
    return this.#unread.splice(0, Math.min(ready, SLICE)).map(({ frame }) => frame)
  }

  /** Settles when the socket has handed all of it to the system, or is gone. */
  #write(frames: string[]): Promise<void> {
    return new Promise(resolve => {
      for (const [index, frame] of frames.entries()) {
        this.socket.send(frame, index === frames.length - 1 ? () => resolve() : undefined)
      }
      if (frames.length === 0) resolve()
    })
  }
}
