import { serverNow, wallAhead } from './clock'
import type { Finding } from '../run/model'
import type { OurClock } from '../run/observation'
import { wasSet } from '../run/time/our-clock'
import { amount } from '../run/time/clock-steps'
import { iso } from '../run/time/time'

const EVERY = 1_000
/** The smallest difference that the finding reports, ms. */
const TOLD_FROM = 1_000

/** Watches by how much the machine's clock differs from the server's, which is never set [RUN-16.13]. */
export class OurClockWatch {
  #ahead = 0
  #since: number | null = null
  #timer: NodeJS.Timeout | null = null

  /** @param wasSet called when the machine's clock was set */
  start(wasSet: (step: OurClock) => void): void {
    this.#timer = setInterval(() => this.#look(wasSet), EVERY)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
  }

  #look(wasSet: (step: OurClock) => void): void {
    const ahead = wallAhead()
    if (ahead === this.#ahead) return
    const by = ahead - this.#ahead
    this.#ahead = ahead
    this.#since = serverNow()
    wasSet({ kind: 'our-clock', at: this.#since, by, ahead })
  }

  /** The finding that the times of day which the server notes differ from the machine's clock [RUN-16.33]. */
  findings(): Finding[] {
    const ahead = this.#ahead
    const since = this.#since
    if (Math.abs(ahead) < TOLD_FROM || since === null) return []
    const differ = `Times that Groundtruth notes itself are told ${amount(ahead)} too ${ahead > 0 ? 'early' : 'late'}; durations are right.`
    const text = `${wasSet(ahead)} ${differ} Restart Groundtruth to take the machine’s time.`
    return [{ kind: 'clock-set', text, at: iso(since), batchId: null, containerId: null }]
  }
}

/** The difference of the machine's clock when a run becomes known; null if the clock was never set [RUN-16.14]. */
export function standingNow(): OurClock | null {
  const ahead = wallAhead()
  return ahead === 0 ? null : { kind: 'our-clock', at: serverNow(), by: 0, ahead }
}

/**
 * Converts a stamp of the Docker Engine on this machine to the server's clock [RUN-16.34]. It is not known whether the machine's
 * clock made the stamp before or after it was set, so the reading that is nearer to `seenAt` counts.
 */
export function byOurClock(ms: number, seenAt: number | null): number
export function byOurClock(ms: number | null, seenAt: number | null): number | null
export function byOurClock(ms: number | null, seenAt: number | null): number | null {
  const ahead = wallAhead()
  if (ms === null || seenAt === null || ahead === 0) return ms
  return Math.abs(ms - ahead - seenAt) < Math.abs(ms - seenAt) ? ms - ahead : ms
}
