import type { ContainerLine } from './log-lines'
import type { OutputStream } from './log-entry'

/** How far one stream of a container's output is known. Its lines have times that never decrease. */
interface Reached {
  /** ms, by the Engine's clock. */
  at: number
  /** How many lines with exactly this time are known. */
  count: number
  /** How many of them came again. */
  again: number
}

type Line = Pick<ContainerLine, 'stream' | 'at'>

/** The lines that were read of a container before this process began: they are known again when all is read once more. */
export class KnownLines {
  readonly #streams = new Map<OutputStream, Reached>()

  /** Takes in a line that was read, in the order of its stream. */
  learn({ stream, at }: Line): void {
    const reached = this.#streams.get(stream)
    const count = reached?.at === at ? reached.count + 1 : 1
    this.#streams.set(stream, { at, count, again: 0 })
  }

  /**
   * Takes the next line of another reading from the first line on. `torn`: it is new, but what was read last before it is
   * no longer in the log, so some between them may be missing.
   */
  take({ stream, at }: Line): 'new' | 'known' | 'torn' {
    const reached = this.#streams.get(stream)
    if (!reached) return 'new'
    if (at < reached.at) return 'known'
    if (at === reached.at && reached.again < reached.count) {
      reached.again += 1
      return 'known'
    }
    this.#streams.delete(stream)
    return reached.again === 0 ? 'torn' : 'new'
  }
}
