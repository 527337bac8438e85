import { createReadStream } from 'node:fs'

const NEWLINE = 0x0a
const CHUNK = 256 * 1024
/** No writer writes a longer line. A longer one is garbage and is not kept in memory [SAFE-5]. */
export const MAX_LINE = 64 * 1024 * 1024

/** A line, and its size in the file, bytes, including its line break. */
export interface Line {
  text: string
  bytes: number
}

/**
 * Yields the lines of a file, chunk by chunk, and at last `torn` if the last line has no end. Throws if the file can't be
 * read.
 * @param maxLine a longer line is yielded as an empty one, bytes
 */
export async function* linesOf(path: string, maxLine = MAX_LINE): AsyncGenerator<readonly (Line | 'torn')[]> {
  const lines = new Lines(maxLine)
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    yield lines.push(chunk)
  }
  if (lines.hasRest) yield ['torn']
}

/** Cuts chunks of bytes into lines. */
class Lines {
  #rest: Buffer[] = []
  #held = 0

  readonly #maxLine: number

  constructor(maxLine: number) {
    this.#maxLine = maxLine
  }

  /** The lines that end in this chunk, each with its size including the line break. A line that is too long is empty. */
  push(chunk: Buffer): Line[] {
    const ended: Line[] = []
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, to))
      ended.push({ text: Buffer.concat(this.#rest).toString('utf8'), bytes: this.#held + 1 })
      this.#rest = []
      this.#held = 0
      from = to + 1
    }
    this.#hold(chunk.subarray(from))
    return ended
  }

  /** Whether a line has begun and not ended. */
  get hasRest(): boolean {
    return this.#held > 0
  }

  #hold(piece: Buffer): void {
    this.#held += piece.length
    if (this.#held <= this.#maxLine) this.#rest.push(piece)
    else this.#rest = []
  }
}
