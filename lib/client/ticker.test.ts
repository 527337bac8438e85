import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../testing/sync/fixtures'
import { Ticker } from './ticker'

function setUp({ first = 0, everyMs = 1_000, ahead = 0 } = {}) {
  const clock = new VirtualClock(100_250)
  const server = { ahead }
  const ticker = new Ticker(everyMs, () => clock.now + server.ahead, clock.setTimer, first)
  const ticks: number[] = []
  return { clock, server, ticker, ticks, listen: () => ticker.listen(() => ticks.push(ticker.time())) }
}

describe('a ticker', () => {
  it('[RUN-7] ticks when the server’s time completes an interval, the same on every page', () => {
    for (const ahead of [0, 130, -7_777]) {
      const { clock, ticks, listen } = setUp({ ahead: -ahead })
      clock.now += ahead
      listen()
      clock.advance(3_000)
      expect(ticks).toEqual([101_000, 102_000, 103_000])
    }
  })

  it('begins with the time the page was rendered at', () => {
    const { clock, ticker } = setUp({ first: 100_900 })
    expect(ticker.time()).toBe(100_900)
    clock.advance(1_000)
    expect(ticker.time()).toBe(101_000)
  })

  it('says the same between two ticks', () => {
    const { clock, ticker } = setUp()
    const time = ticker.time()
    clock.advance(749)
    expect(ticker.time()).toBe(time)
  })

  it('[RUN-7] does not run backwards for the sake of a small correction, but follows a large one', () => {
    const { clock, server, ticker } = setUp()
    clock.advance(800)
    expect(ticker.time()).toBe(101_000)
    server.ahead = -100
    expect(ticker.time()).toBe(101_000)
    server.ahead = -60_000
    expect(ticker.time()).toBe(41_000)
  })

  it('has one timer however many listen, and none when nobody does', () => {
    const { clock, ticks, listen } = setUp()
    const [stopOne, stopOther] = [listen(), listen()]
    expect(clock.pending).toBe(1)
    clock.advance(1_000)
    expect(ticks).toHaveLength(2)
    stopOne()
    clock.advance(1_000)
    expect(ticks).toHaveLength(3)
    stopOther()
    expect(clock.pending).toBe(0)
  })

  it('ticks at once when the time is corrected, and then in step with it', () => {
    const { clock, server, ticker, ticks, listen } = setUp()
    ticker.readjust()
    expect(clock.pending).toBe(0)
    listen()
    server.ahead = 5_500
    ticker.readjust()
    expect(ticks).toEqual([105_000])
    clock.advance(250)
    expect(ticks).toEqual([105_000, 106_000])
  })
})
