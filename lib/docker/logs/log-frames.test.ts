import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_ENTRY, type LogEntry } from './log-entry'
import { LogFrames } from './log-frames'

const STAMP = '2026-01-02T03:04:05.123456789Z '

function frame(kind: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = kind
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** Cuts the bytes at the given places, which are fractions of the length. */
function chunksOf(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map(place => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const read = (chunks: readonly Buffer[]): LogEntry[] => {
  const frames = new LogFrames()
  return chunks.flatMap(chunk => [...frames.push(chunk)])
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })

describe('LogFrames', () => {
  it('[DOCK-8.2] reads the same entries, however the stream is cut into chunks', () => {
    const written = fc.array(
      fc.record({ kind: fc.constantFrom(0, 1, 2), text: fc.uint8Array({ maxLength: 60 }), complete: fc.boolean() }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(written, places, (entries, cuts) => {
        const bytes = Buffer.concat(
          entries.map(({ kind, text, complete }) =>
            frame(
              kind,
              Buffer.concat([Buffer.from(STAMP), text.filter(byte => byte !== 10), Buffer.from(complete ? '\n' : '')]),
            ),
          ),
        )
        const expected = entries.map(({ kind, text, complete }) => ({
          stream: kind === 2 ? 'stderr' : 'stdout',
          at: { ms: Date.parse('2026-01-02T03:04:05.123Z'), ns: 456_789 },
          text: Buffer.from(text.filter(byte => byte !== 10)),
          complete,
          cut: 0,
        }))
        expect(read(chunksOf(bytes, cuts))).toEqual(expected)
      }),
    )
  })

  it('[SAFE-5] keeps so much of an entry and counts the rest, whatever length it claims', () => {
    const text = Buffer.alloc(300_000, 'x')
    const [entry, next] = read([
      frame(1, Buffer.concat([Buffer.from(STAMP), text, Buffer.from('\n')])),
      frame(2, Buffer.from(`${STAMP}next\n`)),
    ])
    expect(entry!.text.length + STAMP.length).toBe(MAX_ENTRY)
    expect(entry!.text.length + entry!.cut).toBe(300_000)
    expect(entry!.complete).toBe(true)
    expect(next).toMatchObject({ stream: 'stderr', text: Buffer.from('next'), cut: 0 })

    const claims = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
    expect(read([claims, Buffer.from(STAMP)])).toEqual([])
  })

  it.each([
    ['words of the Engine on a fault', frame(3, Buffer.from('Error grabbing logs: invalid character'))],
    ['what is not framed', Buffer.from('2026-01-02T03:04:05Z plain text\n')],
    ['a frame with something between its kind and its length', Buffer.from([1, 0, 7, 0, 0, 0, 0, 1, 65])],
    ['an entry without a time', frame(1, Buffer.from('no time\n'))],
  ])('[DOCK-8.8] refuses %s', (_, bytes) => {
    expect(() => read([bytes])).toThrow(/^Docker /)
  })

  it('passes over empty frames', () => {
    expect(read([frame(1, Buffer.alloc(0)), frame(1, Buffer.from(`${STAMP}text\n`))])).toHaveLength(1)
  })
})
