import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../run/model'
import { LogBudget } from './log-budget'
import { LogBuffer, RUN_LOG } from './log-buffer'
import { MergedLog, type MergedLogListener } from './merged-log'

const quiet = { appended: () => undefined, renumbered: () => undefined }
const lineOf = (source: string, text: string) => ({ at: null, source, stream: 'stdout' as const, text })

/** A run's log and those of two batches, merged. */
function run(bounds = { backend: RUN_LOG.lines, batch: RUN_LOG.lines }, listener: MergedLogListener = quiet) {
  const budget = new LogBudget()
  const merged = new MergedLog(listener)
  const log = (lines: number) => new LogBuffer({ ...RUN_LOG, lines }, budget)
  const logs = { backend: log(bounds.backend), a: log(bounds.batch), b: log(bounds.batch) }
  merged.add(logs.backend, null)
  merged.add(logs.a, 'a')
  merged.add(logs.b, 'b')
  return { merged, logs, budget }
}

const part = fc.constantFrom('backend' as const, 'a' as const, 'b' as const)
const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text)

describe('[LOG-3.1] the merged log of a run', () => {
  it('has the lines of all its logs in the order in which they came, each with its batch and a number of its own', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 200 }), parts => {
        const { merged, logs } = run()
        parts.forEach((name, n) => logs[name].append(lineOf(name, String(n))))
        expect(merged.after(0, Infinity)).toEqual(
          parts.map((name, n) => ({
            ...{ seq: n + 1, ...lineOf(name, String(n)) },
            ...(name !== 'backend' && { batch: name }),
          })),
        )
        expect([merged.size, merged.dropped]).toEqual([parts.length, 0])
      }),
    )
  })

  it('can be read page by page in both directions, as any log', () => {
    const { merged, logs } = run()
    for (let n = 1; n <= 30; n += 1) logs[n % 2 === 0 ? 'a' : 'b'].append(lineOf('c', String(n)))
    expect(texts(merged.after(9, 3))).toEqual(['10', '11', '12'])
    expect(texts(merged.before(9, 3))).toEqual(['6', '7', '8'])
    expect(texts(merged.tail(2))).toEqual(['29', '30'])
    expect([merged.after(30, 5), merged.before(1, 5), merged.after(0, 0)]).toEqual([[], [], []])
  })
})

describe('[LOG-3.2] a merged log whose logs drop lines', () => {
  it('begins after the newest line that one of them dropped, so that no line is missing within it', () => {
    const bounds = fc.record({ backend: fc.integer({ min: 1, max: 20 }), batch: fc.integer({ min: 1, max: 20 }) })
    fc.assert(
      fc.property(bounds, fc.array(part, { maxLength: 200 }), (most, parts) => {
        const { merged, logs } = run(most)
        const came: { name: 'backend' | 'a' | 'b'; text: string }[] = []
        for (const [n, name] of parts.entries()) {
          logs[name].append(lineOf(name, String(n)))
          came.push({ name, text: String(n) })
          const kept = new Set(Object.values(logs).flatMap(log => texts(log.tail(Infinity))))
          const lost = came.findLastIndex(({ text }) => !kept.has(text))
          expect(texts(merged.after(0, Infinity))).toEqual(came.slice(lost + 1).map(({ text }) => text))
          expect(merged.dropped).toBe(lost + 1)
          expect(merged.after(0, 1)[0]?.seq ?? lost + 2).toBe(lost + 2)
        }
      }),
    )
  })

  it('follows a budget that lets a log drop many lines at once', () => {
    const { merged, logs } = run()
    for (let n = 0; n < 100; n += 1) logs[n % 2 === 0 ? 'a' : 'b'].append(lineOf('c', String(n)))
    logs.a.shrink(0, 10)
    expect(merged.dropped).toBe(79)
    expect(texts(merged.tail(Infinity))).toEqual(Array.from({ length: 21 }, (_, n) => String(79 + n)))
  })
})

describe('[LOG-3.4] a container that works on another batch after all', () => {
  it('takes its lines out, and the others are numbered again without a gap', () => {
    const lines = fc.array(fc.record({ name: part, source: fc.constantFrom('x', 'y') }), { maxLength: 120 })
    fc.assert(
      fc.property(lines, fc.integer({ min: 5, max: 40 }), (all, most) => {
        let renumbered = 0
        const listener = { ...quiet, renumbered: () => void (renumbered += 1) }
        const { merged, logs } = run({ backend: most, batch: most }, listener)
        all.forEach(({ name, source }, n) => logs[name].append(lineOf(source, String(n))))
        const before = merged.tail(Infinity)
        const { dropped } = merged
        logs.a.takeOut('x')
        const after = merged.tail(Infinity)
        expect(texts(after)).toEqual(texts(before.filter(({ batch, source }) => batch !== 'a' || source !== 'x')))
        expect(after.map(({ seq }) => seq)).toEqual(after.map((_, n) => dropped + n + 1))
        // Without a line of it, whoever reads the log need not begin anew.
        expect(renumbered).toBe(before.length > after.length ? 1 : renumbered)
        // It goes on as before, also with what is dropped.
        for (let n = 0; n < 3 * most; n += 1) logs.a.append(lineOf('y', `more ${n}`))
        expect(texts(merged.tail(most))).toEqual(texts(logs.a.tail(most)))
        expect(merged.size).toBe(most)
      }),
    )
  })

  it('[RUN-14] keeps the lines of containers when another execution begins', () => {
    const { merged, logs } = run()
    logs.backend.append(lineOf('backend', 'old'))
    logs.a.append(lineOf('c', 'agent'))
    logs.backend.clear()
    logs.backend.append(lineOf('backend', 'new'))
    expect(texts(merged.tail(Infinity))).toEqual(['agent', 'new'])
  })
})

describe('[LOG-3.2] a merged log that is closed', () => {
  it('holds nothing, however its logs are let go of', () => {
    const { merged, logs, budget } = run()
    for (const log of Object.values(logs)) log.append(lineOf('c', 'x'))
    merged.close()
    for (const log of Object.values(logs)) log.release()
    expect([merged.size, merged.tail(5), budget.bytes]).toEqual([0, [], 0])
  })
})
