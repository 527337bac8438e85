import { parseInstant, type Instant } from '../../run/time/time'
import { DockerError } from '../engine/docker-error'

export type OutputStream = 'stdout' | 'stderr'

/** One entry of a container's log as the Engine stores it: a line, or a piece of a line that is longer than its buffer. */
export interface LogEntry {
  readonly stream: OutputStream
  /** When the line began, by the Engine's clock. All pieces of a line have the same time. */
  readonly at: Instant
  /** The bytes of the text. Nothing overwrites them later. */
  readonly text: Buffer
  /** Whether the line ends here. Otherwise the stream's next entry with the same time continues it. */
  readonly complete: boolean
  /** The number of further bytes that are not kept. */
  readonly cut: number
}

/** How much of a line is kept, bytes [SAFE-5]. */
export const MAX_LINE = 64 * 1024
/** How much of an entry is read at most, bytes: a whole line, the time before it, and its end. */
export const MAX_ENTRY = MAX_LINE + 64

const SPACE = 0x20
const LONGEST_STAMP = 40

/**
 * Reads one entry that the Engine writes with its time: `2026-01-02T03:04:05.000000000Z text`. Throws a `DockerError` if
 * the time is missing: then the entry is not from the log, but a message of the Engine itself.
 */
export function readEntry(entry: { stream: OutputStream; bytes: Buffer; complete: boolean; cut: number }): LogEntry {
  const { stream, bytes, complete, cut } = entry
  const { at, length } = readStamp(bytes)
  return { stream, at, text: bytes.subarray(length), complete, cut }
}

/** The time at the beginning of the bytes, and its length including the space after it. */
export function readStamp(bytes: Buffer): { at: Instant; length: number } {
  const space = bytes.subarray(0, LONGEST_STAMP).indexOf(SPACE)
  const at = space < 0 ? null : parseInstant(bytes.toString('latin1', 0, space))
  if (at) return { at, length: space + 1 }
  throw new DockerError('bad-answer', 'Docker wrote something into the log that has no time.')
}
