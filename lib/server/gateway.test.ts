import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { MemoryPublisher } from '../sync/memory-publisher'
import {
  OUTDATED,
  PROTOCOL,
  SOCKET_PATH,
  type Answer,
  type ClientToServer,
  type ServerToClient,
  type SnapshotMessage,
} from '../sync/messages'
import { runScope, type Scope } from '../sync/scope'
import { Gateway } from './gateway'
import { Metrics } from './metrics'
import { MAX_SUBSCRIPTIONS, type Source } from './page'
import { serve, silent } from '../testing/server/fake-hub'

type Client = Socket<ServerToClient, ClientToServer>

let server: Awaited<ReturnType<typeof serve>>
let gateway: Gateway
let metrics: Metrics
const clients: { close(): unknown }[] = []

beforeEach(async () => {
  server = await serve()
  metrics = new Metrics()
  gateway = new Gateway(server.live, server.access, silent, metrics)
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await gateway.close()
  await server.close()
})

function connect({ port = server.port, ...options }: { port?: number; [option: string]: unknown } = {}): Client {
  const client: Client = io(`http://127.0.0.1:${port}`, {
    path: SOCKET_PATH,
    transports: ['websocket'],
    auth: { protocol: PROTOCOL },
    forceNew: true,
    reconnection: false,
    ...options,
  })
  clients.push(client)
  return client
}

const subscribed = (client: Client, scope: Scope, known = {}) =>
  new Promise<Answer>(resolve => client.emit('subscribe', { scope, ...known }, resolve))

/** A source whose state is a number in a text of any size. */
class Numbers implements Source {
  value = 0
  padding = ''
  readonly closed = new Set<Scope>()
  readonly asked: [string, Scope, number][] = []

  async resume(scope: Scope): Promise<Answer> {
    this.asked.push(['resume', scope, gateway.audience(scope)])
    const message = this.#state(scope)
    return message ? { kind: 'snapshot', ...message } : { kind: 'error', error: 'not-found' }
  }

  async snapshot(scope: Scope): Promise<SnapshotMessage | undefined> {
    this.asked.push(['snapshot', scope, gateway.audience(scope)])
    return this.#state(scope)
  }

  /** Makes the next version and broadcasts it. */
  step(scope: Scope): void {
    this.value++
    const step = { from: this.value - 1, to: this.value, diff: this.padding }
    gateway.broadcast(scope, 'push', { epoch: 'e1', scope, now: '2026-01-01T00:00:00.000Z', ...step })
  }

  #state(scope: Scope): SnapshotMessage | undefined {
    if (this.closed.has(scope)) return undefined
    return { epoch: 'e1', scope, now: '2026-01-01T00:00:00.000Z', version: this.value, state: this.padding }
  }
}

function openNumbers(): Numbers {
  const numbers = new Numbers()
  gateway.open(numbers)
  return numbers
}

describe('subscribing', () => {
  it('works end to end with the publisher, over either transport and from one to the other', async () => {
    let count = 0
    const publisher = new MemoryPublisher(gateway)
    gateway.open(publisher)
    publisher.open('fleet', () => ({ fields: { count }, items: [] }))
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      const client = connect({ transports })
      const answer = await subscribed(client, 'fleet')
      if (answer.kind !== 'snapshot') throw new Error('a first answer is a snapshot')
      expect(JSON.parse(answer.state)).toEqual({ fields: { count }, items: [] })

      await vi.waitFor(() => expect(client.io.engine.transport.name).toBe(transports.at(-1)))
      const push = new Promise(resolve => client.once('push', resolve))
      count++
      publisher.touch('fleet')
      expect(await push).toMatchObject({ epoch: answer.epoch, scope: 'fleet', from: answer.version })
      client.close()
    }
    publisher.stop()
  })

  it('[SYNC-3.1] joins before it reads', async () => {
    const numbers = openNumbers()
    await subscribed(connect(), 'fleet')
    expect(numbers.asked).toEqual([['resume', 'fleet', 1]])
  })

  it('[SYNC-2.1] hands on what the page has', async () => {
    const numbers = openNumbers()
    const resume = vi.spyOn(numbers, 'resume')
    const client = connect()
    await subscribed(client, 'fleet', { epoch: 'e1', version: 7 })
    await subscribed(client, 'fleet')
    expect(resume.mock.calls).toEqual([
      ['fleet', { epoch: 'e1', version: 7 }],
      ['fleet', {}],
    ])
  })

  it('reaches those who joined, and no more after they left', async () => {
    const numbers = openNumbers()
    const [one, two] = [connect(), connect()]
    await subscribed(one, 'fleet')
    await subscribed(two, runScope('r1'))
    const heard = vi.fn()
    one.on('push', heard)
    two.on('push', heard)
    numbers.step('fleet')
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce())
    one.emit('unsubscribe', { scope: 'fleet' })
    await vi.waitFor(() => expect(gateway.audience('fleet')).toBe(0))
    numbers.step('fleet')
    numbers.step(runScope('r1'))
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2))
    expect(heard.mock.calls.map(([push]: { scope: Scope }[]) => push?.scope)).toEqual(['fleet', 'run/r1'])
  })

  it('[SYNC-4.3] encodes a message once, however many pages it reaches', async () => {
    openNumbers()
    const pages = [connect()]
    const encoded = async () => {
      const encode = vi.fn(() => 'x')
      const message = { epoch: 'e1', scope: 'fleet' as const, now: '', from: 0, to: 1, diff: '', toJSON: encode }
      const heard = pages.map(page => new Promise(resolve => page.once('push', resolve)))
      gateway.broadcast('fleet', 'push', message)
      await Promise.all(heard)
      return encode.mock.calls.length
    }
    await Promise.all(pages.map(page => subscribed(page, 'fleet')))
    const forOne = await encoded()
    pages.push(...Array.from({ length: 9 }, () => connect()))
    await Promise.all(pages.map(page => subscribed(page, 'fleet')))
    expect(await encoded()).toBe(forOne)
  })

  it('keeps nobody in a scope that is not there', async () => {
    const numbers = openNumbers()
    numbers.closed.add('run/r1')
    expect(await subscribed(connect(), 'run/r1')).toEqual({ kind: 'error', error: 'not-found' })
    expect(gateway.audience('run/r1')).toBe(0)
  })

  it('answers to every one of many requests for one scope in one go', async () => {
    openNumbers()
    const client = connect()
    const first = subscribed(client, 'fleet')
    client.emit('unsubscribe', { scope: 'fleet' })
    expect((await Promise.all([first, subscribed(client, 'fleet')])).map(({ kind }) => kind)).toEqual([
      'snapshot',
      'snapshot',
    ])
    expect(gateway.audience('fleet')).toBe(1)
  })

  it('[SYNC-7.1] forgets a page with its socket', async () => {
    openNumbers()
    const client = connect()
    await subscribed(client, 'fleet')
    client.close()
    await vi.waitFor(() => expect(gateway.audience('fleet')).toBe(0))
  })

  it('lets a page go where its answer fails, so that it asks again', async () => {
    const numbers = openNumbers()
    numbers.resume = () => Promise.reject(new Error('broken'))
    const client = connect()
    const gone = new Promise(resolve => client.on('disconnect', resolve))
    client.emit('subscribe', { scope: 'fleet' }, () => {})
    expect(await gone).toBe('io server disconnect')
  })
})

describe('what a page may not', () => {
  it.each([{}, { protocol: PROTOCOL + 1 }, { protocol: String(PROTOCOL) }])(
    'refuses a page of another build (%j), and says so',
    async auth => {
      openNumbers()
      const client = connect({ auth })
      const refused = new Promise<Error>(resolve => client.on('connect_error', resolve))
      expect((await refused).message).toBe(OUTDATED)
    },
  )

  it.each(['fleets', 'run/', `run/${'x'.repeat(201)}`, 7, null])('[SAFE-4] refuses the scope %j', async scope => {
    openNumbers()
    expect(await subscribed(connect(), scope as Scope)).toEqual({ kind: 'error', error: 'bad-request' })
  })

  it.each([{ version: -1 }, { version: 1.5 }, { epoch: '' }, { epoch: 7 }])(
    'refuses %j as what it has',
    async known => {
      openNumbers()
      expect(await subscribed(connect(), 'fleet', known)).toEqual({ kind: 'error', error: 'bad-request' })
    },
  )

  it('[SAFE-5.85] gives a page 64 subscriptions, and room again when one ends', async () => {
    openNumbers()
    const client = connect()
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i++)
      expect(await subscribed(client, `run/${i}`)).toMatchObject({ version: 0 })
    expect(await subscribed(client, 'fleet')).toEqual({ kind: 'error', error: 'too-many' })
    expect(await subscribed(client, 'run/0')).toMatchObject({ version: 0 })
    client.emit('unsubscribe', { scope: 'run/0' })
    expect(await subscribed(client, 'fleet')).toMatchObject({ version: 0 })
  })

  it('[SAFE-5.61] closes on a message beyond 64 KiB', async () => {
    openNumbers()
    const client = connect()
    await subscribed(client, 'fleet')
    const gone = new Promise(resolve => client.on('disconnect', resolve))
    client.emit('subscribe', { scope: 'fleet', epoch: 'x'.repeat(65_536) }, () => {})
    expect(await gone).toBe('transport close')
  })

  it('closes on a request that cannot be answered', async () => {
    openNumbers()
    const client = connect()
    const gone = new Promise(resolve => client.on('disconnect', resolve))
    client.emit('subscribe', ...([{ scope: 'fleet' }] as unknown as Parameters<ClientToServer['subscribe']>))
    expect(await gone).toBe('io server disconnect')
  })

  it('[SAFE-2] refuses a foreign origin on either transport', async () => {
    openNumbers()
    for (const transport of ['websocket', 'polling']) {
      const client = connect({ transports: [transport], extraHeaders: { origin: 'http://evil.example' } })
      await new Promise(resolve => client.on('connect_error', resolve))
      client.close()
    }
  })
})

describe('[SYNC-5] [SAFE-5.86] a page that reads too slowly', () => {
  /** A page that speaks the protocol by hand, so that it can stop reading. */
  async function slowPage(...scopes: Scope[]) {
    const ws = new WebSocket(`ws://127.0.0.1:${server.port}${SOCKET_PATH}/?EIO=4&transport=websocket`)
    clients.push({ close: () => ws.terminate() })
    const heard: { event: string; version: number }[] = []
    let bytes = 0
    const answered = new Promise<void>(resolve => {
      ws.on('message', (data: Buffer) => {
        const text = data.toString()
        bytes += text.length
        if (text.startsWith('0')) ws.send(`40${JSON.stringify({ protocol: PROTOCOL })}`)
        if (text.startsWith('40'))
          scopes.forEach((scope, i) => ws.send(`42${i}${JSON.stringify(['subscribe', { scope }])}`))
        if (text.startsWith(`43${scopes.length - 1}`)) resolve()
        if (!text.startsWith('42')) return
        const [event, message] = JSON.parse(text.slice(2)) as [string, { version?: number; to?: number }]
        heard.push({ event, version: message.version ?? message.to ?? -1 })
      })
    })
    await answered
    return { ws, heard, bytes: () => bytes }
  }

  const turn = () => new Promise(resolve => setImmediate(resolve))

  async function stall(numbers: Numbers, scope: Scope): Promise<number> {
    let steps = 0
    while (gateway.audience(scope) > 0) {
      numbers.step(scope)
      steps++
      if (steps > 1_000) throw new Error('The page never falls behind')
      await turn()
    }
    return steps
  }

  it('[SYNC-5.1] [SYNC-5.2] [SYNC-5.3] leaves the broadcast, delays nobody, and costs no more memory', async () => {
    const numbers = openNumbers()
    numbers.padding = 'x'.repeat(100_000)
    const slow = await slowPage('fleet')
    slow.ws.pause()
    const steps = await stall(numbers, 'fleet')

    const quick = connect()
    await subscribed(quick, 'fleet')
    for (let i = 0; i < 500; i++) {
      const heard = new Promise(resolve => quick.once('push', resolve))
      numbers.step('fleet')
      expect(await heard).toMatchObject({ to: numbers.value })
    }

    // Only the messages that the slow page had not taken when it fell behind were waiting for it.
    slow.ws.resume()
    await vi.waitFor(() => expect(slow.heard.at(-1)).toEqual({ event: 'snapshot', version: numbers.value }))
    expect(slow.heard.filter(({ event }) => event === 'snapshot')).toHaveLength(1)
    expect(slow.heard.filter(({ event }) => event === 'push')).toHaveLength(steps - 1)
    expect(slow.bytes()).toBeLessThan((steps + 10) * 100_100)
  })

  it('[SYNC-5.2] is in the broadcast again once it has its snapshot, of each scope one', async () => {
    const numbers = openNumbers()
    numbers.padding = 'x'.repeat(100_000)
    const slow = await slowPage('fleet', 'run/r1', 'run/r2')
    slow.ws.pause()
    await stall(numbers, 'fleet')
    numbers.step('run/r1')
    expect([gateway.audience('fleet'), gateway.audience('run/r1'), gateway.audience('run/r2')]).toEqual([0, 0, 1])
    numbers.asked.length = 0
    slow.ws.resume()
    await vi.waitFor(() => expect(gateway.audience('run/r1')).toBe(1))
    expect(numbers.asked).toEqual([
      ['snapshot', 'fleet', 1],
      ['snapshot', 'run/r1', 1],
    ])
    numbers.step('run/r1')
    await vi.waitFor(() => expect(slow.heard.at(-1)).toEqual({ event: 'push', version: numbers.value }))
  })

  it('gets its answers when it reads, not before, however often it asks', async () => {
    const numbers = openNumbers()
    numbers.padding = 'x'.repeat(100_000)
    const slow = await slowPage('fleet')
    slow.ws.pause()
    await stall(numbers, 'fleet')
    numbers.asked.length = 0
    for (let i = 0; i < 100; i++) slow.ws.send(`42${i}["subscribe",{"scope":"run/r1"}]`)
    await vi.waitFor(() => expect(slow.ws.bufferedAmount).toBe(0))
    await new Promise<void>(resolve => {
      const other = connect()
      void subscribed(other, 'run/other').then(() => resolve())
    })
    expect(numbers.asked).toEqual([['resume', 'run/other', 1]])
    slow.ws.resume()
    await vi.waitFor(() => expect(numbers.asked).toContainEqual(['resume', 'run/r1', 1]))
    expect(numbers.asked.filter(([, scope]) => scope === 'run/r1')).toHaveLength(1)
  })

  it('is told where a scope ended meanwhile', async () => {
    const numbers = openNumbers()
    numbers.padding = 'x'.repeat(100_000)
    const slow = await slowPage('run/r1')
    slow.ws.pause()
    await stall(numbers, 'run/r1')
    numbers.closed.add('run/r1')
    slow.ws.resume()
    await vi.waitFor(() => expect(slow.heard.at(-1)?.event).toBe('gone'))
    expect(gateway.audience('run/r1')).toBe(0)
  })
})

describe('[SYNC-5] [SAFE-5.86] a page that polls too slowly', () => {
  /** A page that polls by hand, and only when the test says so. */
  async function poller(scope: Scope) {
    const base = `${SOCKET_PATH}/?EIO=4&transport=polling`
    const hello: unknown = JSON.parse((await server.call('GET', base)).text.slice(1))
    const address = `${base}&sid=${z.object({ sid: z.string() }).parse(hello).sid}`
    const say = (text: string) => server.call('POST', address, { 'content-type': 'text/plain;charset=UTF-8' }, text)
    const poll = async () => (await server.call('GET', address)).text.split('\x1e')
    await say(`40${JSON.stringify({ protocol: PROTOCOL })}`)
    await poll()
    await say(`420${JSON.stringify(['subscribe', { scope }])}`)
    await poll()
    expect(gateway.audience(scope)).toBe(1)
    return { poll }
  }
  const events = (packets: string[]) =>
    packets.filter(packet => packet.startsWith('42')).map(packet => /^42\["(\w+)"/.exec(packet)?.[1])

  it('leaves the broadcast at the same bound, and gets one snapshot when it has taken what waited', async () => {
    const numbers = openNumbers()
    const slow = await poller('fleet')
    numbers.padding = 'x'.repeat(100_000)
    let steps = 0
    while (gateway.audience('fleet') > 0) {
      numbers.step('fleet')
      steps += 1
      expect(steps).toBeLessThan(5)
    }
    expect(gateway.connectionStats().slow).toBe(1)
    for (let n = 0; n < 100; n += 1) numbers.step('fleet')

    const waited = await slow.poll()
    expect(events(waited)).toEqual(Array.from({ length: steps - 1 }, () => 'push'))
    const current = await slow.poll()
    expect(events(current)).toEqual(['snapshot'])
    expect(current.join()).toContain(`"version":${numbers.value}`)
    expect(gateway.audience('fleet')).toBe(1)
    numbers.step('fleet')
    expect(events(await slow.poll())).toEqual(['push'])
  })

  it('is told at once while it does poll, whatever the size of what it is told', async () => {
    const numbers = openNumbers()
    const quick = await poller('fleet')
    numbers.padding = 'x'.repeat(300_000)
    for (let n = 0; n < 20; n += 1) {
      const answer = quick.poll()
      numbers.step('fleet')
      expect((await answer).join()).toMatch(new RegExp(`"(to|version)":${numbers.value}\\b`))
      expect(gateway.audience('fleet')).toBe(1)
    }
  })
})

describe('[SAFE-5.31] bounds', () => {
  const refusal = async (client: Client) => new Promise<Error>(resolve => client.on('connect_error', resolve))
  const connected = (client: Client) => new Promise<void>(resolve => client.on('connect', resolve))
  const refused = async () =>
    (await metrics.text()).split('\n').filter(line => /^groundtruth_refused.* [^0]/.test(line))

  it.each([
    ['sockets', { inAll: 2, strangers: 2, perAddress: 9, perPerson: 9 }, 'websocket'],
    ['sockets', { inAll: 2, strangers: 2, perAddress: 9, perPerson: 9 }, 'polling'],
    ['sockets-of-address', { inAll: 9, strangers: 9, perAddress: 2, perPerson: 9 }, 'websocket'],
    ['sockets-of-address', { inAll: 9, strangers: 9, perAddress: 2, perPerson: 9 }, 'polling'],
  ])(
    '[SAFE-5.68] no page comes in beyond the bound of %s (%j, %s), and one may where another left',
    async (bound, bounds, by) => {
      const narrow = await serve()
      const gate = new Gateway(narrow.live, narrow.access, silent, metrics, { bounds })
      gate.open(new Numbers())
      const arrive = () => connect({ port: narrow.port, transports: [by] })
      const [first, second] = [arrive(), arrive()]
      await Promise.all([connected(first), connected(second)])
      expect((await refusal(arrive())).message).toBe(by === 'polling' ? 'xhr poll error' : 'websocket error')
      expect(await refused()).toEqual([`groundtruth_refused_total{bound="${bound}"} 1`])
      first.disconnect()
      await vi.waitFor(() => expect(gate.connectionStats().sockets).toBe(1))
      await connected(arrive())
      await gate.close()
      await narrow.close()
    },
  )

  it.each(['websocket', 'polling'])(
    '[SAFE-5.70] a page that does not stop talking by %s is cut off, and others are not',
    async by => {
      openNumbers()
      const [calm, loud] = [connect({ transports: [by] }), connect({ transports: [by] })]
      await Promise.all([connected(calm), connected(loud)])
      const gone = new Promise(resolve => loud.on('disconnect', resolve))
      for (let n = 0; n < 1_000; n += 1) loud.emit('unsubscribe', { scope: 'fleet' })
      expect(await gone).toMatch(by === 'polling' ? /^transport (close|error)$/ : /^transport close$/)
      expect(await refused()).toEqual(['groundtruth_refused_total{bound="messages"} 1'])
      expect(await subscribed(calm, 'fleet')).toMatchObject({ kind: 'snapshot' })
    },
  )

  it('[SAFE-5.61] a message of more than 64 KiB ends its socket, and nobody reads it', async () => {
    const numbers = openNumbers()
    const client = connect()
    await connected(client)
    const gone = new Promise(resolve => client.on('disconnect', resolve))
    const large: Scope = `run/${'x'.repeat(64 * 1024)}`
    client.emit('subscribe', { scope: large }, () => undefined)
    expect(await gone).toBe('transport close')
    await vi.waitFor(async () => expect(await refused()).toEqual(['groundtruth_refused_total{bound="message-size"} 1']))
    expect(numbers.asked).toEqual([])
  })

  it('[SAFE-5.61] a message of more than 64 KiB by long polling is answered with 413, and nobody reads it', async () => {
    const numbers = openNumbers()
    const base = `${SOCKET_PATH}/?EIO=4&transport=polling`
    const { sid } = z
      .object({ sid: z.string() })
      .parse(JSON.parse((await server.call('GET', base)).text.slice(1)) as unknown)
    const text = { 'content-type': 'text/plain;charset=UTF-8' }
    const answer = await server.call('POST', `${base}&sid=${sid}`, text, `4${'x'.repeat(64 * 1024)}`)
    expect(answer.status).toBe(413)
    const counted = async () => (await server.metrics.text()).split('\n')
    await vi.waitFor(async () => expect(await counted()).toContain('groundtruth_refused_total{bound="message-size"} 1'))
    expect(numbers.asked).toEqual([])
  })

  it('[SAFE-5.69] waits 250 ms for a page that does not take the reason, then closes its connection', async () => {
    openNumbers()
    const base = `${SOCKET_PATH}/?EIO=4&transport=polling`
    const hello: unknown = JSON.parse((await server.call('GET', base)).text.slice(1))
    const address = `${base}&sid=${z.object({ sid: z.string() }).parse(hello).sid}`
    const text = { 'content-type': 'text/plain;charset=UTF-8' }
    await server.call('POST', address, text, `40${JSON.stringify({ protocol: PROTOCOL })}`)
    await vi.waitFor(() => expect(gateway.connectionStats().sockets).toBe(1))
    const began = performance.now()
    await gateway.close()
    // Timers may fire a little early.
    expect(performance.now() - began).toBeGreaterThan(240)
    expect(gateway.connectionStats().sockets).toBe(0)
  })
})

describe('closing', () => {
  it.each(['websocket', 'polling'])(
    '[SYNC-6.5] tells pages by %s why their connection ends, before it does',
    async by => {
      openNumbers()
      const client = connect({ transports: [by] })
      await new Promise<void>(resolve => client.on('connect', resolve))
      const told: string[] = []
      client.on('closing', () => told.push('closing'))
      const gone = new Promise(resolve => client.on('disconnect', reason => resolve(told.push(reason))))
      await gateway.close()
      await gone
      expect(told).toEqual(['closing', expect.stringMatching(/^transport (close|error)$/)])
    },
  )
})
