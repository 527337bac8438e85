import { compareInstants, type Instant } from '../run/time'
import type { LogEntry, OutputStream } from './log-entry'

/** How far the log has been read in one of its streams. Its entries have times that never decrease. */
interface Reached {
  at: Instant
  /** How many entries with exactly this time were read. */
  count: number
  /** How many of them came once more since the log is read again; null once something newer came. */
  again: number | null
  /** The last entry is a piece of a line that goes on. */
  within: boolean
}

/** By how much entries of the two streams may be kept out of the order of their times, ms, generously. */
const SKEW = 500

/**
 * How far a log was read, so that after a cut nothing is read twice and nothing is missed. A time identifies an entry
 * only together with how many others of its stream have the same.
 */
export class LogPosition {
  readonly #streams = new Map<OutputStream, Reached>()
  #since: Instant | null = null

  /** Reading begins again: from when to ask for entries, as the Engine's `since`; undefined for all. */
  resume(): string | undefined {
    const reached = [...this.#streams.values()]
    for (const stream of reached) stream.again = 0
    const newest = reached
      .map(({ at }) => at)
      .sort(compareInstants)
      .at(-1)
    if (!newest) return undefined
    // The pieces of a long line all bear the time of its beginning, however long ago that is.
    const open = reached.filter(({ within }) => within).map(({ at }) => at)
    this.#since = open.reduce(earlier, { ms: newest.ms - SKEW, ns: newest.ns })
    return inSeconds(this.#since)
  }

  /**
   * Takes the next entry. `known`: it was read before; `torn`: it is new, but what was read last before it is no longer in
   * the log, so some between them may be missing.
   */
  take(entry: Pick<LogEntry, 'stream' | 'at' | 'complete'>): 'new' | 'known' | 'torn' {
    const { stream, at, complete } = entry
    const reached = this.#streams.get(stream)
    const order = reached ? compareInstants(at, reached.at) : 1
    const missing = reached && reached.again !== null ? reached.count - reached.again : 0
    if (reached && reached.again !== null) {
      if (order < 0) return 'known'
      if (order === 0 && missing > 0) {
        reached.again += 1
        return 'known'
      }
    }
    const count = reached && order === 0 ? reached.count + 1 : 1
    this.#streams.set(stream, { at, count, again: null, within: !complete })
    return reached && missing > 0 && this.#askedFor(reached.at) ? 'torn' : 'new'
  }

  #askedFor(at: Instant): boolean {
    return this.#since !== null && compareInstants(this.#since, at) <= 0
  }
}

const earlier = (a: Instant, b: Instant) => (compareInstants(b, a) < 0 ? b : a)

function inSeconds({ ms, ns }: Instant): string {
  const nanos = (ms % 1_000) * 1_000_000 + ns
  return `${Math.floor(ms / 1_000)}.${String(nanos).padStart(9, '0')}`
}
