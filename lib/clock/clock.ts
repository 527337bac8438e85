import { uptime } from 'node:os'
import { SteadyClock } from './steady-clock'

/**
 * The server's clock, for every receipt time, deadline and `now`. It is the process's, like `Date.now`, which it is until the
 * server starts the steady one. Next bundles its pages apart, so a registered symbol holds it: that is the same in both.
 */
const key = Symbol.for('groundtruth.clock')

const shared = globalThis as typeof globalThis & { [key]?: SteadyClock }

/** From now on nobody sets the server's clock [RUN-16.13]. Called once, before anything is timed. */
export function startSteadyClock(): void {
  shared[key] = new SteadyClock({
    wall: () => Date.now(),
    monotonic: () => performance.now(),
    uptime: () => uptime() * 1_000,
  })
}

/** The server's clock, ms since 1970. */
export const serverNow = (): number => shared[key]?.now() ?? Date.now()

/** By how much the machine's clock was set since the server began, ms: more than 0 where it was set forward. */
export const wallAhead = (): number => shared[key]?.ahead() ?? 0
