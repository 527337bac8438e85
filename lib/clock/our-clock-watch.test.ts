import { afterEach, describe, expect, it } from 'vitest'
import { byOurClock } from './our-clock-watch'
import { SteadyClock } from './steady-clock'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const HOUR = 3_600_000

const key = Symbol.for('groundtruth.clock')
const shared = globalThis as typeof globalThis & { [key]?: SteadyClock }
afterEach(() => {
  Reflect.deleteProperty(shared, key)
})

/** Starts the server's clock on a machine, then sets the machine's clock by `ms`. */
function setBy(ms: number): void {
  let set = 0
  const passed = () => 0
  shared[key] = new SteadyClock({ wall: () => T0 + set, monotonic: passed, uptime: passed })
  set = ms
}

describe('a stamp of the Engine’s on a machine whose clock was set', () => {
  it.each([HOUR, -HOUR])(
    '[RUN-16.34] is read by the server’s clock where that is nearer to when it was seen: %d ms',
    by => {
      setBy(by)
      const seenAt = T0 + 10_000
      // Stamps from before the clock was set, and from after.
      expect(byOurClock(T0, seenAt)).toBe(T0)
      expect(byOurClock(T0 + by, seenAt)).toBe(T0)
      expect(byOurClock(T0 + by, null)).toBe(T0 + by)
      expect(byOurClock(null, seenAt)).toBeNull()
    },
  )

  it('[RUN-16.34] is left as it is where the clock was not set', () => {
    setBy(0)
    expect(byOurClock(T0 + HOUR, T0)).toBe(T0 + HOUR)
  })
})
