import { expect, it } from 'vitest'
import { LogBuffer } from './log-buffer'
import { pageOfLog } from './log-page'

const append = (log: LogBuffer, text: string) => log.append({ at: null, source: 'backend', stream: 'stdout', text })

it('[SAFE-5.87] a page holds no more characters than it may, and reading on gives every line once', () => {
  const log = new LogBuffer()
  for (let n = 0; n < 400; n += 1) append(log, `${String(n)} ${'x'.repeat(60_000)}`)
  for (const characters of [undefined, 256 * 1024, 1]) {
    const seen: number[] = []
    const query = { limit: 1_000, ...(characters !== undefined && { characters }) }
    for (let page = pageOfLog(log, { after: 0, ...query }); page.lines.length > 0;) {
      const sum = page.lines.reduce((all, { text }) => all + text.length, 0)
      if (page.lines.length > 1) expect(sum).toBeLessThanOrEqual(characters ?? 8 * 1024 * 1024)
      seen.push(...page.lines.map(({ seq }) => seq))
      page = pageOfLog(log, { after: page.next, ...query })
    }
    expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n + 1))
  }
})

it('is as long as was asked for, where that fits', () => {
  const log = new LogBuffer()
  for (let n = 0; n < 10; n += 1) append(log, 'x')
  expect(pageOfLog(log, { after: 2, limit: 3 })).toMatchObject({ lines: [{ seq: 3 }, { seq: 4 }, { seq: 5 }], next: 5 })
  expect(pageOfLog(log, { after: 10, limit: 3 })).toEqual({ lines: [], next: 10, dropped: 0 })
  expect(pageOfLog(undefined, { after: 7, limit: 3 })).toEqual({ lines: [], next: 7, dropped: 0 })
})

it('[LOG-1.1] with `before` it holds the newest lines before that, and reading back gives every line once', () => {
  const log = new LogBuffer()
  for (let n = 0; n < 400; n += 1) append(log, `${String(n)} ${'x'.repeat(60_000)}`)
  for (const characters of [256 * 1024, 1]) {
    const seen: number[] = []
    for (let before = 401; ;) {
      const { lines } = pageOfLog(log, { after: 0, before, limit: 30, characters })
      if (lines.length === 0) break
      seen.unshift(...lines.map(({ seq }) => seq))
      before = seen[0]!
    }
    expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n + 1))
  }
})
