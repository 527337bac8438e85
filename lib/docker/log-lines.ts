import { StringDecoder } from 'node:string_decoder'
import { compareInstants, type Instant } from '../run/time'
import { MAX_LINE, type LogEntry, type OutputStream } from './log-entry'

/** One line that a container printed. */
export interface ContainerLine {
  /** When, ms since 1970, by the Engine's clock. */
  readonly at: number
  readonly stream: OutputStream
  readonly text: string
}

/** A line of which the end has not come yet. */
interface Begun {
  at: Instant
  pieces: Buffer[]
  kept: number
  cut: number
}

const RETURN = 0x0d

/** Makes lines of a log's entries: joins the pieces of long ones, and keeps 64 KiB of a line [SAFE-5]. */
export class LogLines {
  readonly #begun = new Map<OutputStream, Begun>()

  /** The lines that the entry completes: at most one, and one before it that was never ended. */
  add(entry: LogEntry): ContainerLine[] {
    const { stream, at } = entry
    const open = this.#begun.get(stream)
    // A line without an end, and then another: the container was started again.
    const other = open !== undefined && compareInstants(open.at, at) !== 0
    const line = open && !other ? open : { at, pieces: [], kept: 0, cut: 0 }
    const lines = other ? [asLine(stream, open)] : []
    const piece = entry.text.subarray(0, MAX_LINE - line.kept)
    // A part of a larger buffer, all of which would be kept with it.
    if (piece.length > 0) line.pieces.push(entry.complete ? piece : Buffer.from(piece))
    line.kept += piece.length
    line.cut += entry.text.length - piece.length + entry.cut
    if (entry.complete) {
      this.#begun.delete(stream)
      lines.push(asLine(stream, line))
    } else this.#begun.set(stream, line)
    return lines
  }

  /** What was begun and will not be ended. */
  end(): ContainerLine[] {
    const lines = [...this.#begun].map(([stream, line]) => asLine(stream, line))
    this.#begun.clear()
    return lines
  }
}

function asLine(stream: OutputStream, { at, pieces, cut }: Begun): ContainerLine {
  const bytes = Buffer.concat(pieces)
  if (cut === 0) {
    let length = bytes.length
    while (bytes[length - 1] === RETURN) length -= 1
    return { at: at.ms, stream, text: bytes.toString('utf8', 0, length) }
  }
  // Keeps back the beginning of a character that the cut went through.
  const text = new StringDecoder('utf8').write(bytes)
  return { at: at.ms, stream, text: `${text} … ${cut} more bytes cut` }
}
