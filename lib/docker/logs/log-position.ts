import { compareInstants, type Instant } from '../../run/time/time'
import type { LogEntry, OutputStream } from './log-entry'

/** How far the log has been read in one of its streams. The times of its entries never decrease. */
interface Reached {
  at: Instant
  /** The number of read entries with exactly this time. */
  count: number
  /** The number of them that came again since reading resumed. Null once a newer entry came. */
  again: number | null
  /** Whether the last entry is a piece of a line that continues. */
  within: boolean
}

/** How far the Engine may store entries of the two streams out of order, ms, with a large margin. */
const SKEW = 500

/**
 * How far a log was read, so that after a broken connection no entry is read twice and none is missed. A time identifies
 * an entry only together with its number among the entries of its stream with the same time.
 */
export class LogPosition {
  readonly #streams = new Map<OutputStream, Reached>()
  #since: Instant | null = null

  /** Reading begins again. Returns the time from which to request entries, as the Engine's `since`. Undefined for all entries. */
  resume(): string | undefined {
    const reached = [...this.#streams.values()]
    for (const stream of reached) stream.again = 0
    const newest = reached
      .map(({ at }) => at)
      .sort(compareInstants)
      .at(-1)
    if (!newest) return undefined
    // All pieces of a long line have the time of its beginning, which may be long ago.
    const open = reached.filter(({ within }) => within).map(({ at }) => at)
    this.#since = open.reduce(earlier, { ms: newest.ms - SKEW, ns: newest.ns })
    return inSeconds(this.#since)
  }

  /**
   * Takes the next entry. `known`: it was read before; `torn`: it is new, but the entry read last before it is no longer
   * in the log, so entries between them may be missing.
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
