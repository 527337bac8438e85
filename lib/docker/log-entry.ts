import { parseInstant, type Instant } from '../run/time'
import { DockerError } from './docker-error'

export type OutputStream = 'stdout' | 'stderr'

/** One entry of a container's log as the Engine keeps it: a line, or a piece of one that is longer than its buffer. */
export interface LogEntry {
  readonly stream: OutputStream
  /** When the line was begun, by the Engine's clock. All pieces of a line bear the same time. */
  readonly at: Instant
  /** Bytes of its own. */
  readonly text: Buffer
  /** The line ends here; else the stream's next entry with the same time goes on with it. */
  readonly complete: boolean
  /** How many further bytes there were that are not kept. */
  readonly cut: number
}

/** What is kept of a line, bytes [SAFE-5]. */
export const MAX_LINE = 64 * 1024
/** How much an entry is read of at most: a whole line, the time before it, and its end. */
export const MAX_ENTRY = MAX_LINE + 64

const SPACE = 0x20
const LONGEST_STAMP = 40

/**
 * Takes apart what the Engine writes for one entry where it is asked for times: `2026-01-02T03:04:05.000000000Z text`.
 * Throws a `DockerError` where there is no time: then it is not from the log, but words of the Engine's own.
 */
export function readEntry(entry: { stream: OutputStream; bytes: Buffer; complete: boolean; cut: number }): LogEntry {
  const { stream, bytes, complete, cut } = entry
  const { at, length } = readStamp(bytes)
  return { stream, at, text: bytes.subarray(length), complete, cut }
}

/** The time that the bytes begin with, and how many of them it takes with the space behind it. */
export function readStamp(bytes: Buffer): { at: Instant; length: number } {
  const space = bytes.subarray(0, LONGEST_STAMP).indexOf(SPACE)
  const at = space < 0 ? null : parseInstant(bytes.toString('latin1', 0, space))
  if (at) return { at, length: space + 1 }
  throw new DockerError('bad-answer', 'Docker wrote something into the log that has no time.')
}
