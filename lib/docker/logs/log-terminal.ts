import { MAX_LINE, readStamp, type LogEntry } from './log-entry'

const NEWLINE = 0x0a
/** The Engine stores a longer line in pieces of this size, bytes, and writes the line's time before each piece. */
const PIECE = 16 * 1024
const PIECES = MAX_LINE / PIECE + 1
const LONGEST_STAMP = 40

/**
 * Reads the stream of a container with a terminal. It consists of lines: neither the two streams nor the pieces of a long
 * line are marked. The chunks may be cut anywhere. It holds at most one line in memory.
 */
export class TerminalLog {
  readonly #line = Buffer.allocUnsafe(MAX_LINE + PIECES * LONGEST_STAMP)
  #filled = 0
  #cut = 0;

  /** The lines that the chunk completes. Throws a `DockerError` if a line has no time. */
  *push(chunk: Buffer): Generator<LogEntry, void> {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from)
      this.#take(chunk.subarray(from, end < 0 ? chunk.length : end))
      if (end < 0) return
      yield this.#entry()
      from = end + 1
    }
  }

  /** The last line, if the output ended in the middle of it. */
  *end(): Generator<LogEntry, void> {
    if (this.#filled > 0) yield this.#entry()
  }

  #take(bytes: Buffer): void {
    const copied = bytes.copy(this.#line, this.#filled)
    this.#filled += copied
    this.#cut += bytes.length - copied
  }

  #entry(): LogEntry {
    const bytes = this.#line.subarray(0, this.#filled)
    const cut = this.#cut
    this.#filled = this.#cut = 0
    const { at, length } = readStamp(bytes)
    return { stream: 'stdout', at, text: joined(bytes, length), complete: true, cut }
  }
}

/** The line without the times before its pieces. */
function joined(bytes: Buffer, stampLength: number): Buffer {
  const stamp = bytes.subarray(0, stampLength)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (bytes.subarray(at, at + stampLength).equals(stamp)) at += stampLength
    pieces.push(bytes.subarray(at, at + PIECE))
  }
  return Buffer.concat(pieces)
}
