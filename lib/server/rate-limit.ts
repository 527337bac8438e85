import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Visitors share so many places, by chance: whoever has many addresses must not fill the memory [SAFE-5]. */
const PLACES = 4_096

/** Too much was asked: when to ask again, in seconds, and whether this is the first time that it is said. */
export interface TooMuch {
  retryAfter: number
  first: boolean
}

/** How often something may be done, by each of many, within a window that begins with the first time. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory

  readonly #times: number

  constructor(times: number, seconds: number) {
    this.#times = times

    this.#limiter = new RateLimiterMemory({ points: times, duration: seconds })
  }

  /** Counts one more for `who`; gives what stands against it, or null. */
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
