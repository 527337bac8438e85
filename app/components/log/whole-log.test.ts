import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogView } from '../../../lib/client/live'
import type { LogLine } from '../../../lib/run/model'
import { gapsIn } from './log-ranges'
import { lastOf, loadedOf, MOST_KEPT, PAGE, pageToRead, wholeOf, withFailure, withRead, withTail } from './whole-log'

const line = (seq: number): LogLine => ({
  ...{ seq, at: null, source: 'backend', stream: 'stdout' as const, text: `line ${seq}` },
})
const lines = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => line(from + n))
const view = (from: number, to: number, epoch = 'a'): LogView => ({ lines: lines(from, to), dropped: from - 1, epoch })

describe('[LOG-2.1] a reader who goes anywhere in a log', () => {
  it('has all lines there after some requests, from a server that dropped some and answers with few', () => {
    const world = fc.record({
      last: fc.integer({ min: 1, max: 5_000 }),
      tail: fc.integer({ min: 1, max: 1_000 }),
      dropped: fc.nat({ max: 3_000 }),
      few: fc.integer({ min: 20, max: PAGE }),
      at: fc.integer({ min: 1, max: 5_000 }),
    })
    fc.assert(
      fc.property(world, ({ last, tail, dropped, few, at }) => {
        const first = Math.min(dropped, last - 1) + 1
        const from = Math.max(first, last - tail + 1)
        const seen = { from: Math.max(1, at - 30), to: Math.min(last, at + 30) }
        let log = wholeOf(view(from, last))
        for (let n = 0; n < 200; n += 1) {
          const page = pageToRead(log, seen)
          if (page === null) break
          expect(page.to - page.from).toBeLessThan(PAGE)
          const begin = Math.max(first, page.from)
          const end = Math.min(last, begin + Math.min(few, page.to - page.from + 1) - 1)
          log = withRead(log, page, { lines: lines(begin, end), dropped: first - 1 })
        }
        expect(pageToRead(log, seen)).toBeNull()
        expect(log.failed).toBeNull()
        expect(gapsIn(loadedOf(log), { from: Math.max(first, seen.from), to: seen.to })).toEqual([])
      }),
    )
  })

  it('asks no more for what could not be read, until it may try again', () => {
    const log = wholeOf(view(9_001, 10_000))
    const page = pageToRead(log, { from: 4_100, to: 4_200 })
    expect(page).toEqual({ from: 4_001, to: 5_000 })
    const failed = withFailure(log, page!, 'No answer.')
    expect(pageToRead(failed, { from: 4_100, to: 4_200 })).toBeNull()
    expect(pageToRead(failed, { from: 7_100, to: 7_200 })).toEqual({ from: 7_001, to: 8_000 })
    expect(pageToRead({ ...failed, failed: null }, { from: 4_100, to: 4_200 })).toEqual(page)
    // An answer without the lines must not be asked for for ever.
    expect(withRead(log, page!, { lines: [], dropped: 0 }).failed).toMatchObject({ from: 4_001, to: 5_000 })
  })

  it('hears of lines that the server no longer has', () => {
    const log = withRead(wholeOf(view(900, 1_000)), { from: 1, to: 899 }, { lines: lines(401, 899), dropped: 400 })
    expect(log).toMatchObject({ first: 401, failed: null })
    expect(pageToRead(log, { from: 1, to: 1_000 })).toBeNull()
  })
})

describe('[LOG-2.2] the newest lines', () => {
  it('stay loaded for a reader near them when newer ones push them out, and not for one who follows', () => {
    const before = wholeOf(view(1, 100))
    expect(
      loadedOf(withTail(before, view(41, 140), 20))
        .flat()
        .map(({ seq }) => seq),
    ).toEqual(lines(1, 140).map(({ seq }) => seq))
    expect(withTail(before, view(41, 140), null).ranges).toEqual([])
  })

  it('never make the page keep more lines than its bound', () => {
    let log = wholeOf(view(1, 1_000))
    for (let n = 1; n < 60; n += 1) log = withTail(log, view(n * 1_000 + 1, (n + 1) * 1_000), 500)
    expect(log.ranges.flat()).toHaveLength(MOST_KEPT)
    expect(log.ranges[0]?.[0]?.seq).toBe(1)
    expect(lastOf(log.view)).toBe(60_000)
  })
})

describe('[LOG-2.3] what was loaded is forgotten', () => {
  const loaded = withRead(wholeOf(view(900, 1_000)), { from: 1, to: 899 }, { lines: lines(1, 899), dropped: 0 })

  it('where the server is at another epoch', () => {
    expect(withTail(loaded, view(900, 1_000, 'b'), 500).ranges).toEqual([])
  })

  it('and where the log began anew', () => {
    expect(withTail(loaded, view(1, 3), 500)).toEqual(wholeOf(view(1, 3)))
  })
})
