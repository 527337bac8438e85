import { afterAll, describe, expect, it, vi } from 'vitest'
import { someBatch } from '../testing/run/documents'
import type { Answer } from '../sync/messages'
import { logScope, runScope } from '../sync/scope'
import { TestLog } from '../testing/sync/fixtures'
import { atEnd, endAll, listen, open, rendered, serve, visit } from '../testing/client/connection'
import { HostileProxy, type Manners } from '../testing/client/hostile-proxy'
import type { TransportTimes } from './transport-choice'

// Most of these tests wait, so they run at the same time.
afterAll(endAll)

const PING_EVERY = 200
/** At most a tenth of the times that pages wait, ms. */
const times: TransportTimes = { websocket: 500, polling: 2_000, rest: 300, maxRest: 1_200, works: 60_000 }
/** For tests whose WebSocket must get through: long enough for its first try on a busy machine. */
const patient = { ...times, websocket: 3_000 }
const notFound: Answer = { kind: 'error', error: 'not-found' }

async function before(url: string, manners: Partial<Manners>): Promise<HostileProxy> {
  const proxy = await HostileProxy.before(url, manners)
  atEnd(() => proxy.close())
  return proxy
}

/** A connection through a proxy, to a server that pings every 200 ms and answers every question. */
async function through(manners: Partial<Manners>, taking = times) {
  const server = await listen({ pingInterval: PING_EVERY, answers: (_request, done) => done(notFound) })
  const proxy = await before(server.url, manners)
  return { ...server, proxy, ...open(proxy.url, taking) }
}

const refusals = [400, 403, 426, 502]

describe.concurrent('[SYNC-11] through a proxy', () => {
  const polled: [string, Partial<Manners>][] = [
    ['swallows the upgrade', { upgrade: 'swallow' }],
    ...refusals.map((status): [string, Partial<Manners>] => [`answers ${status} to it`, { upgrade: status }]),
    ['answers 101 and carries nothing', { upgrade: 'mute' }],
    ['holds back what a WebSocket carries', { upgrade: 'buffer' }],
    ['strips the upgrade', { upgrade: 'strip' }],
    ['swallows it, and passes on only whole answers', { upgrade: 'swallow', buffers: true }],
    ['swallows it, and bounds bodies', { upgrade: 'swallow', maxBody: 4_096 }],
  ]
  it.each(polled)('[SYNC-11.1] [SYNC-11.8] that %s, a page is live by long polling', async (_, manners) => {
    const { up, ask, carriers } = await through(manners)
    await up()
    expect(await ask()).toEqual(notFound)
    expect(carriers).toEqual(['polling'])
  })

  const carried: [string, Partial<Manners>][] = [
    ...refusals.map((status): [string, Partial<Manners>] => [`answers ${status} to polls`, { poll: status }]),
    ['swallows polls', { poll: 'swallow' }],
    ['answers polls with a page of its own', { poll: 'foreign' }],
    ['takes no body', { maxBody: 0 }],
  ]
  it.each(carried)('[SYNC-11.8] that %s, a page is live by WebSocket', async (_, manners) => {
    const { up, ask, carriers } = await through(manners, patient)
    await up()
    expect(await ask()).toEqual(notFound)
    expect(carriers).toEqual(['websocket'])
  })

  const blocked: [string, Partial<Manners>, string][] = [
    ['refuses both', { upgrade: 403, poll: 403 }, 'http'],
    ['swallows both', { upgrade: 'swallow', poll: 'swallow' }, 'silent'],
    ['swallows one and refuses the other', { upgrade: 'swallow', poll: 502 }, 'http'],
    ['answers everything with a page of its own', { upgrade: 400, poll: 'foreign' }, 'foreign'],
    ['takes no body, and no upgrade', { upgrade: 'swallow', maxBody: 0 }, 'http'],
  ]
  it.each(blocked)(
    '[SYNC-11.8] that %s, a page says why, and is live once it no longer does',
    async (_, manners, why) => {
      const { up, ask, told, troubles, proxy } = await through(manners)
      await vi.waitFor(() => expect(troubles).toContain(why))
      expect(told).not.toContain('up')
      proxy.manners = { upgrade: 'swallow', poll: 'pass' }
      await vi.waitFor(() => expect(told.at(-1)).toBe('up'))
      await up()
      expect(await ask()).toEqual(notFound)
    },
    20_000,
  )

  it('[SYNC-11.8] that ends an answer after 30 or 60 s, no poll waits so long: each is answered when the server next says something', async () => {
    const { up, told, carriers, proxy } = await through({ upgrade: 'swallow', requestMs: 600 })
    await up()
    await vi.waitFor(() => expect(proxy.polls.length).toBeGreaterThan(10))
    expect(told).toEqual(['up'])
    expect(carriers).toEqual(['polling'])
  })

  it('[SYNC-11.8] that cuts an idle WebSocket, one is never idle so long', async () => {
    const { up, told, carriers, sockets } = await through({ idleMs: 4_000 })
    await up()
    let pings = 0
    sockets[0]?.conn.on('heartbeat', () => pings++)
    await vi.waitFor(() => expect(pings * PING_EVERY).toBeGreaterThan(5_000))
    expect(told).toEqual(['up'])
    expect(carriers).toEqual(['websocket'])
  })
})

describe.concurrent('[SYNC-11] back to WebSocket', () => {
  it('[SYNC-11.4] probes at growing intervals beside the connection, and changes over once one gets through', async () => {
    const { up, ask, told, carriers, proxy } = await through({ upgrade: 'swallow' }, patient)
    await up()
    // The first try, and two probes.
    await vi.waitFor(() => expect(proxy.count('upgrade')).toBe(3))
    expect(told).toEqual(['up'])
    proxy.manners = { upgrade: 'pass', poll: 'pass' }
    await vi.waitFor(() => expect(carriers).toEqual(['polling', 'websocket']))
    expect(told).toEqual(['up', 'down', 'up'])
    expect(await ask()).toEqual(notFound)
  })

  it('[SYNC-11.3] stays with polling where a WebSocket opens and then no question over it is answered', async () => {
    const server = await listen({
      answers: (_request, done, socket) => {
        if (socket.conn.transport.name === 'polling') done(notFound)
      },
    })
    const { connection, ask, carriers, troubles, told } = open(server.url, { ...times, rest: 60_000 })
    await vi.waitFor(() => expect(carriers).toEqual(['websocket']))
    expect(await ask(100)).toBeNull()
    connection.reconnect()
    await vi.waitFor(() => expect(carriers).toEqual(['websocket', 'polling']))
    expect(await ask()).toEqual(notFound)
    expect(troubles).toEqual(['mute'])
    expect(told).toEqual(['up', 'down', 'up'])
  })

  it('goes back to WebSocket at once after a server that was away', async () => {
    const first = await listen()
    const { carriers, told, troubles } = open(first.url, times)
    await vi.waitFor(() => expect(carriers).toEqual(['websocket']))
    await first.close()
    await vi.waitFor(() => expect(troubles).toContain('unreachable'))
    await listen({ port: first.port })
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']))
    expect(carriers).toEqual(['websocket', 'websocket'])
  }, 15_000)
})

describe('[SYNC-11] a page whose transport changes', () => {
  it('[SYNC-11.5] [SYNC-1] holds each line once and in order, and never goes back, from transport to transport', async () => {
    const batches = { list: [someBatch('a', 'running')] }
    const log = new TestLog()
    const { url, publisher } = await serve(batches, log)
    const proxy = await before(url, {})
    const { store, run, lines } = visit(proxy.url, await rendered(publisher, batches.list), patient)
    let written = 0
    const write = setInterval(() => {
      log.add(`line ${(written += 1)}`)
      publisher.touch(logScope('r'))
      batches.list = [someBatch('a', 'running'), someBatch(`b${written}`)]
      publisher.touch(runScope('r'))
    }, 10)
    atEnd(() => clearInterval(write))
    let version = 0
    store.follow(store.runs, runScope('r'), { shown: run()!.state }, () => {
      const now = run()!.state.version
      if (now < version) throw new Error(`version ${now} after ${version}`)
      version = now
    })

    for (const [upgrade, carrier] of [
      ['pass', 'websocket'],
      ['swallow', 'polling'],
      ['pass', 'websocket'],
      ['mute', 'polling'],
      ['pass', 'websocket'],
      [502, 'polling'],
    ] as const) {
      proxy.manners = { upgrade, poll: 'pass' }
      if (carrier === 'polling') proxy.cut()
      await vi.waitFor(() => expect(store.transport()).toBe(carrier))
      const from = written
      await vi.waitFor(() => expect(lines()).toContain(`line ${from + 10}`))
    }
    clearInterval(write)
    const all = Array.from({ length: written }, (_, index) => `line ${index + 1}`)
    await vi.waitFor(() => expect(lines()).toEqual(all))
    await vi.waitFor(() => expect(run()).toMatchObject({ sync: 'live', state: { batches: batches.list } }))
  }, 60_000)
})
