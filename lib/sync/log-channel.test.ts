import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logCodec } from './state-codec'
import { append, emptyLog, VIEW_LINES } from './log'
import type { LogState } from './state-schemas'
import { LogChannel, MESSAGE_LENGTH, MESSAGE_LINES } from './log-channel'
import { TestLog } from '../testing/sync/fixtures'

const texts = (state: LogState) => state.lines.map(line => line.text)

describe('a log in versions', () => {
  it('[SYNC-1.2] [SYNC-2.1] is the same by steps as by snapshots, and counts every line it does not show', () => {
    const burst = fc.record({ lines: fc.nat({ max: 12 }), skip: fc.nat({ max: 2 }), missed: fc.boolean() })
    fc.assert(
      fc.property(fc.array(burst), fc.integer({ min: 1, max: 8 }), (bursts, keeps) => {
        const log = new TestLog(keeps)
        const channel = new LogChannel(log)
        let written = 0
        let view = logCodec.decode(channel.state(), emptyLog)
        let at = channel.version
        for (const { lines, skip, missed } of bursts) {
          for (let n = 0; n < lines; n++) log.add(`${++written}`, skip)
          channel.advance()
          if (missed) continue
          const steps = channel.since(at)
          if (!steps) view = logCodec.decode(channel.state(), emptyLog)
          for (const step of steps ?? []) view = logCodec.apply(view, step.diff)
          at = channel.version
          expect(at).toBe(log.tail(1)[0]?.seq ?? 0)
          const shown = Array.from({ length: written - view.dropped }, (_, n) => `${view.dropped + n + 1}`)
          expect(texts(view)).toEqual(shown)
        }
      }),
    )
  })

  it('[SYNC-2.3] proves nothing to a version from the future, or one from which lines are gone', () => {
    const log = new TestLog(3)
    const channel = new LogChannel(log)
    for (const text of ['a', 'b', 'c', 'd', 'e']) log.add(text)
    channel.advance()
    expect(channel.since(6)).toBeNull()
    expect(channel.since(5)).toEqual([])
    expect(channel.since(3)).toHaveLength(1)
    expect(channel.since(1)).toBeNull()
  })

  it('advances by a step with the new lines', () => {
    const log = new TestLog()
    log.add('a')
    const channel = new LogChannel(log)
    expect(channel.advance()).toBeNull()
    log.add('b')
    log.add('c', 4)
    expect(channel.advance()).toMatchObject({ from: 1, to: 7 })
    expect(channel.digest()).toBeNull()
  })

  it('answers for its version, also while newer lines wait to be published', () => {
    const log = new TestLog()
    log.add('a')
    const channel = new LogChannel(log)
    log.add('b')
    expect(logCodec.decode(channel.state(), emptyLog)).toEqual({ lines: log.after(0, 1), dropped: 0 })
    expect(channel.since(0)).toMatchObject([{ from: 0, to: 1 }])
  })

  it('sends a snapshot of the newest lines where a message could not carry all that is new', () => {
    const log = new TestLog()
    const channel = new LogChannel(log)
    for (let n = 0; n < MESSAGE_LINES; n++) log.add('x')
    expect(channel.advance()).toMatchObject({ from: 0, to: MESSAGE_LINES })
    for (let n = 0; n <= MESSAGE_LINES; n++) log.add('y')
    expect(channel.advance()).toBe('snapshot')
    const state = logCodec.decode(channel.state(), emptyLog)
    expect(state.lines).toHaveLength(MESSAGE_LINES)
    expect(state.dropped).toBe(MESSAGE_LINES + 1)
  })

  it('bounds a message by its length, but sends one line however long', () => {
    const log = new TestLog()
    const channel = new LogChannel(log)
    const third = 'x'.repeat(MESSAGE_LENGTH / 3)
    for (let n = 0; n < 4; n++) log.add(third)
    expect(channel.advance()).toBe('snapshot')
    expect(logCodec.decode(channel.state(), emptyLog)).toMatchObject({
      dropped: 1,
      lines: [{ seq: 2 }, { seq: 3 }, { seq: 4 }],
    })
    log.add('x'.repeat(MESSAGE_LENGTH + 1))
    expect(channel.advance()).toMatchObject({ from: 4, to: 5 })
    expect(logCodec.decode(channel.state(), emptyLog)).toMatchObject({ dropped: 4, lines: [{ seq: 5 }] })
  })
})

describe('a log in a page', () => {
  it('keeps the newest lines and says how many it dropped from view', () => {
    const line = (seq: number) => ({ seq, at: null, source: 'backend', stream: 'stdout' as const, text: '' })
    const lines = Array.from({ length: VIEW_LINES }, (_, n) => line(n + 8))
    const view = append({ lines, dropped: 7 }, { lines: [line(VIEW_LINES + 8), line(VIEW_LINES + 9)] })
    expect(view.lines).toHaveLength(VIEW_LINES)
    expect(view.dropped).toBe(9)
    expect(view.lines[0]?.seq).toBe(10)
  })
})
