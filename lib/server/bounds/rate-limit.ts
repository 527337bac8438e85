import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Visitors share this many counters, assigned by hash: a visitor with many addresses must not fill the memory [SAFE-5]. */
const PLACES = 4_096

/** A limit was exceeded: when to try again, in seconds, and whether this is the first refusal of the window. */
export interface TooMuch {
  retryAfter: number
  first: boolean
}

/** Limits how often each visitor may do something, within a window that begins with the first time. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory

  readonly #times: number

  constructor(times: number, seconds: number) {
    this.#times = times

    this.#limiter = new RateLimiterMemory({ points: times, duration: seconds })
  }

  /** Counts one more action of `who`. Returns the refusal, or null if the action is allowed. */
  async count(who: string): Promise<TooMuch | null> {
    try {
      await this.#limiter.consume(placeOf(who))
      return null
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))
      return { retryAfter, first: refusal.consumedPoints === this.#times + 1 }
    }
  }
}

function placeOf(who: string): string {
  return String(createHash('sha256').update(who).digest().readUInt32BE() % PLACES)
}
