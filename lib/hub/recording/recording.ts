import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { serverNow } from '../../clock/clock'
import { lineOf, type Entry, type Header } from './entries'

/** A recording, piece by piece. */
export type RecordingFile = AsyncIterable<Buffer | string>

/** How large a recording may become, bytes [REC-5]. */
export interface RecordingBounds {
  /** From this size on, lines of output are no longer recorded. */
  readonly lines: number
  /** From this size on, nothing is recorded. */
  readonly all: number
}

/** The part of the recorder that a recording uses and reports to. */
export interface RecordingHost {
  readonly bounds: RecordingBounds
  /** False while writing fails and it is too early to try again. */
  readonly mayWrite: boolean
  /** The recording has entries to write soon. */
  waits(recording: Recording): void
  failed(error: unknown): void
  /** A note about its recording for the run's log. */
  tell(header: Header, text: string): void
}

interface Waiting {
  readonly text: string
  readonly bytes: number
  readonly isOutput: boolean
}

/** How much may wait in memory, while writing works and while it fails, bytes. */
const MAX_WAITING = 1024 * 1024

/**
 * The recording of one run, as a file that only grows: whole lines, in the order in which they were appended. It never
 * throws: entries that can't be written wait. If too much waits, lines of output are dropped first, then everything, and
 * the recording says so [REC-6].
 */
export class Recording {
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #lostLines = 0
  #isFull = false
  #isFullOfLines = false
  #isClosed = false
  /** The header must be written, even if no entry follows it. */
  #isBegun = false
  /** When the file last held everything that had happened, ms. */
  #completeAt: number

  readonly #header: Header
  #size: number
  readonly #host: RecordingHost

  /** @param size how much of the file is whole lines, bytes; 0: the file does not exist yet */
  constructor(
    readonly path: string,
    header: Header,
    size: number,
    host: RecordingHost,
  ) {
    this.#header = header
    this.#size = size
    this.#host = host

    this.#completeAt = header.since
  }

  /** The size of the file, bytes. */
  get bytes(): number {
    return this.#size
  }

  /** The pages are about to show the run, although nothing may be known of it yet [REC-3]. */
  begin(): void {
    this.#isBegun = true
    if (!this.flush()) this.#host.waits(this)
  }

  /** `urgent`: the pages are about to show it, so it is written before this returns, after all earlier entries [REC-3]. */
  append(entry: Entry, urgent: boolean): void {
    if (this.#isClosed || this.#isFull) return
    const isOutput = !urgent && isLineOfOutput(entry)
    if (isOutput && !this.#hasRoomForLines()) return
    this.#push(entry, isOutput)
    if (this.#size + this.#waitingBytes > this.#host.bounds.all) {
      this.#isFull = true
      this.#push({ kind: 'hole', from: serverNow(), to: null }, false)
    }
    if (urgent || this.#waitingBytes > MAX_WAITING) this.flush()
    if (this.#hasToWrite) this.#host.waits(this)
  }

  /** Writes the waiting entries, unless it is too early to try again. Returns whether nothing waits any more. */
  flush(): boolean {
    if (this.#isClosed || !this.#hasToWrite) return true
    const written = this.#host.mayWrite && this.#write()
    if (!written && this.#waitingBytes > MAX_WAITING) this.#shed()
    if (!written || this.#lostLines === 0) return written
    const text = `${this.#lostLines} pieces of this log could not be recorded: after a restart they may be missing.`
    this.#lostLines = 0
    this.#host.tell(this.#header, text)
    // The note is in the run's log, so it must be recorded as well.
    return this.flush()
  }

  /** All entries so far, written or not, followed by one more entry that is not kept. Rejects if the file can't be read. */
  async exported(last: Entry): Promise<RecordingFile> {
    const size = this.#size
    const rest = this.#waiting.map(({ text }) => text)
    if (size === 0) rest.unshift(lineOf(this.#header))
    // Opened at once: the run may be evicted while a user still reads its export.
    const file = size === 0 ? null : await open(this.path)
    return (async function* () {
      if (file) yield* file.createReadStream({ end: size - 1 }) as AsyncIterable<Buffer>
      yield* [...rest, lineOf(last)]
    })()
  }

  /** Writes what waits. Afterwards the recording takes and writes nothing. */
  close(): void {
    this.flush()
    this.#isClosed = true
  }

  get #hasToWrite(): boolean {
    return this.#waiting.length > 0 || (this.#isBegun && this.#size === 0)
  }

  #push(entry: Entry, isOutput: boolean): void {
    const text = lineOf(entry)
    const bytes = Buffer.byteLength(text)
    this.#waiting.push({ text, bytes, isOutput })
    this.#waitingBytes += bytes
  }

  #hold(waiting: Waiting[]): void {
    this.#waiting = waiting
    this.#waitingBytes = waiting.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #hasRoomForLines(): boolean {
    if (this.#size + this.#waitingBytes <= this.#host.bounds.lines) return true
    if (!this.#isFullOfLines) {
      this.#isFullOfLines = true
      const text =
        'The recording of this run is full: lines from here on are not recorded, and may be gone after a restart.'
      this.#host.tell(this.#header, text)
    }
    return false
  }

  #shed(): void {
    const state = this.#waiting.filter(({ isOutput }) => !isOutput)
    this.#lostLines += this.#waiting.length - state.length
    this.#hold(state)
    if (this.#waitingBytes <= MAX_WAITING) return
    this.#hold([])
    this.#push({ kind: 'hole', from: this.#completeAt, to: serverNow() }, false)
  }

  #write(): boolean {
    const begun = this.#size === 0 ? lineOf(this.#header) : ''
    try {
      this.#size += appendWhole(this.path, this.#size, begun + this.#waiting.map(({ text }) => text).join(''))
      this.#hold([])
      this.#completeAt = serverNow()
      return true
    } catch (error) {
      if (this.#size > 0 && isMissing(error)) this.#beginAgain()
      this.#host.failed(error)
      return false
    }
  }

  /** The file was removed from outside, and its contents are lost. */
  #beginAgain(): void {
    this.#size = 0
    const waiting = this.#waiting
    this.#hold([])
    this.#push({ kind: 'hole', from: this.#header.since, to: serverNow() }, false)
    this.#hold([...this.#waiting, ...waiting])
  }
}

/** Whether the entry is a line of output: the run's state does not depend on it, so it may be written a moment later. */
function isLineOfOutput(entry: Entry): boolean {
  if (entry.kind === 'output') return true
  if (entry.kind !== 'observed' || entry.observation.kind !== 'message') return false
  const { says, index } = entry.observation
  return says.kind === 'line' && index > 0
}

/**
 * Writes text after the first `size` bytes of a file, over the remains of a failed write. If `size` is 0, it creates the
 * file. Returns the number of bytes. Throws if not all could be written.
 */
function appendWhole(path: string, size: number, text: string): number {
  const bytes = Buffer.from(text)
  const file = openSync(path, size === 0 ? 'w' : 'r+', 0o600)
  try {
    ftruncateSync(file, size)
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, size + done)
  } finally {
    closeSync(file)
  }
  return bytes.length
}

/** Whether the error says that the file or its folder does not exist. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
