import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { LineFilter, LogPage, LogQuery } from '../api'
import { LogBuffer, RUN_LOG } from './log-buffer'
import { pickLines } from './picked-lines'

const logOf = (texts: readonly string[], lines = 300): LogBuffer => {
  const log = new LogBuffer({ ...RUN_LOG, lines })
  texts.forEach((text, n) =>
    log.append({ at: null, source: n % 3 === 0 ? 'x' : 'y', stream: n % 2 === 0 ? 'stdout' : 'stderr', text }),
  )
  return log
}

function picked(log: LogBuffer | undefined, query: Partial<LogQuery>, filter: LineFilter): LogPage {
  const steps = pickLines(log, { after: 0, limit: 1_000, ...query }, filter)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

const words = fc.constantFrom('an error', 'fine', 'failed: x')
const filters = fc.record(
  {
    text: fc.constantFrom('err', 'FINE'),
    stream: fc.constantFrom(['stdout' as const], ['stderr' as const]),
    source: fc.constant('x'),
    level: fc.constant('error' as const),
  },
  { requiredKeys: [] },
)

describe('[LOG-4.4] the lines of a log that fit', () => {
  it('are all of them, once each, page by page, in both directions, and each fits in every respect', () => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 400 }),
        filters,
        fc.integer({ min: 1, max: 30 }),
        (texts, filter, limit) => {
          const log = logOf(texts)
          const expected = log
            .after(0, Infinity)
            .filter(
              ({ text, stream, source }) =>
                (filter.text === undefined || text.includes(filter.text.toLowerCase())) &&
                (filter.stream === undefined || filter.stream[0] === stream) &&
                (filter.source === undefined || source === 'x') &&
                (filter.level === undefined || (stream === 'stderr' && text !== 'fine')),
            )
          const forwards: unknown[] = []
          let page = picked(log, { limit }, filter)
          for (; page.lines.length > 0; page = picked(log, { after: page.next, limit }, filter))
            forwards.push(...page.lines)
          expect(forwards).toEqual(expected)
          expect(page.next).toBe(Math.max(log.tail(1)[0]?.seq ?? 0, expected.at(-1)?.seq ?? 0))
          const backwards: unknown[] = []
          let before = Infinity
          for (;;) {
            const { lines } = picked(log, { before, limit }, filter)
            backwards.unshift(...lines)
            if (!lines[0]) break
            before = lines[0].seq
          }
          expect(backwards).toEqual(expected)
        },
      ),
    )
  })

  it('can be those of a pattern', () => {
    const { lines } = picked(logOf(['error 12', 'error', 'no 12 error']), {}, { pattern: String.raw`^error \d+` })
    expect(lines.map(({ text }) => text)).toEqual(['error 12'])
  })

  it('[SAFE-5] fit into a page, whose first line alone may be longer', () => {
    const log = logOf(['x'.repeat(50), 'x'.repeat(50), 'x'.repeat(500)])
    expect(picked(log, { characters: 100 }, { text: 'x' }).lines).toHaveLength(2)
    expect(picked(log, { characters: 100, after: 2 }, { text: 'x' }).lines).toHaveLength(1)
  })

  it.each([
    ['forwards', { after: 0 }],
    ['backwards', { after: 0, before: 5_001 }],
  ])('[LOG-4.3] are read %s in steps, and no longer once that takes too long', (_, place) => {
    let now = 0
    // Each look at the clock is 6 ms after the one before.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 6))
    const log = logOf(
      Array.from({ length: 5_000 }, () => 'x'),
      5_000,
    )
    const steps = pickLines(log, { ...place, limit: 10 }, { text: 'y' })
    let taken = 0
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) taken += 1
    clock.mockRestore()
    expect(taken).toBeGreaterThan(500)
    expect(step.value).toMatchObject({ lines: [], stopped: true })
    // A reader can go on from there.
    expect(step.value.next).toBeGreaterThan(0)
    expect(step.value.next).toBeLessThan(5_000)
  })
})
