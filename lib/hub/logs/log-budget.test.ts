import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KEPT_LINES, LogBudget } from './log-budget'
import { LogBuffer, RUN_LOG } from './log-buffer'

const line = (length: number) => ({ at: null, source: 'backend', stream: 'stdout' as const, text: 'x'.repeat(length) })

/** The cost of the longest line here, bytes. */
const LINE = 1_000

describe('LogBudget', () => {
  it('[DOCK-8.15] [SAFE-5] keeps the sum within the budget, and the newest 50 lines of each log', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50_000, max: 2_000_000 }),
        fc.array(fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 200 })), {
          maxLength: 100,
        }),
        (maxBytes, bursts) => {
          const budget = new LogBudget(maxBytes)
          const logs = Array.from({ length: 10 }, () => ({ log: new LogBuffer(RUN_LOG, budget), appended: 0 }))
          for (const [which, length, count] of bursts) {
            const target = logs[which]!
            for (let n = 0; n < count; n += 1) target.log.append(line(length))
            target.appended += count
            expect(budget.bytes).toBe(logs.reduce((sum, { log }) => sum + log.bytes, 0))
            const newestOfAll = logs.length * KEPT_LINES * LINE
            expect(budget.bytes).toBeLessThanOrEqual(Math.max(maxBytes, newestOfAll + maxBytes / 16 + LINE))
            for (const { log, appended } of logs) {
              expect(log.size).toBeGreaterThanOrEqual(Math.min(KEPT_LINES, appended))
              expect(log.size + log.dropped).toBe(appended)
            }
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('[DOCK-8.15] [SAFE-5] takes from the largest only: a small log loses nothing to a flood', () => {
    const budget = new LogBudget(1_000_000)
    const small = new LogBuffer(RUN_LOG, budget)
    const floods = [new LogBuffer(RUN_LOG, budget), new LogBuffer(RUN_LOG, budget)] as const
    for (let n = 0; n < 400; n += 1) small.append(line(100))
    for (let n = 0; n < 50_000; n += 1) floods[n % 3 === 0 ? 0 : 1].append(line(100))
    expect(small.dropped).toBe(0)
    expect(budget.bytes).toBeLessThanOrEqual(1_000_000)
    // Both logs have grown beyond the same share, whichever was faster.
    expect(Math.min(floods[0].bytes, floods[1].bytes)).toBeGreaterThan(350_000)
    expect(floods[0].dropped).toBeGreaterThan(0)
  })

  it('[SAFE-5] tells how many lines had to go, for their own log’s bound or for all logs’, and of no others', () => {
    let told = 0
    const budget = new LogBudget(1_000_000, lines => (told += lines))
    const logs = [new LogBuffer({ lines: 100, bytes: 1_000_000 }, budget), new LogBuffer(RUN_LOG, budget)] as const
    for (let n = 0; n < 150; n += 1) logs[0].append(line(100))
    expect(told).toBe(50)
    for (let n = 0; n < 10_000; n += 1) logs[1].append(line(100))
    expect(logs[1].dropped).toBeGreaterThan(0)
    expect(told).toBe(logs[0].dropped + logs[1].dropped)
    const before = told
    logs[0].clear()
    logs[1].release()
    expect(told).toBe(before)
  })

  it('[SAFE-5] gives the room of a released log to the others', () => {
    const budget = new LogBudget(1_000_000)
    const first = new LogBuffer(RUN_LOG, budget)
    const second = new LogBuffer(RUN_LOG, budget)
    for (let n = 0; n < 2_000; n += 1) first.append(line(100))
    first.release()
    for (let n = 0; n < 2_500; n += 1) second.append(line(100))
    expect(second.dropped).toBe(0)
  })

  it('looks at all logs once in many lines, also where nothing more can be dropped', () => {
    const budget = new LogBudget(1_000_000)
    let looks = 0
    const small = new LogBuffer(RUN_LOG, budget)
    Object.defineProperty(small, 'size', {
      get: () => {
        looks += 1
        return 1
      },
    })
    const large = Array.from({ length: 20 }, () => new LogBuffer(RUN_LOG, budget))
    for (const log of large) for (let n = 0; n < KEPT_LINES; n += 1) log.append(line(1_000))
    expect(budget.bytes).toBeGreaterThan(2_000_000)
    looks = 0
    for (let n = 0; n < 10_000; n += 1) large[n % 20]!.append(line(1_000))
    expect(looks).toBeLessThan(1_000)
  })
})
