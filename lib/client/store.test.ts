import { afterEach, describe, expect, it, vi } from 'vitest'
import { documentCodec } from '../sync/state-codec'
import type { Document } from '../sync/document'
import type { Answer, Heard, Subscribe } from '../sync/messages'
import { batchLogScope, containersScope, logScope, runScope, type Scope } from '../sync/scope'
import { fromContainerList, fromSnapshot } from '../sync/shapes'
import { VirtualClock, someContainers, someSnapshot } from '../testing/sync/fixtures'
import type { ConnectionEvents } from './connection'
import { codecs } from './scope-codecs'
import { LiveStore } from './store'

const scope = runScope('r')
const initial = someSnapshot('r')
const seed = fromSnapshot(initial)
/** The page's clock is two hours ahead. */
const SKEW = 7_200_000

function setUp() {
  const clock = new VirtualClock(Date.parse(initial.now))
  const page = { skew: SKEW, loadedAt: clock.now, reloads: 0, wakes: new Set<() => void>(), frameMs: 0 }
  const asked: { request: Subscribe; patience: number; done: (answer: Answer | null) => void }[] = []
  const left: Scope[] = []
  let events: ConnectionEvents | undefined
  let reconnects = 0
  const store = new LiveStore(
    {
      codecs,
      openConnection: given => {
        events = given
        return {
          ask: (request, patience, done) => asked.push({ request, patience, done }),
          leave: name => left.push(name),
          reconnect: () => {
            reconnects++
            given.down()
          },
          close: () => undefined,
        }
      },
      wall: () => clock.now + page.skew,
      steady: () => clock.now - page.loadedAt,
      setTimer: clock.setTimer,
      nextFrame: callback => {
        if (page.frameMs > 0) return clock.setTimer(page.frameMs, callback)
        callback()
        return () => undefined
      },
      onWake: callback => {
        page.wakes.add(callback)
        return () => page.wakes.delete(callback)
      },
      reload: () => page.reloads++,
    },
    clock.now,
  )
  const stop = store.start()
  const now = () => new Date(clock.now).toISOString()
  const link = () => events!
  return {
    clock,
    page,
    store,
    stop,
    asked,
    left,
    link,
    reconnects: () => reconnects,
    wake: () => page.wakes.forEach(callback => callback()),
    follow: (listener: () => void = () => undefined, name = scope) =>
      store.follow(store.runs, name, { shown: initial, seed }, listener),
    live: () => store.live(store.runs, scope)!,
    /** Connects, and answers that nothing has changed. */
    connect: () => {
      link().up()
      asked.splice(0).forEach(({ done }) => done(nothingNew(now())))
    },
    nothingNew: () => nothingNew(now()),
    push: (to: number, diff: object, epoch = 'p.1'): Heard => ({
      event: 'push',
      message: { epoch, scope, from: to - 1, to, now: now(), diff: JSON.stringify(diff) },
    }),
    beat: (version: number, state: Document): Heard => ({
      event: 'beat',
      message: { epoch: 'p.1', scope, version, now: now(), digest: documentCodec.digest(state) },
    }),
  }
}

const nothingNew = (now: string): Answer => ({ kind: 'diffs', epoch: 'p.1', scope, now, version: 1, steps: [] })

afterEach(() => vi.restoreAllMocks())

describe('a page without a connection', () => {
  it('[SYNC-11.6] says why until its server answers, not until something connects', () => {
    const { store, link, follow, asked, nothingNew } = setUp()
    const told = vi.fn()
    store.onSync(told)
    follow()
    link().troubled({ kind: 'http', status: 502 })
    expect(told).toHaveBeenCalledOnce()
    link().carried('polling')
    link().up()
    expect(store.trouble()).toEqual({ kind: 'http', status: 502 })
    asked.shift()?.done(nothingNew())
    expect(store.trouble()).toBeNull()
    expect(store.transport()).toBe('polling')
    link().down()
    expect(store.transport()).toBeNull()
  })

  it('[SYNC-12.1] shows a log as not read, however long it takes, until it is', () => {
    const { clock, store, link, asked } = setUp()
    const log = logScope('r')
    const stop = store.follow(store.logs, log, { shown: { lines: [], dropped: 0, epoch: null } }, () => undefined)
    const live = () => store.live(store.logs, log)
    expect(live()).toMatchObject({ read: false, sync: 'connecting' })
    clock.advance(11_000)
    expect(live()).toMatchObject({ read: false, sync: 'stale' })
    link().up()
    const now = new Date(clock.now).toISOString()
    const state = JSON.stringify({ lines: [], dropped: 0 })
    asked.shift()?.done({ kind: 'snapshot', epoch: 'p.1', scope: log, version: 1, now, state })
    expect(live()).toMatchObject({ read: true, sync: 'live' })
    link().down()
    expect(live()).toMatchObject({ read: true })
    stop()
  })
})

describe('following', () => {
  it('[SYNC-8.3] shows what the page was rendered with, and asks from there', () => {
    const { follow, live, asked, link, nothingNew } = setUp()
    follow()
    expect(live()).toEqual({ state: initial, read: true, sync: 'connecting', checkedAt: null, gone: false })
    expect(asked).toEqual([])
    link().up()
    expect(asked.map(({ request }) => request)).toEqual([{ scope, epoch: 'p.1', version: 1 }])
    asked[0]!.done(nothingNew())
    expect(live()).toEqual({
      state: initial,
      read: true,
      sync: 'live',
      checkedAt: Date.parse(initial.now),
      gone: false,
    })
    expect(live().state).toBe(initial)
  })

  it('shows a step as another snapshot, in which what has not changed is the same object', () => {
    const { follow, live, link, connect, push, clock } = setUp()
    const seen: unknown[] = []
    follow(() => seen.push(live()))
    connect()
    link().heard(push(2, { items: [{ id: 'a', status: 'completed' }] }))
    const { state } = live()
    expect(state).toMatchObject({ version: 2, batches: [{ id: 'a', status: 'completed' }, { id: 'b' }] })
    clock.advance(100)
    link().heard(push(3, { fields: { status: 'completed' } }))
    expect(live().state).toMatchObject({ version: 3, status: 'completed', now: '2026-01-01T00:01:00.350Z' })
    expect(live().state.batches[0]).toBe(state.batches[0])
    expect(live().state.batches[1]).toBe(state.batches[1])
    expect(seen).toHaveLength(3)
  })

  it('keeps the snapshot itself while beats only confirm it', () => {
    const { follow, live, link, connect, clock, beat } = setUp()
    follow()
    connect()
    const before = live()
    clock.advance(5_000)
    link().heard(beat(1, seed.state))
    expect(live()).not.toBe(before)
    expect(live().state).toBe(before.state)
    expect(live().checkedAt).toBe(clock.now)
  })

  it('shares one replica between all who follow a scope, and leaves it with the last', async () => {
    const { follow, live, link, asked, left, connect, push } = setUp()
    let [one, other] = [0, 0]
    const stopOne = follow(() => one++)
    const stopOther = follow(() => other++)
    link().up()
    expect(asked).toHaveLength(1)
    connect()
    ;[one, other] = [0, 0]
    link().heard(push(2, { fields: { stopping: true } }))
    expect([one, other]).toEqual([1, 1])
    stopOne()
    await Promise.resolve()
    link().heard(push(3, { fields: { stopping: false } }))
    expect([one, other]).toEqual([1, 2])
    stopOther()
    await Promise.resolve()
    expect(left).toEqual([scope])
    expect(live()).toBeUndefined()
  })

  it('keeps the replica for who leaves and comes back in one go', async () => {
    const { follow, live, link, left, connect, push } = setUp()
    const stop = follow()
    connect()
    link().heard(push(2, { fields: { stopping: true } }))
    stop()
    follow()
    await Promise.resolve()
    expect(left).toEqual([])
    expect(live().state.version).toBe(2)
  })

  it('asks for a scope that is followed only after the page is connected', () => {
    const { store, link, asked } = setUp()
    link().up()
    store.follow(store.logs, logScope('r'), { shown: { lines: [], dropped: 0, epoch: null } }, () => undefined)
    expect(asked.map(({ request }) => request)).toEqual([{ scope: logScope('r') }])
    const state = JSON.stringify({ lines: [], dropped: 4 })
    asked[0]!.done({ kind: 'snapshot', epoch: 'p.2', scope: logScope('r'), version: 4, now: initial.now, state })
    expect(store.live(store.logs, logScope('r'))).toMatchObject({ sync: 'live', state: { lines: [], dropped: 4 } })
  })

  it('[SYNC-9.1] says that a run is gone', () => {
    const { follow, live, link, connect, store } = setUp()
    follow()
    connect()
    link().heard({ event: 'gone', message: { scope } })
    expect(live()).toMatchObject({ gone: true, state: initial })
    expect(store.sync()).toEqual({ sync: 'connecting', checkedAt: null })
  })

  it('[SYNC-9.1] asks at once about a run that was gone, when somebody comes back to it', () => {
    const { follow, live, link, connect, asked, store, clock } = setUp()
    const stop = follow()
    connect()
    link().heard({ event: 'gone', message: { scope } })
    expect(asked).toEqual([])
    stop()
    follow()
    expect(asked).toHaveLength(1)
    const state = JSON.stringify({ ...seed.state, fields: { ...seed.state.fields, status: 'completed' } })
    const now = new Date(clock.now).toISOString()
    asked[0]!.done({ kind: 'snapshot', epoch: 'p.2', scope, version: 0, now, state })
    expect(live()).toMatchObject({ gone: false, sync: 'live', state: { status: 'completed' } })
    expect(store.sync().sync).toBe('live')
  })

  it('follows the containers and a batch’s log like any scope', () => {
    const { store, link, asked, clock } = setUp()
    const list = someContainers('c')
    const lines = batchLogScope('r', 'a')
    const rendered = { shown: list, seed: fromContainerList(list) }
    store.follow(store.containers, containersScope, rendered, () => undefined)
    store.follow(store.logs, lines, { shown: { lines: [], dropped: 0, epoch: null } }, () => undefined)
    link().up()
    expect(asked.map(({ request }) => request)).toEqual([
      { scope: 'containers', epoch: 'p.1', version: 1 },
      { scope: 'lines/r/a' },
    ])
    const now = new Date(clock.now).toISOString()
    const state = JSON.stringify({ ...rendered.seed.state, items: [] })
    asked[0]!.done({ kind: 'snapshot', epoch: 'p.2', scope: containersScope, version: 0, now, state })
    expect(store.live(store.containers, containersScope)).toMatchObject({ sync: 'live', state: { containers: [] } })
    asked[1]!.done({ kind: 'error', error: 'not-found' })
    expect(store.live(store.logs, lines)).toMatchObject({ gone: true })
  })
})

describe('[PAGE-3.2] pushes that arrive between two frames', () => {
  const setUpFrames = () => {
    const all = setUp()
    const told: number[] = []
    all.follow(() => told.push(all.live().state.version))
    all.connect()
    all.page.frameMs = 16
    told.length = 0
    return { ...all, told }
  }

  it('are taken at once, each in its order, and told once, at the next frame', () => {
    const { link, live, push, clock, told } = setUpFrames()
    for (const to of [2, 3, 4]) link().heard(push(to, { fields: { stopping: to % 2 === 0 } }))
    expect(live().state).toMatchObject({ version: 4, stopping: true })
    expect(told).toEqual([])
    clock.advance(16)
    expect(told).toEqual([4])
    clock.advance(1_000)
    expect(told).toEqual([4])
    link().heard(push(5, { fields: { stopping: false } }))
    clock.advance(16)
    expect(told).toEqual([4, 5])
  })

  it('are told together with how well the page keeps up', () => {
    const { link, beat, store, clock, told } = setUpFrames()
    const synced = vi.fn()
    store.onSync(synced)
    clock.advance(1_000)
    link().heard(beat(1, seed.state))
    expect([told.length, synced.mock.calls.length]).toEqual([0, 0])
    clock.advance(16)
    expect([told.length, synced.mock.calls.length]).toEqual([1, 1])
  })

  it('[SYNC-6.4] do not delay the news that the page is no longer live, or that it is again', () => {
    const { link, live, push, clock, page, told, asked, nothingNew } = setUpFrames()
    link().heard(push(2, { fields: { stopping: true } }))
    page.skew += 60_000
    link().heard(push(3, { fields: { stopping: false } }))
    expect(live().sync).toBe('stale')
    expect(told).toEqual([3])
    asked.at(-1)?.done({ ...nothingNew(), version: 3 } as Answer)
    expect([live().sync, told]).toEqual(['live', [3, 3]])
    clock.advance(16)
    expect(told).toEqual([3, 3])
  })

  it('are told when the page wakes or ends, and leave nothing that waits', () => {
    const { link, push, wake, stop, clock, told } = setUpFrames()
    link().heard(push(2, { fields: { stopping: true } }))
    wake()
    expect(told).toEqual([2])
    link().heard(push(3, { fields: { stopping: false } }))
    stop()
    expect(told).toEqual([2, 3])
    expect(clock.pending).toBe(0)
  })
})

describe('silence and sleep', () => {
  it('[SYNC-6.3] says within a look of its timer that it heard nothing for 10 s, and asks', () => {
    const { follow, live, connect, clock, asked } = setUp()
    let sync = ''
    follow(() => (sync = live().sync))
    connect()
    clock.advance(9_999)
    expect(sync).toBe('live')
    clock.advance(1)
    expect(sync).toBe('stale')
    expect(asked).toHaveLength(1)
  })

  it('[SYNC-6.4] is stale for whoever renders first after a sleep, before any timer or event', async () => {
    const { follow, live, connect, clock, page, asked } = setUp()
    let told = 0
    follow(() => told++)
    connect()
    told = 0
    // During a sleep no timer runs, and the steady clock may stand still.
    clock.now += 3_600_000
    page.loadedAt += 3_600_000
    expect(live().sync).toBe('stale')
    expect(live()).toBe(live())
    await Promise.resolve()
    expect(told).toBe(1)
    expect(asked).toHaveLength(1)
  })

  it('[SYNC-6.4] wakes as stale and heals by one question', () => {
    const { follow, live, connect, clock, wake, asked, nothingNew } = setUp()
    follow()
    connect()
    clock.now += 3_600_000
    wake()
    expect(live().sync).toBe('stale')
    asked[0]!.done(nothingNew())
    expect(live()).toMatchObject({ sync: 'live', checkedAt: clock.now })
  })

  it('[SYNC-6.4] finds within a second of its timers that it slept, where no event tells', () => {
    const { follow, connect, live, clock, page } = setUp()
    let sync = ''
    follow(() => (sync = live().sync))
    connect()
    // The clock moves on by an hour, and no timer runs.
    page.skew += 3_600_000
    clock.advance(1_000)
    expect(sync).toBe('stale')
  })

  it('reconnects at once when it wakes without a connection', () => {
    const { follow, connect, link, wake, reconnects } = setUp()
    follow()
    connect()
    wake()
    expect(reconnects()).toBe(0)
    link().down()
    wake()
    expect(reconnects()).toBe(1)
  })

  it('gives up a connection that does not answer, each time after twice as long', () => {
    const { follow, link, asked, reconnects, nothingNew } = setUp()
    follow()
    const patience = [1, 2, 3, 4, 5].map(() => {
      link().up()
      const [ask] = asked.splice(0)
      ask!.done(null)
      return ask!.patience
    })
    expect(patience).toEqual([4_000, 8_000, 16_000, 32_000, 32_000])
    expect(reconnects()).toBe(5)
    link().up()
    asked.splice(0)[0]!.done(nothingNew())
    link().down()
    link().up()
    expect(asked[0]!.patience).toBe(4_000)
  })

  it('[SYNC-10.4] asks anew when its clock is set back', () => {
    const { follow, live, connect, clock, page, asked } = setUp()
    follow()
    connect()
    page.skew -= 60_000
    clock.advance(1_000)
    expect(asked).toHaveLength(1)
    expect(live().sync).toBe('connecting')
  })
})

describe('the page as a whole', () => {
  it('is as well off as its worst part', () => {
    const { store, follow, link, asked, nothingNew, clock } = setUp()
    const seen: string[] = []
    store.onSync(() => seen.push(store.sync().sync))
    follow()
    store.follow(store.logs, logScope('r'), { shown: { lines: [], dropped: 0, epoch: null } }, () => undefined)
    link().up()
    const [run, log] = asked.splice(0)
    run!.done(nothingNew())
    expect(store.sync()).toEqual({ sync: 'connecting', checkedAt: null })
    clock.advance(1_000)
    const state = JSON.stringify({ lines: [], dropped: 0 })
    const now = new Date(clock.now).toISOString()
    log!.done({ kind: 'snapshot', epoch: 'p.2', scope: logScope('r'), version: 0, now, state })
    expect(store.sync()).toEqual({ sync: 'live', checkedAt: clock.now - 1_000 })
    clock.advance(9_000)
    expect(store.sync()).toEqual({ sync: 'stale', checkedAt: clock.now - 10_000 })
    expect(seen).toEqual(['live', 'stale'])
  })
})

describe('time', () => {
  it('[RUN-7] is the server’s, whatever the page’s clock says, from the first render on', () => {
    const { store, follow, connect, clock, page } = setUp()
    const ticker = store.ticker(1_000)
    expect(ticker.time()).toBe(Date.parse(initial.now))
    follow()
    connect()
    clock.advance(5_000)
    expect(ticker.time()).toBe(Date.parse('2026-01-01T00:01:05.000Z'))
    page.skew += 3_600_000
    clock.advance(1_000)
    connect()
    expect(ticker.time()).toBe(Date.parse('2026-01-01T00:01:06.000Z'))
    expect(store.ticker(1_000)).toBe(ticker)
  })

  it('[RUN-7] is that of the server it connects to, though it be behind the one before', () => {
    const { store, follow, connect, link, clock, page } = setUp()
    const ticker = store.ticker(1_000)
    follow()
    connect()
    link().down()
    // The page's own clocks run on unchanged.
    clock.now -= 3_600_000
    page.skew += 3_600_000
    page.loadedAt -= 3_600_000
    connect()
    expect(ticker.time()).toBe(Date.parse('2025-12-31T23:01:00.000Z'))
  })

  it('ticks at once when the page wakes', () => {
    const { store, wake, clock } = setUp()
    const times: number[] = []
    store.ticker(1_000).listen(() => times.push(store.ticker(1_000).time()))
    clock.now += 60_000
    wake()
    expect(times).toEqual([Date.parse('2026-01-01T00:02:00.000Z')])
  })
})

describe('a page of another build', () => {
  it('loads itself anew, though not more than once a minute', () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const { link, page, clock } = setUp()
    clock.advance(20_000)
    link().outdated(new Error('outdated'))
    link().outdated(new Error('outdated'))
    expect(said).toHaveBeenCalledTimes(2)
    clock.advance(39_999)
    expect(page.reloads).toBe(0)
    clock.advance(1)
    expect(page.reloads).toBe(1)
  })

  it('does so where a state does not look like a run, and shows the last that did', () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const { follow, live, link, connect, push, page, clock } = setUp()
    follow()
    connect()
    clock.advance(60_000)
    connect()
    link().heard(push(2, { fields: { status: 'exploded' } }))
    expect(live().state).toBe(initial)
    clock.advance(0)
    expect(page.reloads).toBe(1)
  })
})

describe('[SAFE-3.43] a page on which nobody is signed in any more', () => {
  it('loads itself anew at once, so that nothing is left to read', () => {
    const { link, page, clock, connect } = setUp()
    connect()
    link().down()
    link().signedOut()
    clock.advance(0)
    expect(page.reloads).toBe(1)
  })

  it('waits where it never was connected: it may be refused again and again', () => {
    const { link, page, clock } = setUp()
    link().signedOut()
    clock.advance(59_999)
    expect(page.reloads).toBe(0)
    clock.advance(1)
    expect(page.reloads).toBe(1)
  })
})

describe('the end', () => {
  it('leaves no timer, and a new start connects again', () => {
    const { store, stop, follow, connect, clock, live, link, page } = setUp()
    follow()
    connect()
    stop()
    expect(clock.pending).toBe(0)
    expect(page.wakes.size).toBe(0)
    expect(live().sync).toBe('connecting')
    const stopAgain = store.start()
    link().up()
    connect()
    expect(live().sync).toBe('live')
    stopAgain()
    expect(clock.pending).toBe(0)
  })
})

describe('who looks at the page', () => {
  it('[SAFE-3.39] may do what the server said last, and all who look are told of a change', () => {
    const { store, link, connect, follow } = setUp()
    follow()
    expect(store.role()).toBeNull()
    connect()
    const told = vi.fn()
    store.onSync(told)
    for (const role of ['viewer', 'viewer', 'operator'] as const) link().visitor({ role })
    expect([store.role(), told.mock.calls.length]).toEqual(['operator', 2])
    link().down()
    expect(store.role()).toBe('operator')
  })
})

describe('a server that is being stopped', () => {
  it('[SYNC-6.6] is known to be, by all who look, until another one is found; what is shown is not live meanwhile', () => {
    const { store, link, connect, follow, live } = setUp()
    follow()
    connect()
    const told = vi.fn()
    store.onSync(told)
    link().closing()
    expect([store.restarting(), told.mock.calls.length]).toEqual([true, 1])
    link().down()
    expect([store.restarting(), live().sync]).toEqual([true, 'connecting'])
    connect()
    expect([store.restarting(), live().sync]).toEqual([false, 'live'])
  })
})
