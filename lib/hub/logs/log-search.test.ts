import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { plainLine } from '../../run/text/log-text'
import type { FoundLines, LogSearch } from '../api'
import { LogBuffer, RUN_LOG } from './log-buffer'
import { searchLog } from './log-search'

const logOf = (texts: readonly string[], log = new LogBuffer()): LogBuffer => {
  for (const text of texts) log.append({ at: null, source: 'backend', stream: 'stdout', text })
  return log
}

function found(log: LogBuffer | undefined, text: string, only: Omit<LogSearch, 'text'> = {}): FoundLines {
  const steps = searchLog(log, { text, ...only })
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

afterEach(() => void vi.restoreAllMocks())

describe('[LOG-1.2] a search', () => {
  it('finds each kept line that shows the text, in any letter case, and says which lines it has searched', () => {
    const words = fc.constantFrom('Error', 'error', '\u001b[31mer\u001b[0mror', 'fine', 'a.b', 'a+b', 'ÉCLAIR', 'x\ty')
    const texts = fc.array(
      fc.array(words).map(parts => parts.join(' ')),
      { maxLength: 400 },
    )
    fc.assert(
      fc.property(texts, fc.constantFrom('error', 'a.b', '+', 'éclair', 'y', 'nothing'), (texts, sought) => {
        const log = logOf(texts, new LogBuffer({ ...RUN_LOG, lines: 300 }))
        const kept = log.after(0, Infinity)
        const shows = kept.filter(({ text }) => plainLine(text).toLowerCase().includes(sought))
        const seqs = shows.map(({ seq }) => seq)
        const [from, to] = [kept[0]?.seq ?? 1, kept.at(-1)?.seq ?? 0]
        expect(found(log, sought)).toEqual({ seqs, count: seqs.length, from, to })
      }),
    )
  })

  it('[LOG-1.4] can be of some streams and of one source only', () => {
    const log = new LogBuffer()
    for (const source of ['a', 'b'])
      for (const stream of ['stdout', 'stderr', 'system'] as const) log.append({ at: null, source, stream, text: 'x' })
    expect(found(log, 'x', { stream: ['stderr', 'system'] })).toMatchObject({ seqs: [2, 3, 5, 6], count: 4, to: 6 })
    expect(found(log, 'x', { source: 'b' }).seqs).toEqual([4, 5, 6])
    expect(found(log, 'x', { stream: ['stdout'], source: 'a' })).toMatchObject({ seqs: [1], from: 1, to: 6 })
  })

  it('[LOG-4.1] [LOG-4.4] can be by a pattern, or of all lines of a level', () => {
    const log = logOf(['error 12', 'no', '\u001b[31mERR\u001b[0mOR 7'])
    log.append({ at: null, source: 'c', stream: 'stderr', text: 'it failed' })
    const by = (filter: LogSearch) => {
      const steps = searchLog(log, filter)
      for (;;) {
        const step = steps.next()
        if (step.done === true) return step.value
      }
    }
    expect(by({ pattern: String.raw`^error \d+$` })).toMatchObject({ seqs: [1, 3], count: 2, to: 4 })
    expect(by({ level: 'error' })).toMatchObject({ seqs: [4], count: 1, to: 4 })
    expect(by({ pattern: 'x{300}', level: 'error' })).toEqual({ seqs: [], count: 0, from: 1, to: 4 })
  })

  it('[LOG-4.2] says of how many long lines it has looked at the beginning alone', () => {
    const log = logOf(['x'.repeat(60_000), 'short', `${'y'.repeat(60_000)}z`])
    const steps = searchLog(log, { pattern: '[ab]{150}|y{150}' })
    let step = steps.next()
    while (step.done !== true) step = steps.next()
    expect(step.value).toEqual({ seqs: [3], count: 1, from: 1, to: 3, partly: 1 })
  })

  it('[LOG-4.3] ends where it takes too long, and says how far it came', () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 6))
    const steps = searchLog(logOf(Array.from({ length: 5_000 }, () => 'x')), { text: 'x' })
    let step = steps.next()
    while (step.done !== true) step = steps.next()
    const { to, count, stopped } = step.value
    expect([stopped, count]).toEqual([true, to])
    expect(to).toBeLessThan(5_000)
  })

  it('finds nothing where there is no log', () => {
    expect(found(undefined, 'x')).toEqual({ seqs: [], count: 0, from: 1, to: 0 })
  })

  it('[SAFE-5.95] counts all lines, and names the newest 10,000', () => {
    const { seqs, count } = found(logOf(Array.from({ length: 45_000 }, () => 'x')), 'x')
    expect(count).toBe(45_000)
    expect(seqs).toEqual(Array.from({ length: 10_000 }, (_, n) => 35_001 + n))
  })

  it('[LOG-1.3] lets others work after any line that took long', () => {
    let now = 0
    // Each look at the clock is 6 ms after the one before.
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 6))
    const steps = searchLog(logOf(Array.from({ length: 30 }, () => 'x')), { text: 'x' })
    let taken = 0
    while (steps.next().done !== true) taken += 1
    expect(taken).toBe(30)
  })

  it('searches what is added while it lasts, and goes on where lines are dropped', () => {
    const log = logOf(
      Array.from({ length: 5_000 }, () => 'x'.repeat(2_000)),
      new LogBuffer({ ...RUN_LOG, lines: 5_000 }),
    )
    const steps = searchLog(log, { text: 'needle' })
    let step = steps.next()
    logOf([...Array.from({ length: 4_000 }, () => 'y'), 'a needle'], log)
    expect(step.done).toBe(false)
    while (step.done !== true) step = steps.next()
    expect(step.value).toMatchObject({ seqs: [9_001], count: 1, from: 1, to: 9_001 })
  })
})
