import { DockerError } from '../engine/docker-error'
import { MAX_ENTRY, readEntry, type LogEntry, type OutputStream } from './log-entry'

const HEADER = 8
const NEWLINE = 0x0a
const NOTHING = Buffer.alloc(0)

/**
 * Reads the stream of a container without a terminal. Each entry is a frame: a byte that names the stream, three zeros,
 * four bytes of length, the entry. The chunks may be cut anywhere. It holds at most one entry in memory.
 */
export class LogFrames {
  readonly #header = Buffer.alloc(HEADER)
  #headed = 0
  #stream: OutputStream = 'stdout'
  #payload = NOTHING
  #filled = 0
  /** The number of bytes of the frame that have not come yet. */
  #left = 0
  #length = 0
  #endsLine = false;

  /** The entries that the chunk completes. Throws a `DockerError` if the Engine reports an error, or sends no frames. */
  *push(chunk: Buffer): Generator<LogEntry, void> {
    let at = 0
    while (at < chunk.length) {
      at += this.#headed < HEADER ? this.#takeHeader(chunk.subarray(at)) : this.#takePayload(chunk.subarray(at))
      if (this.#headed < HEADER || this.#left > 0) continue
      if (this.#length > 0) yield this.#entry()
      this.#headed = 0
    }
  }

  #takeHeader(bytes: Buffer): number {
    const taken = bytes.copy(this.#header, this.#headed)
    this.#headed += taken
    if (this.#headed === HEADER) this.#begin()
    return taken
  }

  #begin(): void {
    const kind = this.#header[0]
    if (kind === undefined || kind > 3 || this.#header.readUIntBE(1, 3) !== 0) {
      throw new DockerError('bad-answer', 'Docker sent a log that is not framed as one.')
    }
    if (kind === 3) throw new DockerError('bad-answer', 'Docker reports that it can not read the log.')
    this.#stream = kind === 2 ? 'stderr' : 'stdout'
    this.#left = this.#length = this.#header.readUInt32BE(4)
    this.#payload = Buffer.allocUnsafe(Math.min(this.#length, MAX_ENTRY))
    this.#filled = 0
  }

  #takePayload(bytes: Buffer): number {
    const taken = Math.min(this.#left, bytes.length)
    this.#filled += bytes.copy(this.#payload, this.#filled, 0, taken)
    this.#left -= taken
    if (this.#left === 0) this.#endsLine = bytes[taken - 1] === NEWLINE
    return taken
  }

  #entry(): LogEntry {
    const stream = this.#stream
    const payload = this.#payload
    const length = this.#length
    const complete = this.#endsLine
    const cut = length - payload.length
    const bytes = complete && cut === 0 ? payload.subarray(0, -1) : payload
    return readEntry({ stream, bytes, complete, cut: complete && cut > 0 ? cut - 1 : cut })
  }
}
