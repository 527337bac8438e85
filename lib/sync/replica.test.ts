import { describe, expect, it } from 'vitest'
import { documentCodec, logCodec } from './state-codec'
import { digest } from './digest'
import type { Document } from './document'
import type { Answer, Heartbeat, Heard } from './messages'
import { STALE_MS } from './staleness-bound'
import { Replica } from './replica'
import { logScope, runScope } from './scope'

const scope = runScope('r')
const stateOf = (n: number): Document => ({ fields: { n }, items: [] })
/** The server's clock runs an hour behind the page's. */
const BEHIND = 3_600_000
const T0 = Date.UTC(2026, 0, 1)

function setUp({ seeded = true } = {}) {
  let now = T0
  const serverNow = (ago = 0) => new Date(now - BEHIND - ago).toISOString()
  const seed = { state: stateOf(1), stamp: { epoch: 'e', version: 1, now: serverNow() } }
  const replica = new Replica(scope, documentCodec, now, seeded ? seed : undefined)
  const push = (to: number, { epoch = 'e', from = to - 1, ago = 0 } = {}): Heard => ({
    event: 'push',
    message: { epoch, scope, from, to, now: serverNow(ago), diff: JSON.stringify({ fields: { n: to } }) },
  })
  const whole = (version: number, { epoch = 'e', ago = 0 } = {}) => ({
    epoch,
    scope,
    version,
    now: serverNow(ago),
    state: JSON.stringify(stateOf(version)),
  })
  const beat = (version: number, more: Partial<Heartbeat> = {}): Heard => ({
    event: 'beat',
    message: { epoch: 'e', scope, version, digest: digest(stateOf(version)), now: serverNow(), ...more },
  })
  const diffs = (from: number, to: number, epoch = 'e'): Answer => ({
    kind: 'diffs',
    epoch,
    scope,
    now: serverNow(),
    version: to,
    steps: Array.from({ length: to - from }, (_, index) => ({
      from: from + index,
      to: from + index + 1,
      diff: JSON.stringify({ fields: { n: from + index + 1 } }),
    })),
  })
  return {
    replica,
    push,
    beat,
    diffs,
    whole,
    snapshot: (...of: Parameters<typeof whole>): Heard => ({ event: 'snapshot', message: whole(...of) }),
    answer: (...of: Parameters<typeof whole>): Answer => ({ kind: 'snapshot', ...whole(...of) }),
    gone: { event: 'gone', message: { scope } } satisfies Heard,
    pass: (ms: number) => (now += ms),
    hear: (heard: Heard) => replica.hear(heard, now)?.request,
    answered: (id: number, answer: Answer) => replica.answered(id, answer, now)?.request,
    look: () => replica.look(now)?.request,
    now: () => now,
    /** Connects, and answers the question with version 1. */
    follow: () => replica.answered(replica.connected(now).id, diffs(1, 1), now),
    shown: () => [replica.view.state.fields['n'], replica.view.sync],
  }
}

describe('a replica that follows', () => {
  it('[SYNC-8.3] asks from the version the page was rendered with, and is live once that is confirmed', () => {
    const { replica, now, shown, answered, diffs } = setUp()
    expect(shown()).toEqual([1, 'connecting'])
    const ask = replica.connected(now())
    expect(ask.request).toEqual({ scope, epoch: 'e', version: 1 })
    expect(shown()).toEqual([1, 'connecting'])
    answered(ask.id, diffs(1, 3))
    expect(shown()).toEqual([3, 'live'])
    expect(replica.view.stamp).toMatchObject({ epoch: 'e', version: 3 })
    expect(replica.view.checkedAt).toBe(now() - BEHIND)
  })

  it('asks for all where the page was rendered without', () => {
    const { replica, now, shown, answered, answer } = setUp({ seeded: false })
    const ask = replica.connected(now())
    expect(ask.request).toEqual({ scope })
    expect(replica.view).toMatchObject({ state: { fields: {}, items: [] }, stamp: null })
    answered(ask.id, answer(4))
    expect(shown()).toEqual([4, 'live'])
  })

  it('[SYNC-1.3] applies a push that starts at its version', () => {
    const { follow, hear, push, shown } = setUp()
    follow()
    expect(hear(push(2))).toBeUndefined()
    expect(hear(push(3))).toBeUndefined()
    expect(shown()).toEqual([3, 'live'])
  })

  it('[SYNC-1.4] drops what it has', () => {
    const { follow, hear, push, snapshot, shown } = setUp()
    follow()
    hear(push(2))
    hear(push(3))
    expect(hear(push(2))).toBeUndefined()
    expect(hear(push(3))).toBeUndefined()
    expect(hear(snapshot(2))).toBeUndefined()
    expect(shown()).toEqual([3, 'live'])
  })

  it('[SYNC-1.5] asks again on a gap, and shows meanwhile what it has', () => {
    const { follow, hear, push, shown } = setUp()
    follow()
    expect(hear(push(3))).toEqual({ scope, epoch: 'e', version: 1 })
    expect(shown()).toEqual([1, 'connecting'])
  })

  it('[SYNC-1.3] applies nothing of another epoch, and asks', () => {
    for (const event of ['push', 'beat'] as const) {
      const { follow, hear, push, beat, shown } = setUp()
      follow()
      const foreign = event === 'push' ? push(2, { epoch: 'f' }) : beat(1, { epoch: 'f' })
      expect(hear(foreign)).toEqual({ scope, epoch: 'e', version: 1 })
      expect(shown()).toEqual([1, 'connecting'])
    }
  })

  it('[RUN-14] takes a renewed scope as it comes, unless it may be an old one that is late', () => {
    const { follow, hear, snapshot, push, pass, shown } = setUp()
    follow()
    pass(10)
    expect(hear(snapshot(1, { epoch: 'f' }))).toBeUndefined()
    expect(hear(push(2, { epoch: 'f' }))).toBeUndefined()
    expect(shown()).toEqual([2, 'live'])
    expect(hear(snapshot(7, { ago: 5 }))).toEqual({ scope, epoch: 'f', version: 2 })
    expect(shown()).toEqual([2, 'connecting'])
  })

  it('[SYNC-5.2] takes a snapshot that comes unasked after a jam', () => {
    const { follow, hear, snapshot, shown } = setUp()
    follow()
    expect(hear(snapshot(9))).toBeUndefined()
    expect(shown()).toEqual([9, 'live'])
  })

  it('follows a log, which has no digest', () => {
    const name = logScope('r')
    const replica = new Replica(name, logCodec, T0)
    const now = new Date(T0).toISOString()
    const line = (seq: number) => ({ seq, at: null, source: 'backend', stream: 'stdout', text: `${seq}` })
    const base = { epoch: 'e', scope: name, now }
    const state = JSON.stringify({ lines: [line(4)], dropped: 3 })
    replica.answered(replica.connected(T0).id, { kind: 'snapshot', ...base, version: 4, state }, T0)
    const diff = JSON.stringify({ lines: [line(5), line(7)] })
    expect(replica.hear({ event: 'push', message: { ...base, from: 4, to: 7, diff } }, T0)).toBeNull()
    expect(replica.hear({ event: 'beat', message: { ...base, version: 7, digest: null } }, T0)).toBeNull()
    expect(replica.view).toMatchObject({
      sync: 'live',
      state: { lines: [{ seq: 4 }, { seq: 5 }, { seq: 7 }], dropped: 3 },
    })
  })

  it('gives the same view while nothing changes, and keeps the state when only its proof does', () => {
    const { replica, follow, hear, beat, pass, look } = setUp()
    follow()
    const before = replica.view
    look()
    expect(replica.view).toBe(before)
    pass(5_000)
    hear(beat(1))
    expect(replica.view).not.toBe(before)
    expect(replica.view.state).toBe(before.state)
  })
})

describe('a replica that waits for an answer', () => {
  it('[SYNC-3.2] [SYNC-3.3] holds what came before it, and takes of that what is newer', () => {
    const { replica, now, hear, push, answered, answer, shown } = setUp({ seeded: false })
    const { id } = replica.connected(now())
    for (const version of [4, 5, 6]) expect(hear(push(version))).toBeUndefined()
    expect(shown()).toEqual([undefined, 'connecting'])
    expect(answered(id, answer(5))).toBeUndefined()
    expect(shown()).toEqual([6, 'live'])
  })

  it('[SYNC-3.3] asks again where something between the answer and what waited is missing', () => {
    const { replica, now, hear, push, answered, answer } = setUp({ seeded: false })
    const { id } = replica.connected(now())
    hear(push(7))
    expect(answered(id, answer(5))).toEqual({ scope, epoch: 'e', version: 5 })
  })

  it('[SYNC-3.2] [SYNC-3.3] takes a push that fits at once; an older answer does not undo it', () => {
    for (const late of ['diffs', 'snapshot'] as const) {
      const { replica, now, hear, push, answered, answer, diffs, shown } = setUp()
      const { id } = replica.connected(now())
      hear(push(2))
      hear(push(3))
      expect(answered(id, late === 'diffs' ? diffs(1, 2) : answer(2))).toBeUndefined()
      expect(shown()).toEqual([3, 'live'])
    }
  })

  it('bounds what waits; what is lost shows as a gap', () => {
    const { replica, now, hear, push, answered, answer } = setUp({ seeded: false })
    const { id } = replica.connected(now())
    for (let version = 2; version <= 100; version++) hear(push(version))
    expect(answered(id, answer(1))).toEqual({ scope, epoch: 'e', version: 1 })
  })

  it('[SYNC-2.2] asks for all where the diffs are not complete', () => {
    for (const steps of ['missing', 'foreign'] as const) {
      const { replica, now, answered, diffs, shown } = setUp()
      const { id } = replica.connected(now())
      expect(answered(id, steps === 'foreign' ? diffs(1, 2, 'f') : diffs(2, 3))).toEqual({ scope })
      expect(shown()).toEqual([1, 'connecting'])
    }
  })

  it('asks again where a renewal overtook the answer', () => {
    const { replica, now, hear, snapshot, answered, answer, shown } = setUp()
    const { id } = replica.connected(now())
    hear(snapshot(1, { epoch: 'f' }))
    expect(answered(id, answer(5))).toEqual({ scope, epoch: 'f', version: 1 })
    expect(shown()).toEqual([1, 'connecting'])
  })

  it('[SYNC-7.2] ignores answers to earlier questions', () => {
    const { replica, now, answered, answer, shown } = setUp()
    const first = replica.connected(now())
    replica.disconnected(now())
    const second = replica.connected(now())
    answered(first.id, answer(9, { epoch: 'f' }))
    expect(shown()).toEqual([1, 'connecting'])
    answered(second.id, answer(2))
    expect(shown()).toEqual([2, 'live'])
    answered(second.id, answer(3))
    expect(shown()).toEqual([2, 'live'])
  })

  it('leaves a server alone for a while that refuses', () => {
    const { replica, now, answered, look, pass, shown } = setUp()
    const { id } = replica.connected(now())
    expect(answered(id, { kind: 'error', error: 'too-many' })).toBeUndefined()
    expect(shown()).toEqual([1, 'connecting'])
    expect(look()).toBeUndefined()
    pass((replica.deadline() ?? 0) - now())
    expect(look()).toEqual({ scope, epoch: 'e', version: 1 })
  })
})

describe('a replica that may be wrong', () => {
  it('[SYNC-6.2] heals itself where the server has something else at its version', () => {
    const { follow, hear, beat, answered, answer, shown, replica, now } = setUp()
    follow()
    expect(hear(beat(1, { digest: 42 }))).toEqual({ scope })
    expect(shown()).toEqual([1, 'connecting'])
    replica.disconnected(now())
    const { id, request } = replica.connected(now())
    expect(request).toEqual({ scope })
    answered(id, answer(1))
    expect(shown()).toEqual([1, 'live'])
  })

  it('[SYNC-6.2] asks where the server is ahead, and lets a late beat pass', () => {
    const { follow, hear, push, beat } = setUp()
    follow()
    hear(push(2))
    expect(hear(beat(1))).toBeUndefined()
    expect(hear(beat(3))).toEqual({ scope, epoch: 'e', version: 2 })
  })

  it('[SYNC-6.3] says so when it has heard nothing for 10 s, and asks', () => {
    const { replica, follow, pass, look, shown, now } = setUp()
    follow()
    expect(replica.deadline()).toBe(now() + STALE_MS)
    pass(STALE_MS - 1)
    expect(look()).toBeUndefined()
    expect(shown()).toEqual([1, 'live'])
    pass(1)
    expect(look()).toEqual({ scope, epoch: 'e', version: 1 })
    expect(shown()).toEqual([1, 'stale'])
  })

  it('[SYNC-6.1] stays live by beats alone', () => {
    const { follow, pass, hear, beat, shown, replica, now } = setUp()
    follow()
    for (let n = 0; n < 10; n++) {
      pass(5_000)
      expect(hear(beat(1))).toBeUndefined()
    }
    expect(shown()).toEqual([1, 'live'])
    expect(replica.view.checkedAt).toBe(now() - BEHIND)
  })

  it('[SYNC-6.4] [SYNC-10.5] wakes from sleep as stale, whatever has lain in the buffer, until a new question is answered', () => {
    const { replica, follow, pass, hear, beat, push, answered, diffs, look, shown } = setUp()
    follow()
    const buffered = [beat(1), push(2), beat(2)]
    pass(3_600_000)
    expect(hear(buffered[0]!)).toEqual({ scope, epoch: 'e', version: 1 })
    for (const heard of buffered) hear(heard)
    expect(shown()).toEqual([2, 'stale'])
    look()
    expect(shown()).toEqual([2, 'stale'])
    answered(2, diffs(2, 2))
    expect(shown()).toEqual([2, 'live'])
    expect(replica.view.sync).toBe('live')
  })

  it('[SYNC-10.1] [SYNC-10.2] knows how long a message was under way', () => {
    const { follow, pass, hear, push, shown } = setUp()
    follow()
    pass(9_000)
    hear(push(2, { ago: 6_000 }))
    expect(shown()).toEqual([2, 'live'])
    pass(4_000)
    hear(push(3, { ago: 9_999 }))
    expect(shown()).toEqual([3, 'live'])
    pass(1)
    expect(hear(push(4, { ago: 10_000 }))).toEqual({ scope, epoch: 'e', version: 4 })
    expect(shown()).toEqual([4, 'stale'])
  })

  it('[SYNC-10.2] [SYNC-10.3] takes an answer to be as old as its question', () => {
    const { replica, pass, answered, diffs, now, shown, look } = setUp()
    const { id } = replica.connected(now())
    pass(6_000)
    answered(id, diffs(1, 2))
    expect(shown()).toEqual([2, 'live'])
    pass(4_000)
    expect(look()).toBeDefined()
    expect(shown()).toEqual([2, 'stale'])
  })

  it('asks anew when the clock was set, also where a question was under way', () => {
    const { replica, follow, pass, now, answered, diffs, shown } = setUp()
    follow()
    pass(-60_000)
    const ask = replica.clockSet(now())
    expect(ask?.request).toEqual({ scope, epoch: 'e', version: 1 })
    expect(shown()).toEqual([1, 'connecting'])
    const again = replica.clockSet(now())
    answered(ask?.id ?? 0, diffs(1, 1))
    expect(shown()).toEqual([1, 'connecting'])
    answered(again?.id ?? 0, diffs(1, 1))
    expect(shown()).toEqual([1, 'live'])
  })

  it('does not take a server whose clock was set forward for one that speaks from the future', () => {
    const { replica, follow, pass, hear, beat, now, shown, look } = setUp()
    follow()
    hear(beat(1, { now: new Date(now() - BEHIND + 60_000).toISOString() }))
    expect(shown()).toEqual([1, 'live'])
    pass(STALE_MS)
    look()
    expect(replica.view.sync).toBe('stale')
  })

  it('[SYNC-7] [SYNC-7.1] hears nothing without a connection, and turns stale', () => {
    const { replica, follow, hear, push, beat, pass, look, shown, now } = setUp()
    follow()
    replica.disconnected(now())
    expect(hear(push(2))).toBeUndefined()
    expect(hear(beat(1))).toBeUndefined()
    expect(shown()).toEqual([1, 'connecting'])
    pass(STALE_MS)
    expect(look()).toBeUndefined()
    expect(shown()).toEqual([1, 'stale'])
    expect(replica.deadline()).toBeNull()
  })

  it('throws at text that is not of its kind, and keeps what it has', () => {
    const { follow, hear, push, shown } = setUp()
    follow()
    const broken = push(2)
    if (broken.event === 'push') broken.message.diff = '{"items":[{}]}'
    expect(() => hear(broken)).toThrow()
    expect(shown()).toEqual([1, 'live'])
  })
})

describe('a scope that is gone', () => {
  it('[SYNC-9.1] is shown as such, and seldom asked for', () => {
    const { replica, follow, hear, gone, pass, look, now, answered } = setUp()
    follow()
    expect(hear(gone)).toBeUndefined()
    for (let id = 2; id < 4; id++) {
      expect(replica.view).toMatchObject({ gone: true, sync: 'stale', state: stateOf(1) })
      expect(replica.deadline()).toBe(now() + 30_000)
      pass(29_999)
      expect(look()).toBeUndefined()
      pass(1)
      expect(look()).toEqual({ scope, epoch: 'e', version: 1 })
      expect(replica.view.gone).toBe(true)
      answered(id, { kind: 'error', error: 'not-found' })
    }
  })

  it('[SYNC-9.1] may be known only from an answer', () => {
    const { replica, answered, now } = setUp()
    answered(replica.connected(now()).id, { kind: 'error', error: 'not-found' })
    expect(replica.view).toMatchObject({ gone: true, sync: 'stale' })
  })

  it('[SYNC-9.1] is not gone where it gives a sign of life, or a new connection finds it', () => {
    for (const sign of ['beat', 'connection'] as const) {
      const { replica, follow, hear, gone, beat, now, answered, answer, shown } = setUp()
      follow()
      hear(gone)
      if (sign === 'beat') expect(hear(beat(1, { epoch: 'f' }))).toEqual({ scope, epoch: 'e', version: 1 })
      else replica.connected(now())
      answered(2, answer(3, { epoch: 'f' }))
      expect(replica.view.gone).toBe(false)
      expect(shown()).toEqual([3, 'live'])
    }
  })

  it('[SYNC-9.1] while a question is under way, is believed after its answer', () => {
    const { replica, hear, gone, answered, diffs, now } = setUp()
    const { id } = replica.connected(now())
    hear(gone)
    expect(replica.view.gone).toBe(false)
    answered(id, diffs(1, 1))
    expect(replica.view.gone).toBe(true)
  })
})
