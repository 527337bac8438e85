import { StringDecoder } from 'node:string_decoder'
import { compareInstants, type Instant } from '../../run/time/time'
import { MAX_LINE, type LogEntry, type OutputStream } from './log-entry'

/** One line that a container printed. */
export interface ContainerLine {
  /** When it was printed, ms since 1970, by the Engine's clock. */
  readonly at: number
  readonly stream: OutputStream
  readonly text: string
}

/** A line that has no end yet. */
interface Begun {
  at: Instant
  pieces: Buffer[]
  kept: number
  cut: number
}

const RETURN = 0x0d

/** Builds lines from the entries of a log: joins the pieces of long lines, and keeps 64 KiB of each line [SAFE-5]. */
export class LogLines {
  readonly #begun = new Map<OutputStream, Begun>()

  /** The lines that the entry completes: at most one, and before it one that never got an end. */
  add(entry: LogEntry): ContainerLine[] {
    const { stream, at } = entry
    const open = this.#begun.get(stream)
    // The open line never got an end, and another begins: the container was started again.
    const other = open !== undefined && compareInstants(open.at, at) !== 0
    const line = open && !other ? open : { at, pieces: [], kept: 0, cut: 0 }
    const lines = other ? [asLine(stream, open)] : []
    const piece = entry.text.subarray(0, MAX_LINE - line.kept)
    // Copied: otherwise the piece would keep the larger buffer in memory that it is a part of.
    if (piece.length > 0) line.pieces.push(entry.complete ? piece : Buffer.from(piece))
    line.kept += piece.length
    line.cut += entry.text.length - piece.length + entry.cut
    if (entry.complete) {
      this.#begun.delete(stream)
      lines.push(asLine(stream, line))
    } else this.#begun.set(stream, line)
    return lines
  }

  /** The lines that have begun and get no end any more. */
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
  // The decoder omits the incomplete character at the cut.
  const text = new StringDecoder('utf8').write(bytes)
  return { at: at.ms, stream, text: `${text} … ${cut} more bytes cut` }
}
