import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownLines } from './known-lines'

const streams = ['stdout', 'stderr'] as const

/** Lines of both streams. Within a stream the times never decrease, and are often equal. */
const logs = fc
  .array(fc.record({ stream: fc.constantFrom(...streams), later: fc.nat(2) }), { maxLength: 40 })
  .map(steps => {
    const at = { stdout: 1_000, stderr: 1_000 }
    return steps.map(({ stream, later }, n) => ({ stream, at: (at[stream] += later), n }))
  })

describe('lines that were read before', () => {
  it('[REC-7.12] [DOCK-8.21] are known again when all is read once more, whatever their times; the rest is new', () => {
    fc.assert(
      fc.property(logs, fc.nat(40), (lines, read) => {
        const known = new KnownLines()
        for (const line of lines.slice(0, read)) known.learn(line)
        const again = lines.filter(line => known.take(line) !== 'known')
        expect(again).toEqual(lines.slice(read))
      }),
    )
  })

  it('[REC-7.12] are known again where the two streams come in another order', () => {
    fc.assert(
      fc.property(logs, fc.nat(40), (lines, read) => {
        const known = new KnownLines()
        for (const line of lines.slice(0, read)) known.learn(line)
        const byStream = streams.flatMap(stream => lines.filter(line => line.stream === stream))
        const again = byStream.filter(line => known.take(line) !== 'known').map(({ n }) => n)
        expect(again.sort((a, b) => a - b)).toEqual(lines.slice(read).map(({ n }) => n))
      }),
    )
  })

  it('[REC-7.12] where the last of them is gone, so may be some after it', () => {
    const known = new KnownLines()
    for (const at of [1, 2]) known.learn({ stream: 'stdout', at })
    expect(known.take({ stream: 'stderr', at: 3 })).toBe('new')
    expect(known.take({ stream: 'stdout', at: 3 })).toBe('torn')
    expect(known.take({ stream: 'stdout', at: 4 })).toBe('new')
  })
})
