import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import type { Faults } from '../faults'

/** The number of unread messages that a reader may have; one more ends its connection, like an overrun of the real channel. */
export const CAPACITY = 1024
/** How many messages a reader handles in one turn of the event loop; a burst comes twice as fast. */
const SLICE = 64

/**
 * The messages of one run: its whole history, which is replayed to every reader that joins, and its live readers. The history grows
 * as long as the run lasts, as in the real backend: without it there is no replay.
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

  /** Broadcasts to live readers only; readers that join later do not receive the message. */
  whisper(frame: string): void {
    const due = Date.now() + this.#faults.delay
    for (const reader of this.#readers) reader.offer(frame, due)
  }

  /** Replays the whole history to this socket, without a mark at its end, and then sends each new message. */
  join(socket: WebSocket): void {
    const reader = new Reader(socket, [...this.#history])
    this.#readers.add(reader)
    socket.on('close', () => this.#readers.delete(reader))
  }

  /** Sends unchanged bytes to live readers; they skip every queue and do not enter the history. */
  sendRaw(data: string | Buffer, binary: boolean): void {
    for (const reader of this.#readers) reader.socket.send(data, { binary })
  }

  /** Disconnects every reader, without a Close frame. */
  drop(): void {
    for (const reader of this.#readers) reader.socket.terminate()
  }
}

/** One connection: first its own copy of the history, then new messages, at most `CAPACITY` messages behind. */
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

  /** Settles when the socket has passed all frames to the system, or is closed. */
  #write(frames: string[]): Promise<void> {
    return new Promise(resolve => {
      for (const [index, frame] of frames.entries()) {
        this.socket.send(frame, index === frames.length - 1 ? () => resolve() : undefined)
      }
      if (frames.length === 0) resolve()
    })
  }
}
