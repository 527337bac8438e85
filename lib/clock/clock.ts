import { uptime } from 'node:os'
import { SteadyClock } from './steady-clock'

/**
 * The server's clock, for every receipt time, deadline and `now`. There is one in the process. It is `Date.now` until the server
 * starts the steady clock. Next bundles its pages separately, so a registered symbol, which both bundles share, holds the clock.
 */
const key = Symbol.for('groundtruth.clock')

const shared = globalThis as typeof globalThis & { [key]?: SteadyClock }

/** Starts the steady clock: from now on the server's clock is never set [RUN-16.13]. Call it once, before the first reading. */
export function startSteadyClock(): void {
  shared[key] = new SteadyClock({
    wall: () => Date.now(),
    monotonic: () => performance.now(),
    uptime: () => uptime() * 1_000,
  })
}

/** The server's clock, ms since 1970. */
export const serverNow = (): number => shared[key]?.now() ?? Date.now()

/** By how much the machine's clock was set since the server began, ms: positive if it was set forward. */
export const wallAhead = (): number => shared[key]?.ahead() ?? 0
