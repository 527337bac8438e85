import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LogBudget } from './log-budget'
import { BATCH_LOG, LogBuffer, RUN_LOG } from './log-buffer'

const line = (text: string) => ({ at: null, source: 'backend', stream: 'stdout' as const, text })

describe('LogBuffer', () => {
  it('[DOCK-8.16] [SAFE-5] keeps the newest lines within both bounds, and says how many older ones are gone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 5_000 }),
        fc.integer({ min: 1, max: 1_500 }),
        fc.integer({ min: 200, max: 400_000 }),
        (texts, maxLines, maxBytes) => {
          const log = new LogBuffer({ lines: maxLines, bytes: maxBytes })
          for (const text of texts) log.append(line(text))
          const kept = log.after(0, Infinity)
          expect(kept.map(({ text }) => text)).toEqual(texts.slice(log.dropped))
          expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => log.dropped + index + 1))
          expect(log.size).toBe(kept.length)
          expect(log.size).toBeLessThanOrEqual(maxLines)
          expect(log.bytes <= maxBytes || log.size === 1).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('pages through what is kept without a gap or a double', () => {
    const log = new LogBuffer({ ...RUN_LOG, lines: 2_000 })
    for (let n = 1; n <= 5_000; n += 1) log.append(line(`line ${n}`))
    const seen: number[] = []
    for (let after = 0; ;) {
      const page = log.after(after, 300)
      if (page.length === 0) break
      seen.push(...page.map(({ seq }) => seq))
      after = seen.at(-1)!
    }
    expect(seen).toEqual(Array.from({ length: 2_000 }, (_, index) => 3_001 + index))
    expect(log.tail(2).map(({ seq }) => seq)).toEqual([4_999, 5_000])
    expect(log.tail(9_999)).toHaveLength(2_000)
    expect(log.after(5_000, 10)).toEqual([])
  })

  it('[LOG-1.1] reads back from any line, without a gap or a double', () => {
    const numbers = fc.tuple(
      fc.nat(400),
      fc.integer({ min: 1, max: 300 }),
      fc.nat(420),
      fc.integer({ min: 1, max: 50 }),
    )
    fc.assert(
      fc.property(numbers, ([appended, lines, before, limit]) => {
        const log = new LogBuffer({ ...RUN_LOG, lines })
        for (let n = 1; n <= appended; n += 1) log.append(line(`line ${n}`))
        const kept = log.after(0, Infinity)
        expect(log.before(before, limit)).toEqual(kept.filter(({ seq }) => seq < before).slice(-limit))
      }),
    )
  })

  it('[RUN-14] counts from 1 again for another execution', () => {
    const log = new LogBuffer()
    log.append(line('old'))
    log.clear()
    expect([log.size, log.dropped, log.bytes]).toEqual([0, 0, 0])
    log.append(line('new'))
    expect(log.after(0, 10)).toEqual([{ seq: 1, ...line('new') }])
  })

  it('[DOCK-4] takes out the lines of one source, and counts the others anew from after what is dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 200 }), sources => {
        const log = new LogBuffer({ ...BATCH_LOG, lines: 100 })
        sources.forEach((source, index) => {
          log.append({ ...line(String(index)), source })
        })
        const { dropped } = log
        const before = log.tail(Infinity)
        const taken = log.takeOut('b')
        const left = log.after(0, Infinity)
        expect(taken).toEqual(before.filter(({ source }) => source === 'b'))
        expect(left.map(({ text }) => text)).toEqual(
          before.filter(({ source }) => source !== 'b').map(({ text }) => text),
        )
        expect(left.map(({ seq }) => seq)).toEqual(left.map((_, index) => dropped + index + 1))
        expect(log.dropped).toBe(dropped)
        log.append(line('next'))
        expect(log.tail(1)[0]?.seq).toBe(dropped + left.length + 1)
      }),
    )
  })

  it('[SAFE-5] gives its part of the budget back when it is cleared, and for good when it is released', () => {
    const budget = new LogBudget()
    const logs = [new LogBuffer(RUN_LOG, budget), new LogBuffer(BATCH_LOG, budget)] as const
    for (let n = 0; n < 100; n += 1) for (const log of logs) log.append(line(`line ${n}`))
    expect(budget.bytes).toBe(logs[0].bytes + logs[1].bytes)
    logs[0].clear()
    expect(budget.bytes).toBe(logs[1].bytes)
    logs[0].append(line('again'))
    expect(budget.bytes).toBe(logs[0].bytes + logs[1].bytes)
    logs[1].takeOut('backend')
    expect(budget.bytes).toBe(logs[0].bytes)
    logs[0].release()
    logs[0].append(line('too late'))
    logs[0].release()
    expect([budget.bytes, logs[0].size]).toEqual([0, 0])
  })
})
