import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PageClockWatch, ServerClock } from './clock'

describe("the server's clock", () => {
  it('[RUN-7] corrects the page for its own clock, in both directions', () => {
    for (const behind of [3_600_000, -3_600_000]) {
      const clock = new ServerClock()
      clock.hear(1_000_000, 1_000_000 + behind)
      expect(clock.at(1_005_000 + behind)).toBe(1_005_000)
    }
  })

  it('[RUN-7] is as good as the quickest of the recent messages', () => {
    const behind = fc.integer({ min: -1e9, max: 1e9 })
    const messages = fc.array(fc.record({ gap: fc.nat({ max: 2_000 }), late: fc.nat({ max: 5_000 }) }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(behind, messages, (behind, list) => {
        const clock = new ServerClock()
        let now = 1e12
        const heard: { at: number; late: number }[] = []
        for (const { gap, late } of list) {
          now += gap
          clock.hear(now - late, now + behind)
          heard.push({ at: now, late })
          const error = now - clock.at(now + behind)
          const within = (ms: number) => heard.filter(({ at }) => now - at <= ms).map(each => each.late)
          expect(error).toBeGreaterThanOrEqual(Math.min(...within(Infinity)))
          expect(error).toBeLessThanOrEqual(Math.min(...within(29_000)))
        }
      }),
    )
  })

  it('follows a server whose clock was set back within a minute', () => {
    const clock = new ServerClock()
    for (let now = 0; now <= 20_000; now += 5_000) clock.hear(now, now)
    for (let now = 25_000; now <= 85_000; now += 5_000) clock.hear(now - 7_000, now)
    expect(clock.at(85_000)).toBe(78_000)
  })

  it('after the page’s clock was set, goes by the next message', () => {
    const clock = new ServerClock()
    clock.hear(50_000, 50_000)
    clock.forget()
    expect(clock.at(60_000)).toBe(60_000)
    clock.hear(61_000, 3_661_000)
    expect(clock.at(3_661_000)).toBe(61_000)
  })
})

describe('watching the page’s clock', () => {
  it('tells by how much it was set, each time once, and leaves its grain alone', () => {
    let [wall, steady] = [1_000_000, 0]
    const watch = new PageClockWatch(
      () => wall,
      () => steady,
    )
    const pass = (ms: number, set = 0) => {
      steady += ms
      wall += ms + set
      return watch.moved()
    }
    expect(pass(60_000)).toBe(0)
    expect(pass(1_000, 400)).toBe(0)
    expect(pass(1_000, -60_000)).toBe(-60_000)
    expect(pass(1_000)).toBe(0)
    expect(pass(0, 3_600_000)).toBe(3_600_000)
    expect(pass(1_000)).toBe(0)
  })
})
