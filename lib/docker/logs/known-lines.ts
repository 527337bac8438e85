import type { ContainerLine } from './log-lines'
import type { OutputStream } from './log-entry'

/** How far one stream of a container's output is known. The times of its lines never decrease. */
interface Reached {
  /** ms, by the Engine's clock. */
  at: number
  /** The number of known lines with exactly this time. */
  count: number
  /** The number of those lines that came again. */
  again: number
}

type Line = Pick<ContainerLine, 'stream' | 'at'>

/** The lines of a container that were read before this process began. They are recognised when the output is read again. */
export class KnownLines {
  readonly #streams = new Map<OutputStream, Reached>()

  /** Takes in a line that was read. Lines come in the order of their stream. */
  learn({ stream, at }: Line): void {
    const reached = this.#streams.get(stream)
    const count = reached?.at === at ? reached.count + 1 : 1
    this.#streams.set(stream, { at, count, again: 0 })
  }

  /**
   * Takes the next line when the output is read again from its first line. `torn`: the line is new, but the line read last
   * before it is no longer in the log, so lines between them may be missing.
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
