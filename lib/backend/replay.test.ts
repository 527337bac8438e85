import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../run/observation'
import { Replay } from './replay'

const T0 = Date.parse('2026-01-05T10:00:00Z')
const stampOf = (ms: number) => new Date(ms).toISOString().replace('Z', '456789+00:00')
const line = (message: string, ms: number) => JSON.stringify({ type: 'log', message, timestamp: stampOf(ms) })
const coarse = (message: string, ms: number) =>
  JSON.stringify({ type: 'log', message, timestamp: `${new Date(ms).toISOString().slice(0, 19)}Z` })
const ABORT = JSON.stringify({ type: 'error', message: 'Execution aborted by user.', timestamp: stampOf(T0 + 60_000) })

/** A replay with a clock that the test moves. */
class Listener {
  now = T0
  readonly log: string[] = []

  constructor(readonly replay = new Replay()) {}

  open(): this {
    this.replay.open(this.now)
    return this
  }

  cut(): this {
    this.replay.close(this.now)
    return this
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }

  hear(text: string): Message {
    const received = this.replay.receive(text, this.now)
    if (received.kind !== 'observed' || received.observation.kind !== 'message') throw new Error('no message')
    if (received.fresh) this.log.push(received.observation.text)
    return received.observation
  }

  hearAll(texts: readonly string[]): this {
    for (const text of texts) this.hear(text)
    return this
  }

  get settled(): boolean {
    return this.replay.settle(this.now) !== null
  }
}

const story = Array.from({ length: 10 }, (_, n) => line(`line ${String(n)}`, T0 + n * 1_000))
const lines = story.map((_, n) => `line ${String(n)}`)

describe('a message', () => {
  it('[RUN-2.2] [RUN-2.5] is fresh once, however often and on however many connections it comes', () => {
    const listener = new Listener()
    listener.open().hearAll(story.slice(0, 5)).hearAll(story.slice(2, 7)).cut()
    listener.open().hearAll(story).hearAll(story)
    expect(listener.log).toEqual(lines)
  })

  it('[RUN-2.2] with the same words at another nanosecond is another', () => {
    const listener = new Listener().open()
    const ids = [1, 2].map(n => {
      const timestamp = `2026-01-05T10:00:00.00000000${String(n)}Z`
      return listener.hear(JSON.stringify({ type: 'log', message: 'x', timestamp })).id
    })
    expect(new Set(ids).size).toBe(2)
  })

  it('[RUN-2.3] whose stamp is too coarse is told apart by its occurrence in the connection', () => {
    const same = [coarse('x', T0), coarse('x', T0), coarse('y', T0), coarse('x', T0)]
    const listener = new Listener().open().hearAll(same).cut().open().hearAll(same)
    expect(listener.log).toEqual(['x', 'x', 'y', 'x'])
  })

  it('[RUN-2.3] whose stamp is too coarse, lost on one connection, is found on the next', () => {
    const listener = new Listener().open().hearAll([coarse('x', T0), coarse('y', T0)])
    listener
      .cut()
      .open()
      .hearAll([coarse('x', T0), coarse('x', T0), coarse('y', T0)])
    expect(listener.log).toEqual(['x', 'y', 'x'])
  })

  it('[RUN-2.4] without a stamp happened with the one before it', () => {
    const listener = new Listener().open()
    listener.hear(line('a', T0 - 5_000))
    const bare = JSON.stringify({ type: 'log', message: 'b' })
    expect(listener.wait(1_000).hear(bare).time).toEqual({ ms: T0 - 5_000, ns: 456_789 })
    expect(listener.hear(bare).id).not.toBe(listener.hear(bare).id)
  })

  it('[RUN-2.4] without a stamp, before any with one, happened when it came', () => {
    const listener = new Listener().open().wait(700)
    const bare = JSON.stringify({ type: 'log', message: 'b' })
    const first = listener.hear(bare)
    expect(first.time).toEqual({ ms: T0 + 700, ns: 0 })
    expect(listener.cut().open().hear(bare).id).toBe(first.id)
    expect(listener.log).toEqual(['b'])
  })

  it('[RUN-2.2] keeps its id, and a short one, also where it is 5 MB long', () => {
    const listener = new Listener().open()
    const [a, b] = ['a', 'b'].map(end => line('x'.repeat(5_000_000) + end, T0))
    const first = listener.hear(a ?? '')
    expect(listener.hear(b ?? '').id).not.toBe(first.id)
    expect(
      listener
        .cut()
        .open()
        .hear(a ?? '').id,
    ).toBe(first.id)
    expect(first.id.length).toBeLessThan(100)
    expect(listener.log).toHaveLength(2)
  })

  it('[RUN-2] has its place in its connection', () => {
    const listener = new Listener().open()
    listener.hear(story[0] ?? '')
    expect(listener.hear(story[1] ?? '')).toMatchObject({ connection: 1, index: 1 })
    expect(
      listener
        .cut()
        .open()
        .hear(story[0] ?? ''),
    ).toMatchObject({ connection: 2, index: 0 })
  })

  it('[SAFE-4] that is none, and one for an unknown run, take no place', () => {
    const { replay } = new Listener().open()
    expect(replay.receive('nonsense', T0)).toEqual({ kind: 'unreadable', reason: 'not JSON' })
    const received = replay.receive('{"type":"error","message":"Execution not found."}', T0)
    expect(received).toMatchObject({ fresh: false, observation: { kind: 'unknown-run', connection: 1 } })
    expect(replay.receive(line('x', T0), T0)).toMatchObject({ observation: { index: 0 } })
  })

  it(
    '[RUN-2.5] is logged exactly once under any cuts, losses and duplicates that end in a full replay',
    { timeout: 60_000 },
    () => {
      const connection = fc.record({
        cut: fc.nat(12),
        lost: fc.array(fc.nat(11)),
        doubled: fc.array(fc.nat(11)),
      })
      const fine = Array.from({ length: 12 }, (_, n) => line(`same words ${String(n % 3)}`, T0 + n))
      const rough = Array.from({ length: 12 }, (_, n) => coarse(`same words ${String(n % 3)}`, T0 + (n % 2) * 1_000))
      fc.assert(
        fc.property(fc.array(connection, { maxLength: 5 }), fc.boolean(), (connections, isFine) => {
          const whole = isFine ? fine : rough
          const listener = new Listener()
          for (const [nth, { cut, lost, doubled }] of connections.entries()) {
            const heard = whole.slice(0, cut).flatMap((text, n) => {
              // A replay may lose messages, but it begins with the first one.
              if (lost.includes(n) && (n > 0 || nth === 0)) return []
              // Without fine stamps, a repeated message can't be distinguished from a second one.
              return isFine && doubled.includes(n) ? [text, text] : [text]
            })
            listener.open().hearAll(heard).cut()
          }
          listener.open().hearAll(whole)
          const words = (texts: readonly string[]) => [...texts].sort()
          expect(words(listener.log)).toEqual(words(whole.map((_, n) => `same words ${String(n % 3)}`)))
        }),
      )
    },
  )
})

describe('a replay', () => {
  const heard = () => new Listener().open().hearAll(story).wait(5_000).cut().open()

  it('[RUN-4.23] is over half a second after the last message that was known, and says so once', () => {
    const listener = heard().hearAll(story).wait(499)
    expect(listener.settled).toBe(false)
    expect(listener.wait(1).replay.settle(listener.now)).toEqual({ kind: 'replayed', at: listener.now, connection: 2 })
    expect(listener.wait(60_000).settled).toBe(false)
  })

  it('[RUN-4.23] is what the first connection brings, too', () => {
    const listener = new Listener().open().hearAll(story).wait(499)
    expect(listener.settled).toBe(false)
    expect(listener.wait(1).replay.settle(listener.now)).toEqual({ kind: 'replayed', at: listener.now, connection: 1 })
    expect(listener.wait(60_000).settled).toBe(false)
  })

  it('[RUN-4.23] is not over before its first message', () => {
    expect(heard().wait(60_000).settled).toBe(false)
  })

  it('[RUN-4.23] is not over while known messages are missing, until 3 s of silence', () => {
    const listener = heard().hearAll(story.slice(0, 9)).wait(2_999)
    expect(listener.settled).toBe(false)
    expect(listener.wait(1).settled).toBe(true)
  })

  it('[RUN-4.23] goes on while new messages follow closely', () => {
    const listener = heard().hearAll(story)
    for (let n = 0; n < 9; n += 1) {
      listener.wait(300).hear(line(`new ${String(n)}`, T0 + 20_000 + n))
      expect(listener.settled).toBe(false)
    }
    listener.wait(300).hear(line('and more', T0 + 30_000))
    expect(listener.settled).toBe(true)
  })

  it('[RUN-4.23] that was cut is not over, and the next one must bring what both knew', () => {
    const listener = heard()
      .hearAll(story.slice(0, 5))
      .hearAll([line('new', T0 + 20_000)])
      .cut()
    expect(listener.wait(60_000).settled).toBe(false)
    listener.open().hearAll(story).wait(600)
    expect(listener.settled).toBe(false)
    listener.hear(line('new', T0 + 20_000))
    expect(listener.wait(500).settled).toBe(true)
  })

  it('[RUN-4.18] need not bring an abort: the backend forgets a real one', () => {
    const listener = new Listener()
      .open()
      .hearAll([...story, ABORT])
      .cut()
    expect(listener.open().hearAll(story).wait(500).settled).toBe(true)
  })

  it('[RUN-4.18] may bring an abort: an agent’s line', () => {
    const listener = new Listener()
      .open()
      .hearAll([...story, ABORT])
      .cut()
    listener.open().hearAll([ABORT, ...story.slice(0, 9)])
    expect(listener.wait(500).settled).toBe(false)
    listener.hear(story[9] ?? '')
    expect(listener.wait(500).settled).toBe(true)
    expect(listener.log).toHaveLength(11)
  })

  it.each([
    ['after all that was known', T0 + 60_000],
    ['while the old one was at work: the clock was set back', T0 + 4_500],
  ])('[RUN-14.7] of another execution, stamped %s, need bring nothing of the old one', (_, from) => {
    const other = Array.from({ length: 3 }, (__, n) => line(`other ${String(n)}`, from + n))
    const listener = heard().hearAll(other)
    expect(listener.replay.caughtUp).toBe(true)
    expect(listener.wait(500).settled).toBe(true)
    listener.cut().open().hearAll(other.slice(0, 2))
    expect(listener.replay.caughtUp).toBe(false)
    expect(listener.hearAll(other.slice(2)).replay.caughtUp).toBe(true)
    expect(listener.log).toEqual([...lines, 'other 0', 'other 1', 'other 2'])
  })

  it('[RUN-14.3] of an execution whose first message was lost at first still is of that one', () => {
    const listener = new Listener().open().hearAll(story.slice(1, 5)).cut().open().hearAll(story)
    expect([...listener.log].sort()).toEqual(lines)
  })

  it('[RUN-9.5] has caught up once it brought all that was known', () => {
    const listener = heard().hearAll(story.slice(0, 9))
    expect(listener.replay.caughtUp).toBe(false)
    expect(listener.hearAll(story.slice(9)).replay.caughtUp).toBe(true)
  })

  it('[RUN-9.5] has caught up, too, once it is silent: what is missing then was forgotten for good', () => {
    const listener = heard().hearAll(story.slice(0, 9)).wait(3_000)
    expect(listener.settled).toBe(true)
    expect(listener.replay.caughtUp).toBe(true)
    listener.cut().open().hearAll(story.slice(0, 9))
    expect(listener.replay.caughtUp).toBe(true)
  })

  it('[RUN-4.23] that only stalled for 3 s is awaited in full the next time', () => {
    const listener = heard().hearAll(story.slice(0, 5)).wait(3_000)
    expect(listener.settled).toBe(true)
    listener.hearAll(story.slice(5)).cut().open().hearAll(story.slice(0, 9)).wait(600)
    expect(listener.settled).toBe(false)
  })
})

describe('a live message', () => {
  /** A connection that has been open for a while. */
  const joined = () => new Listener().open().hearAll(story.slice(0, 3)).wait(2_000)
  const say = (listener: Listener, stamp: number) => listener.hear(line(`at ${String(stamp)}`, stamp)).live

  it('[RUN-7.9] comes as long after the one before it as it was sent', () => {
    const listener = joined()
    expect(say(listener, T0 + 60_000)).toBe(false)
    expect(say(listener.wait(5_000), T0 + 65_000)).toBe(true)
    expect(say(listener.wait(700), T0 + 65_650)).toBe(true)
  })

  it('[RUN-7.9] is not one of a burst', () => {
    const listener = joined()
    say(listener, T0 + 60_000)
    expect(say(listener.wait(20), T0 + 60_020)).toBe(false)
  })

  it('[RUN-7.9] is not one of a replay that stalls', () => {
    const listener = joined()
    expect(say(listener.wait(600), T0 + 3_000)).toBe(false)
    expect(say(listener.wait(600), T0 + 3_001)).toBe(false)
    expect(say(listener.wait(600), T0 + 30_000)).toBe(false)
  })

  it('[RUN-7.9] is not among the first second’s, nor one without a stamp, nor one that was known', () => {
    const listener = new Listener().open()
    say(listener, T0)
    expect(say(listener.wait(900), T0 + 900)).toBe(false)
    expect(listener.wait(900).hear(JSON.stringify({ type: 'log', message: 'x' })).live).toBe(false)
    const text = line('x', T0 + 2_800)
    expect(listener.wait(1_000).hear(text).live).toBe(false)
    expect(listener.wait(1_000).hear(line('y', T0 + 3_800)).live).toBe(true)
    expect(listener.wait(1_000).hear(text).live).toBe(false)
  })
})

describe('bounds', () => {
  it('[SAFE-5] [RUN-2.6] beyond the messages that are known again, a replay’s are taken as known by their time', () => {
    const listener = new Listener(new Replay(5)).open().hearAll(story).cut()
    expect(listener.log).toEqual(lines)
    listener.open().hearAll([...story, line('new', T0 + 60_000)])
    expect(listener.log).toEqual([...lines, 'new'])
  })
})

describe('what was observed by an earlier process', () => {
  /** All messages that one replay has observed. */
  const observed = (texts: readonly string[]) => {
    const replay = new Replay()
    const opened = replay.open(T0)
    const received = texts.map(text => replay.receive(text, T0))
    return [opened, ...received.flatMap(each => (each.kind === 'observed' ? [each.observation] : []))]
  }

  it('[REC-7.4] [REC-7.6] is known: a replay brings only what was missed, and has not caught up before it has brought the rest', () => {
    fc.assert(
      fc.property(fc.nat(story.length), heard => {
        const listener = new Listener()
        for (const observation of observed(story.slice(0, heard))) listener.replay.learn(observation)
        listener.open()
        for (const [n, text] of story.entries()) {
          expect(listener.replay.caughtUp).toBe(n >= heard)
          listener.hear(text)
        }
        expect(listener.log).toEqual(lines.slice(heard))
      }),
    )
  })

  it('[REC-7.4] [RUN-4] [REC-7] [RUN-4.18] but for an abort, which no replay brings', () => {
    const listener = new Listener()
    for (const observation of observed([...story, ABORT])) listener.replay.learn(observation)
    listener.open().hearAll(story)
    expect(listener.replay.caughtUp).toBe(true)
  })

  it('[REC-2.2] has as its id a digest, which tells nothing of its text', () => {
    const text = line('a word that nobody shall read', T0 + 1)
    const ids = observed([text]).flatMap(each => (each.kind === 'message' ? [each.id] : []))
    expect(ids).toEqual([expect.stringMatching(/^[\w-]{22}$/)])
  })

  it('[REC-7] its connections are counted on', () => {
    const listener = new Listener()
    for (const observation of observed(story)) listener.replay.learn(observation)
    expect(listener.replay.open(T0 + 1)).toMatchObject({ connection: 2 })
  })

  it('[REC-7] [RUN-14] another execution makes it forgotten', () => {
    const listener = new Listener()
    for (const observation of observed(story)) listener.replay.learn(observation)
    listener.open().hear(line('anew', T0 + 60_000))
    expect(listener.replay.caughtUp).toBe(true)
  })
})
