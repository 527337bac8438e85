import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SteadyClock } from './steady-clock'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const HOUR = 3_600_000

/** A machine with a clock that can be set, and that can sleep. */
class Machine {
  /** The time since the machine was started, ms, by a clock that is never set. */
  passed = 5_000
  #slept = 0
  #set = 0
  readonly #grain: number

  /** @param grain how coarse the machine's uptime is, ms */
  constructor(grain = 10) {
    this.#grain = grain
  }

  readonly wall = () => Math.floor(T0 + this.passed + this.#set)
  readonly monotonic = () => this.passed - this.#slept
  readonly uptime = () => Math.floor(this.passed / this.#grain) * this.#grain

  pass(ms: number): void {
    this.passed += ms
  }

  sleep(ms: number): void {
    this.passed += ms
    this.#slept += ms
  }

  setBy(ms: number): void {
    this.#set += ms
  }
}

const size = fc.integer({ min: 1_000, max: 10 * HOUR })
const acts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: HOUR }) }),
    fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 5_000, max: 10 * HOUR }) }),
    fc.record({ kind: fc.constant('set' as const), ms: size }),
    fc.record({ kind: fc.constant('set' as const), ms: size.map(ms => -ms) }),
  ),
  { maxLength: 12 },
)

describe('the server’s clock', () => {
  it('[RUN-16.13] [RUN-16.28] goes on as if nobody had set the machine’s, and knows by how much that was set', () => {
    fc.assert(
      fc.property(acts, fc.constantFrom(10, 1_000), fc.boolean(), (all, grain, asksOften) => {
        const machine = new Machine(grain)
        const clock = new SteadyClock(machine)
        const begun = machine.passed
        let set = 0
        for (const { kind, ms } of all) {
          if (kind === 'set') set += ms
          if (kind === 'set') machine.setBy(ms)
          else machine[kind](ms)
          if (asksOften || kind === 'sleep') {
            clock.now()
            clock.ahead()
          }
        }
        // If the uptime has whole seconds, the length of each sleep is known to a second.
        const slack = 2 + (grain === 1_000 ? 1_000 * (all.filter(({ kind }) => kind === 'sleep').length + 1) : 20) + 500
        expect(Math.abs(clock.now() - (T0 + 5_000 + machine.passed - begun))).toBeLessThanOrEqual(slack)
        expect(Math.abs(clock.ahead() - set)).toBeLessThanOrEqual(slack + 500)
      }),
    )
  })

  it('[RUN-16.28] counts a sleep after which the machine’s clock was set back by as much', () => {
    const machine = new Machine()
    const clock = new SteadyClock(machine)
    machine.setBy(-4_500)
    machine.sleep(5_000)
    expect(clock.ahead()).toBe(-4_500)
    expect(clock.now()).toBe(T0 + 5_000 + 5_000)
  })

  it('[RUN-16.13] is the wall clock to the millisecond while nothing happens', () => {
    const machine = new Machine()
    const clock = new SteadyClock(machine)
    for (let n = 0; n < 1_000; n += 1) {
      machine.pass(997)
      expect(clock.now()).toBe(machine.wall())
      expect(clock.ahead()).toBe(0)
    }
  })

  it('[RUN-16.29] follows a monotonic clock that is a little fast or slow', () => {
    for (const rate of [0.999_9, 1.000_1]) {
      let passed = 0
      const monotonic = () => passed * rate
      const clock = new SteadyClock({ wall: () => T0 + passed, monotonic, uptime: monotonic })
      for (let n = 0; n < 86_400; n += 1) {
        passed += 1_000
        expect(clock.ahead()).toBe(0)
      }
      expect(Math.abs(clock.now() - T0 - passed)).toBeLessThanOrEqual(1)
    }
  })

  it('[RUN-16.13] takes no loss of the processor between two readings for a step', () => {
    let passed = 0
    let isLost = true
    const monotonic = () => passed
    const wall = () => {
      if (isLost) passed += 60_000
      isLost = false
      return T0 + passed
    }
    const clock = new SteadyClock({ wall, monotonic, uptime: monotonic })
    expect(clock.now()).toBe(T0 + 60_000)
    isLost = true
    expect(clock.now()).toBe(T0 + 120_000)
    expect(clock.ahead()).toBe(0)
  })
})
