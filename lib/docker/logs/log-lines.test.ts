import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_LINE, type LogEntry, type OutputStream } from './log-entry'
import { growthOf } from '../../testing/support/growth'
import { LogLines } from './log-lines'

const piece = (
  text: string | Buffer,
  more: Partial<LogEntry> & { ms?: number; stream?: OutputStream } = {},
): LogEntry => {
  const { ms = 1, ...rest } = more
  return { stream: 'stdout', at: { ms, ns: 0 }, text: Buffer.from(text), complete: false, cut: 0, ...rest }
}
const last = (text: string | Buffer, more: Parameters<typeof piece>[1] = {}) => piece(text, { ...more, complete: true })

const textsOf = (...entries: LogEntry[]) => {
  const lines = new LogLines()
  return [...entries.flatMap(entry => lines.add(entry)), ...lines.end()].map(({ text }) => text)
}

describe('LogLines', () => {
  it('[DOCK-8.14] [SAFE-5] keeps of a line without an end no more than its beginning, whatever buffers its pieces are parts of', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const lines = new LogLines()
    const taken = () => {
      for (let n = 0; n < 3; n += 1) collect()
      return process.memoryUsage().arrayBuffers
    }
    const before = taken()
    for (let n = 0; n < 8_000; n += 1) lines.add(piece(Buffer.alloc(16_384, 'x')))
    expect(taken() - before).toBeLessThan(32 * 1024 * 1024)
    expect(lines.end()[0]?.text).toMatch(/^x+ … \d+ more bytes cut$/)
  })

  it('[DOCK-8.9] [DOCK-8.11] [SAFE-4] joins the pieces of a line before it reads its characters, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 6 }), pieces => {
        const bytes = Buffer.concat([...pieces, Buffer.from('.')])
        const entries = pieces.map(part => piece(Buffer.from(part)))
        expect(textsOf(...entries, last('.'))).toEqual([bytes.toString('utf8')])
      }),
    )
  })

  it('[DOCK-8.9] keeps the pieces of both streams apart', () => {
    expect(
      textsOf(piece('out '), piece('err ', { stream: 'stderr' }), last('ends'), last('ends', { stream: 'stderr' })),
    ).toEqual(['out ends', 'err ends'])
  })

  it('[DOCK-8] ends a line where one of another time begins, and at the end', () => {
    expect(textsOf(piece('no end'), last('started again', { ms: 2 }), piece('no end either', { ms: 3 }))).toEqual([
      'no end',
      'started again',
      'no end either',
    ])
  })

  it('[DOCK-8.10] [SAFE-5] cuts a line at 64 KiB, never through a character, and says how much is gone', () => {
    const [cut] = textsOf(
      piece(`a${'é'.repeat(20_000)}`),
      piece('é'.repeat(20_000)),
      last('é'.repeat(20_000), { cut: 9 }),
    )
    expect(cut).toBe(`a${'é'.repeat((MAX_LINE - 2) / 2)} … ${String(120_001 - MAX_LINE + 9)} more bytes cut`)
  })

  it('[DOCK-8.12] leaves out the return before the end of a line, and no other', () => {
    expect(textsOf(last('a\rb\r'), last('\r\r', { ms: 2 }), last('', { ms: 3 }))).toEqual(['a\rb', '', ''])
  })

  it('[SAFE-4.13] takes time that grows with the line, also for one of returns', () => {
    const growth = growthOf(size => {
      const line = last(`${'\r'.repeat(size)}x`)
      return () => textsOf(line)
    }, 7_500)
    expect(growth.isLinear, growth.text).toBe(true)
  })
})
