import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_LINE } from './log-entry'
import { TerminalLog } from './log-terminal'

const PIECE = 16 * 1024
const stampOf = (n: number) => `2026-01-02T03:04:05.${String(n).padStart(9, '0')}Z `

/** The line as the Engine writes it, with its time before each piece. */
function written(text: string, stamp: string): string {
  const pieces = [stamp + text.slice(0, PIECE)]
  for (let at = PIECE; at < text.length; at += PIECE) pieces.push(stamp + text.slice(at, at + PIECE))
  return pieces.join('')
}

function read(text: string, sizes: readonly number[]) {
  const bytes = Buffer.from(text, 'latin1')
  const log = new TerminalLog()
  const entries = []
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    entries.push(...log.push(bytes.subarray(at, at + size)))
    at += size
  }
  return { entries, rest: [...log.end()] }
}

const lines = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'bc', '2026-01-02T03:04:05.000000000Z ', '\r', ''),
    fc.oneof(fc.nat(20), fc.nat(1_200), fc.nat(30_000)),
  ),
  { maxLength: 5 },
)

describe('TerminalLog', () => {
  it('[DOCK-8.2] [DOCK-8.9] reads the lines whole, however long they are and however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(40_000), { maxLength: 10 }), (all, sizes) => {
        const texts = all.map(([word, times]) => word.repeat(times).slice(0, MAX_LINE))
        const stream = texts.map((text, index) => `${written(text, stampOf(index + 1))}\n`).join('')
        const { entries, rest } = read(stream, sizes)
        expect(entries.map(({ text }) => text.toString('latin1'))).toEqual(texts)
        expect(entries.map(({ at }) => at.ns)).toEqual(texts.map((_, index) => index + 1))
        expect(entries.every(({ complete, cut }) => complete && cut === 0)).toBe(true)
        expect(rest).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('[DOCK-8] keeps a line without an end for the end', () => {
    const { entries, rest } = read(`${stampOf(1)}first\r\n${stampOf(2)}last`, [7])
    expect(entries.map(({ text }) => text.toString())).toEqual(['first\r'])
    expect(rest.map(({ text }) => text.toString())).toEqual(['last'])
  })

  it('[SAFE-5] holds a bounded part of a line, and counts the rest', () => {
    const { entries } = read(`${written('x'.repeat(1_000_000), stampOf(1))}\n${stampOf(2)}next\n`, [100_000, 300_000])
    const [long, next] = entries
    expect(long!.text.length).toBeGreaterThanOrEqual(MAX_LINE)
    expect(long!.text.length).toBeLessThan(MAX_LINE + 1_000)
    expect(long!.text.every(byte => byte === 'x'.charCodeAt(0))).toBe(true)
    expect(long!.cut).toBeGreaterThan(900_000)
    expect(next).toMatchObject({ text: Buffer.from('next'), cut: 0 })
  })

  it('[DOCK-8.8] refuses a line without a time', () => {
    expect(() => read('Error grabbing logs: unexpected EOF\n', [])).toThrow(/^Docker /)
  })
})
