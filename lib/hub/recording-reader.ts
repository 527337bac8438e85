import { createReadStream } from 'node:fs'
import { entry as entrySchema, header as headerSchema, readLine, type Entry, type Header } from './recording'

/** Who is told what a recording holds, in order. */
export interface Player {
  /** The first line. False: the rest is not for us. */
  begin(header: Header): boolean
  play(entry: Entry): void
}

/** What became of reading a recording. */
export interface Reading {
  /** False where its header can't be read, or the player did not want it. */
  readonly played: boolean
  /** How many lines could not be read, a torn last one included. */
  readonly unread: number
  /** Where its last whole line ends, bytes: what follows was torn by the end of who wrote it [REC-4]. */
  readonly end: number
}

const NEWLINE = 0x0a
const CHUNK = 256 * 1024
/** No writer writes longer ones: what is longer is garbage, and is not held [SAFE-5]. */
const MAX_LINE = 64 * 1024 * 1024

/**
 * Plays a recording, holding a line of it at a time. Lines that can't be read are counted and left out. Rejects where the
 * file can't be read, or the player throws.
 * @param options `maxLine`: what is longer is garbage, bytes; `pause`: asked after each entry, and awaited where there is reason
 */
export async function playRecording(
  path: string,
  player: Player,
  { maxLine = MAX_LINE, pause }: { maxLine?: number; pause?: () => Promise<void> | null } = {},
): Promise<Reading> {
  const lines = new Lines(maxLine)
  let played = false
  let unread = 0
  let end = 0
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    for (const { text, bytes } of lines.push(chunk)) {
      end += bytes
      if (played) {
        const entry = readLine(entrySchema, text)
        if (entry) player.play(entry)
        else unread += 1
        const pausing = pause?.()
        if (pausing) await pausing
      } else {
        const header = readLine(headerSchema, text)
        played = header !== null && player.begin(header)
        if (!played) return { played, unread, end }
      }
    }
  }
  return { played, unread: unread + (lines.hasRest ? 1 : 0), end }
}

/** Cuts chunks of bytes into lines. */
class Lines {
  private rest: Buffer[] = []
  private held = 0

  constructor(private readonly maxLine: number) {}

  /** The lines that end in this chunk, and how many bytes each took with its end. One that is too long is empty. */
  push(chunk: Buffer): { text: string; bytes: number }[] {
    const ended: { text: string; bytes: number }[] = []
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      this.hold(chunk.subarray(from, to))
      ended.push({ text: Buffer.concat(this.rest).toString('utf8'), bytes: this.held + 1 })
      this.rest = []
      this.held = 0
      from = to + 1
    }
    this.hold(chunk.subarray(from))
    return ended
  }

  /** A line has begun and not ended. */
  get hasRest(): boolean {
    return this.held > 0
  }

  private hold(piece: Buffer): void {
    this.held += piece.length
    if (this.held <= this.maxLine) this.rest.push(piece)
    else this.rest = []
  }
}
