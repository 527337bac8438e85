import { createReadStream } from 'node:fs'

const NEWLINE = 0x0a
const CHUNK = 256 * 1024
/** No writer writes longer ones: what is longer is garbage, and is not held [SAFE-5]. */
export const MAX_LINE = 64 * 1024 * 1024

/** A line, and how many bytes it took with its end. */
export interface Line {
  text: string
  bytes: number
}

/**
 * The lines of a file, those of one piece of it at a time; at last `torn` where one has begun and not ended. Throws where it can't be read.
 * @param maxLine what is longer comes as an empty line, bytes
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

  /** The lines that end in this chunk, and how many bytes each took with its end. One that is too long is empty. */
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

  /** A line has begun and not ended. */
  get hasRest(): boolean {
    return this.#held > 0
  }

  #hold(piece: Buffer): void {
    this.#held += piece.length
    if (this.#held <= this.#maxLine) this.#rest.push(piece)
    else this.#rest = []
  }
}
