import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareInstants, type Instant } from '../../run/time/time'
import type { LogEntry, OutputStream } from './log-entry'
import { LogLines } from './log-lines'
import { LogPosition } from './log-position'

const SECOND = 1_000_000_000n
const BEGIN = 1_767_323_045n * SECOND

const instant = (nanos: bigint): Instant => ({ ms: Number(nanos / 1_000_000n), ns: Number(nanos % 1_000_000n) })

/** The answer of an Engine to `since`. */
function answer(log: readonly LogEntry[], since: string | undefined): LogEntry[] {
  if (since === undefined) return [...log]
  expect(since).toMatch(/^\d+\.\d{9}$/)
  const [seconds = '', nanos = ''] = since.split('.')
  const from = instant(BigInt(seconds) * SECOND + BigInt(nanos))
  return log.filter(({ at }) => compareInstants(at, from) >= 0)
}

/**
 * A log in the order of its file. All pieces of a line have the time of the first piece. The times of stderr lag behind
 * those of stdout.
 */
const logs = fc
  .record({
    writes: fc.array(
      fc.record({
        stream: fc.constantFrom<OutputStream>('stdout', 'stderr'),
        // Often no pause at all: then several lines have the same time.
        pause: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(5_000_000), fc.nat(2_000_000_000)),
        complete: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
    lag: fc.nat(400_000_000),
  })
  .map(({ writes, lag }) => {
    let clock = BEGIN
    const open = new Map<OutputStream, Instant>()
    return writes.map(({ stream, pause, complete }, index): LogEntry => {
      clock += BigInt(pause)
      const at = open.get(stream) ?? instant(stream === 'stderr' ? clock - BigInt(lag) : clock)
      if (complete) open.delete(stream)
      else open.set(stream, at)
      return { stream, at, text: Buffer.from(`${String(index)} `), complete, cut: 0 }
    })
  })

const cuts = fc.array(fc.record({ written: fc.nat(60), read: fc.nat(60) }), { maxLength: 8 })

function linesOf(entries: readonly LogEntry[]) {
  const lines = new LogLines()
  return [...entries.flatMap(entry => lines.add(entry)), ...lines.end()]
}

const entry = (seconds: number, stream: OutputStream = 'stdout'): LogEntry => ({
  stream,
  at: instant(BEGIN + BigInt(seconds) * SECOND),
  text: Buffer.from('text'),
  complete: true,
  cut: 0,
})

describe('LogPosition', () => {
  it('[DOCK-8.2] [DOCK-8.3] takes each entry once, in order, wherever reading is cut and begun again', () => {
    fc.assert(
      fc.property(logs, cuts, (log, connections) => {
        const position = new LogPosition()
        const taken: LogEntry[] = []
        let written = 0
        for (const { written: more, read } of [...connections, { written: log.length, read: log.length }]) {
          written = Math.min(log.length, written + more)
          for (const next of answer(log.slice(0, written), position.resume()).slice(0, read)) {
            const news = position.take(next)
            expect(news).not.toBe('torn')
            if (news === 'new') taken.push(next)
          }
        }
        expect(taken).toEqual(log)
        expect(linesOf(taken)).toEqual(linesOf(log))
      }),
      { numRuns: 2_000 },
    )
  })

  it('[DOCK-8.4] asks for little more than what it lacks', () => {
    const position = new LogPosition()
    for (const seconds of [0, 10, 20]) position.take(entry(seconds))
    position.take(entry(5, 'stderr'))
    expect(position.resume()).toBe('1767323064.500000000')
  })

  it('[DOCK-8.7] tells where what was read last is no longer in the log', () => {
    const position = new LogPosition()
    for (const seconds of [0, 1, 2]) position.take(entry(seconds))
    position.resume()
    expect(position.take(entry(2))).toBe('known')
    expect(position.take(entry(3))).toBe('new')
    position.resume()
    expect(position.take(entry(9))).toBe('torn')
    expect(position.take(entry(10))).toBe('new')
  })

  it('[DOCK-8.7] takes the silence of one stream for nothing lost', () => {
    const position = new LogPosition()
    position.take(entry(0, 'stderr'))
    position.take(entry(60))
    position.resume()
    expect(position.take(entry(60))).toBe('known')
    expect(position.take(entry(61, 'stderr'))).toBe('new')
  })
})
