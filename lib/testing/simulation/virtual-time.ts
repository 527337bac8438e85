import { vi } from 'vitest'
import type { VirtualClock } from '../sync/fixtures'

/** The clock, timers and random numbers of the process, controlled by the simulation. */

const realImmediate = setImmediate

/** Settles after all work that waits for no timer. */
export const settled = (): Promise<void> => new Promise(resolve => void realImmediate(resolve))

interface Timer {
  cancel: () => void
  unref: () => Timer
  ref: () => Timer
}

/**
 * Replaces the system's clock by this one; returns a function that restores it.
 * @param skew the offset of the process's clock from the true one, ms
 * @param random replaces `Math.random`
 */
export function virtualTime(clock: VirtualClock, skew: () => number, random: () => number): () => void {
  const after = (ms: number, callback: () => void): Timer => {
    const timer: Timer = { cancel: clock.setTimer(Math.max(0, ms), callback), unref: () => timer, ref: () => timer }
    return timer
  }
  const every = (callback: () => void, ms: number): Timer => {
    const again = () => {
      timer.cancel = clock.setTimer(ms, again)
      callback()
    }
    const timer = after(ms, again)
    return timer
  }
  const real = Object.entries({
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval,
    clearImmediate,
    performance,
  })
  const cancel = (timer?: Timer | null) => timer?.cancel()
  vi.stubGlobal('setTimeout', (callback: () => void, ms = 0) => after(ms, callback))
  vi.stubGlobal('setInterval', every)
  vi.stubGlobal('setImmediate', (callback: () => void) => after(0, callback))
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) vi.stubGlobal(name, cancel)
  vi.stubGlobal('performance', { now: () => clock.now })
  const { now } = Date
  const { random: chance } = Math
  Date.now = () => clock.now + skew()
  Math.random = random
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(ms => {
    const controller = new AbortController()
    clock.setTimer(ms, () => controller.abort(new DOMException('', 'TimeoutError')))
    return controller.signal
  })
  return () => {
    for (const [name, value] of real) vi.stubGlobal(name, value)
    Date.now = now
    Math.random = chance
    timeout.mockRestore()
  }
}

/** Replaces node:timers/promises, which has its own timers. */
export const sleep = (ms: number, value?: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<unknown> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new DOMException('', 'AbortError'))
      return
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve(value)
    }, ms)
    const stop = () => {
      clearTimeout(timer)
      reject(new DOMException('', 'AbortError'))
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
