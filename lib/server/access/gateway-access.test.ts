import { once, type EventEmitter } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { NOT_SIGNED_IN, OUTDATED, PROTOCOL, SOCKET_PATH, type Visitor } from '../../sync/messages'
import type { Scope } from '../../sync/scope'
import { readAddresses } from '../bounds/addresses'
import { Gateway } from '../gateway'
import { serve, silent } from '../../testing/server/fake-hub'
import { Team } from '../../testing/server/team'
import type { SocketBounds } from '../bounds/connection-limits'

const HEADER = 'x-forwarded-user'
const LOOPBACK = readAddresses('127.0.0.1')

let team: Team
let server: Awaited<ReturnType<typeof serve>>
let gateway: Gateway
const clients: Socket[] = []

async function begin(proxied = false, bounds?: SocketBounds): Promise<void> {
  team = new Team()
  const proxyUser = proxied && LOOPBACK !== null ? { from: LOOPBACK, header: HEADER, role: 'viewer' as const } : null
  server = await serve({ team, proxyUser })
  const trusted = proxied && LOOPBACK !== null ? { trustedProxy: LOOPBACK } : {}
  gateway = new Gateway(server.live, server.access, silent, server.metrics, { ...trusted, ...(bounds && { bounds }) })
  server.left.then = () => gateway.recheck()
  const state = { epoch: 'e1', scope: 'fleet', now: '2026-01-01T00:00:00.000Z', version: 0, state: '{}' } as const
  gateway.open({ resume: async () => ({ kind: 'snapshot', ...state }), snapshot: async () => state })
}

beforeEach(() => begin())
const end = async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await gateway.close()
  await server.close()
}
afterEach(end)

/** Connects; returns the socket, or the reason why there is none. */
async function connect(
  headers: Record<string, string> = {},
  auth: object = {},
  transports = ['websocket'],
  told: (visitor: Visitor) => void = () => undefined,
) {
  const client: Socket = io(`http://127.0.0.1:${server.port}`, {
    ...{ path: SOCKET_PATH, transports, forceNew: true, reconnection: false, extraHeaders: headers },
    auth: { protocol: PROTOCOL, ...auth },
  })
  clients.push(client)
  client.on('visitor', told)
  return new Promise<Socket | string>(resolve => {
    client.on('connect', () => resolve(client)).on('connect_error', ({ message }) => resolve(message))
  })
}

async function opened(...how: Parameters<typeof connect>): Promise<Socket> {
  const client = await connect(...how)
  if (typeof client === 'string') throw new Error(client)
  return client
}

const closed = (client: Socket) => vi.waitFor(() => expect(client.connected).toBe(false))
const subscribe = (client: Socket) => client.timeout(5_000).emitWithAck('subscribe', { scope: 'fleet' })

describe.each([[['websocket']], [['polling']]])('[SAFE-3] a socket by %s', transports => {
  it('[SAFE-3.1] [SAFE-3.4] [SAFE-3.13] opens for those who are known, and for nobody else', async () => {
    const by = (headers: Record<string, string>, auth = {}) => connect(headers, auth, transports)
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'groundtruth=x' }, { [HEADER]: 'ann' }]) {
      expect(await by(headers)).toBe(NOT_SIGNED_IN)
    }
    for (const token of ['wrong', '', 5, {}, team.hash('ann')]) expect(await by({}, { token })).toBe(NOT_SIGNED_IN)
    expect(await by(await team.cookie('ann'), { token: 'wrong' })).toBe(NOT_SIGNED_IN)
    for (const name of ['ann', 'vic'] as const) {
      for (const headers of [team.bearer(name), await team.cookie(name)]) {
        expect(await subscribe(await opened(headers, {}, transports))).toMatchObject({ kind: 'snapshot' })
      }
      expect(await subscribe(await opened({}, { token: team.secret(name) }, transports))).toMatchObject({
        kind: 'snapshot',
      })
    }
  })

  it('is not opened by another site, whoever’s cookie it brings', async () => {
    const cookie = await team.cookie('ann')
    for (const origin of ['http://evil.example', 'null']) {
      expect(await connect({ ...cookie, origin }, {}, transports)).not.toBeInstanceOf(Object)
    }
    expect(await connect({ ...cookie, origin: `http://127.0.0.1:${server.port}` }, {}, transports)).toBeInstanceOf(
      Object,
    )
  })

  it('[SAFE-3.7] is closed when its token is taken away, and does not open again; others stay', async () => {
    const ann = [
      await opened(team.bearer('ann'), {}, transports),
      await opened(await team.cookie('ann'), {}, transports),
      await opened({}, { token: team.secret('ann') }, transports),
    ]
    const vic = await opened(team.bearer('vic'), {}, transports)
    for (const client of [...ann, vic]) await subscribe(client)
    const cookie = await team.cookie('ann')
    team.change('ann', null)
    gateway.recheck()
    for (const client of ann) await closed(client)
    expect(await subscribe(vic)).toMatchObject({ kind: 'snapshot' })
    expect(gateway.audience('fleet')).toBe(1)
    expect(await connect(cookie, {}, transports)).toBe(NOT_SIGNED_IN)
  })
})

describe('[SITE-6] a socket of a person whose token is good for some sites', () => {
  const ask = (client: Socket, scope: string): Promise<unknown> =>
    client.timeout(5_000).emitWithAck('subscribe', { scope })
  const NOT_FOUND = { kind: 'error', error: 'not-found' }

  it('[SITE-6.4] follows these alone, and of others it hears what it hears of what does not exist', async () => {
    team.change('vic', 'viewer', ['bob', 'default'])
    for (const how of [team.bearer('vic'), await team.cookie('vic')]) {
      const vic = await opened(how)
      for (const scope of ['site/bob/fleet', 'site/bob/run/r1', 'fleet', 'run/r1', 'lines/r1/b1', 'import/x']) {
        expect([scope, await ask(vic, scope)]).toEqual([scope, expect.objectContaining({ kind: 'snapshot' })])
      }
      for (const scope of ['site/ann/fleet', 'site/ann/run/r1', 'site/ann/lines/r1/b1', 'site/cleo/containers']) {
        expect([scope, await ask(vic, scope)]).toEqual([scope, NOT_FOUND])
        expect(gateway.audience(z.custom<Scope>().parse(scope))).toBe(0)
      }
      vic.disconnect()
    }
    const ann = await opened(team.bearer('ann'))
    for (const scope of ['fleet', 'site/ann/fleet', 'site/bob/fleet'])
      expect(await ask(ann, scope)).toMatchObject({ kind: 'snapshot' })
  })

  it('[SITE-6.5] ends when a site that it follows is taken out of the line; those that follow others stay', async () => {
    team.change('vic', 'viewer', ['ann', 'bob'])
    const [both, one, none, gone] = [
      await opened(team.bearer('vic')),
      await opened(await team.cookie('vic')),
      await opened(team.bearer('vic')),
      await opened(team.bearer('vic')),
    ]
    for (const scope of ['site/ann/fleet', 'site/bob/fleet']) await ask(both, scope)
    for (const scope of ['site/bob/fleet', 'import/x']) await ask(one, scope)
    await ask(gone, 'site/ann/fleet')
    gone.emit('unsubscribe', { scope: 'site/ann/fleet' })
    await vi.waitFor(() => expect(gateway.audience('site/ann/fleet')).toBe(1))
    team.change('vic', 'viewer', ['bob'])
    gateway.recheck()
    await closed(both)
    expect(gateway.audience('site/ann/fleet')).toBe(0)
    expect(gateway.audience('site/bob/fleet')).toBe(1)
    for (const client of [one, none, gone])
      expect(await ask(client, 'site/bob/run/r1')).toMatchObject({ kind: 'snapshot' })
    expect(await ask(one, 'site/ann/fleet')).toEqual(NOT_FOUND)
    // A page of the closed socket comes again, and gets what it still may see.
    const again = await opened(team.bearer('vic'))
    expect([await ask(again, 'site/ann/fleet'), await ask(again, 'site/bob/fleet')]).toMatchObject([
      NOT_FOUND,
      { kind: 'snapshot' },
    ])
  })

  it('[SITE-6.4] follows nothing more at a site from the moment at which its line loses it', async () => {
    team.change('vic', 'viewer', ['ann', 'bob'])
    const vic = await opened(team.bearer('vic'))
    expect(await ask(vic, 'site/ann/fleet')).toMatchObject({ kind: 'snapshot' })
    team.change('vic', 'viewer', ['bob'])
    expect(await ask(vic, 'site/ann/run/r1')).toEqual(NOT_FOUND)
    expect(await ask(vic, 'site/bob/run/r1')).toMatchObject({ kind: 'snapshot' })
  })
})

describe('[SAFE-3.41] a connection by long polling is of the person who opened it', () => {
  const base = `${SOCKET_PATH}/?EIO=4&transport=polling`
  const text = { 'content-type': 'text/plain;charset=UTF-8' }

  /** Opens a connection by hand, and returns the address of its polls. */
  async function poll(headers: Record<string, string>): Promise<string> {
    const opened: unknown = JSON.parse((await server.call('GET', base, headers)).text.slice(1))
    return `${base}&sid=${z.object({ sid: z.string() }).parse(opened).sid}`
  }

  it('and nobody else reads it, writes to it or upgrades it', async () => {
    const [ann, vic] = [await team.cookie('ann'), await team.cookie('vic')]
    const address = await poll(ann)
    for (const other of [{}, vic, { authorization: 'Bearer wrong' }, team.bearer('vic')]) {
      expect((await server.call('GET', address, other)).status).toBe(400)
      expect((await server.call('POST', address, { ...text, ...other }, '40')).status).toBe(400)
      const upgrade = new WebSocket(`ws://127.0.0.1:${server.port}${address.replace('polling', 'websocket')}`, {
        headers: other,
      })
      await once(upgrade, 'error')
    }
    const mine = { ...text, ...ann }
    expect((await server.call('POST', address, mine, `40${JSON.stringify({ protocol: PROTOCOL })}`)).text).toBe('ok')
    expect((await server.call('GET', address, ann)).text).toMatch(/^40\{"sid"/)
  })

  it('and a program that shows its token in the handshake goes on without', async () => {
    const address = await poll({})
    const hello = `40${JSON.stringify({ protocol: PROTOCOL, token: team.secret('ann') })}`
    expect((await server.call('POST', address, text, hello)).status).toBe(200)
    expect((await server.call('GET', address)).text).toMatch(/^40\{"sid"/)
  })

  it('[SAFE-2] [SAFE-3.42] and a page of another site neither opens one nor writes to it', async () => {
    const ann = await team.cookie('ann')
    const address = await poll(ann)
    for (const foreign of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await server.call('GET', base, { ...ann, ...foreign })).status).toBe(403)
      expect((await server.call('POST', address, { ...text, ...ann, ...foreign }, '40')).status).toBe(403)
    }
    expect((await server.call('GET', `${base}&j=0`, ann)).status).toBe(403)
  })

  it('[SAFE-5] and what it says does not count against the calls that change something', async () => {
    const mine = { ...text, ...(await team.cookie('ann')) }
    for (let socket = 0; socket < 3; socket += 1) {
      const address = await poll(mine)
      await server.call('POST', address, mine, `40${JSON.stringify({ protocol: PROTOCOL })}`)
      for (let n = 0; n < 110; n += 1) {
        const { status } = await server.call('POST', address, mine, '42["unsubscribe",{"scope":"fleet"}]')
        expect(status).toBe(200)
      }
    }
    const json = { ...mine, 'content-type': 'application/json' }
    expect((await server.call('POST', '/api/runs', json, '{"spec":"x"}')).status).toBe(201)
  })
})

it('[SAFE-3.8] signing out closes the sockets of that session, and no others', async () => {
  const [here, elsewhere] = [await team.cookie('ann'), await team.cookie('ann')]
  const tabs = [await opened(here), await opened(here)]
  const other = await opened(elsewhere)
  await server.call('POST', '/sign-out', here)
  for (const tab of tabs) await closed(tab)
  expect(other.connected).toBe(true)
  expect(await subscribe(other)).toMatchObject({ kind: 'snapshot' })
  expect(await connect(here)).toBe(NOT_SIGNED_IN)
})

it('[SAFE-3.9] sockets whose token is gone are closed within 30 s, though nobody says so', async () => {
  await end()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    await begin()
    const [ann, vic] = [await opened(team.bearer('ann')), await opened(team.bearer('vic'))]
    team.change('ann', null)
    vi.advanceTimersByTime(29_999)
    expect(await subscribe(vic)).toMatchObject({ kind: 'snapshot' })
    expect(ann.connected).toBe(true)
    vi.advanceTimersByTime(1)
    await once(ann as unknown as EventEmitter, 'disconnect')
    expect(vic.connected).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

it('[SAFE-3.39] a page is told what one may do on it: when it connects, and when that changes', async () => {
  const told = new Map<string, string[]>()
  const open = async (name: 'ann' | 'vic') => {
    const roles: string[] = []
    told.set(name, roles)
    const client = await opened({}, { token: team.secret(name) }, ['websocket'], ({ role }) => roles.push(role))
    await subscribe(client)
    return client
  }
  const [ann, vic] = [await open('ann'), await open('vic')]
  team.change('ann', 'viewer')
  gateway.recheck()
  gateway.recheck()
  for (const client of [ann, vic]) await subscribe(client)
  expect([...told]).toEqual([
    ['ann', ['operator', 'viewer']],
    ['vic', ['viewer']],
  ])
})

it('[SAFE-3.6] every message is asked again whose it is', async () => {
  const client = await opened(team.bearer('ann'))
  expect(await subscribe(client)).toMatchObject({ kind: 'snapshot' })
  team.change('ann', null)
  await expect(subscribe(client)).rejects.toThrow()
  await closed(client)
})

it.each(['start', 'stop', '__proto__', 'constructor', 'toString', ''])(
  '[SAFE-3.15] the event %j, which nobody decided upon, is the last of its socket',
  async event => {
    const client = await opened(team.bearer('ann'))
    client.emit(event, {})
    await closed(client)
  },
)

it('[SAFE-2.30] [SAFE-2.31] [SAFE-3.3] the proxy’s word opens sockets, and only where it comes from the proxy', async () => {
  expect(await connect({ [HEADER]: 'eve' })).toBe(NOT_SIGNED_IN)
  await end()
  await begin(true)
  expect(await subscribe(await opened({ [HEADER]: 'eve' }))).toMatchObject({ kind: 'snapshot' })
  expect(await connect({ [HEADER]: 'eve, ann' })).toBe(NOT_SIGNED_IN)
})

it('a page of another build is told that first, as it has to be loaded anew anyway', async () => {
  expect(await connect({}, { protocol: PROTOCOL + 1 })).toBe(OUTDATED)
})

const refused = async (bound: string) =>
  Number(new RegExp(`refused_total\\{bound="${bound}"\\} (\\d+)`).exec(await server.metrics.text())?.[1])

describe('[SAFE-5.68] who has too many sockets', () => {
  it('is refused more, and told why; others at the same address are not, nor is who closes one', async () => {
    await end()
    await begin(false, { inAll: 99, strangers: 99, perAddress: 99, perPerson: 3 })
    const ann = [
      await opened(team.bearer('ann')),
      await opened(await team.cookie('ann')),
      await opened({}, { token: team.secret('ann') }, ['polling']),
    ]
    expect(await connect(await team.cookie('ann'))).toBe(
      'You have too many pages open. Close some, then reload this one.',
    )
    expect(await connect({}, { token: team.secret('ann') })).toBe(
      'You have too many pages open. Close some, then reload this one.',
    )
    expect(await refused('sockets-of-person')).toBe(2)
    expect(await subscribe(await opened(team.bearer('vic')))).toMatchObject({ kind: 'snapshot' })
    ann[0]?.disconnect()
    await vi.waitFor(() => expect(gateway.connectionStats().sockets).toBe(3))
    await opened(team.bearer('ann'))
  })

  it('keeps out nobody who shows who they are, however many say nothing; a token in the first message makes room', async () => {
    await end()
    await begin(false, { inAll: 9, strangers: 2, perAddress: 9, perPerson: 9 })
    const address = `ws://127.0.0.1:${server.port}${SOCKET_PATH}/?EIO=4&transport=websocket`
    const silentOnes = [new WebSocket(address), new WebSocket(address)]
    await Promise.all(silentOnes.map(socket => once(socket, 'open')))
    expect(await connect({}, { token: team.secret('ann') })).toBe('websocket error')
    expect(await refused('sockets')).toBe(1)
    await opened(await team.cookie('vic'))
    await opened(team.bearer('vic'))
    silentOnes[0]?.terminate()
    // Each socket belongs to a stranger until it has sent its token.
    for (let n = 0; n < 3; n += 1) {
      await vi.waitFor(async () => opened({}, { token: team.secret('ann') }), { timeout: 5_000 })
    }
    silentOnes[1]?.terminate()
  })

  it('[SAFE-2.29] is counted by where the trusted proxy says they come from; anybody else’s word for that counts nothing', async () => {
    await end()
    await begin(true, { inAll: 99, strangers: 99, perAddress: 2, perPerson: 99 })
    const from = (address: string) => connect({ ...team.bearer('ann'), 'x-forwarded-for': address })
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.1']) expect(await from(address)).toBeInstanceOf(Object)
    expect(await from('10.0.0.1')).toBe('websocket error')
    expect(await from('10.0.0.2')).toBeInstanceOf(Object)
    expect(await refused('sockets-of-address')).toBe(1)

    await end()
    await begin(false, { inAll: 99, strangers: 99, perAddress: 2, perPerson: 99 })
    for (const address of ['10.0.0.1', '10.0.0.2']) expect(await from(address)).toBeInstanceOf(Object)
    expect(await from('10.0.0.3')).toBe('websocket error')
  })
})

it('[SAFE-5.80] wrong tokens in handshakes are told to wait after ten in a minute, right ones never', async () => {
  for (let n = 0; n < 10; n += 1) expect(await connect({}, { token: `wrong-${n}` })).toBe(NOT_SIGNED_IN)
  for (const [headers, auth] of [[{}, { token: 'wrong' }] as const, [{ authorization: 'Bearer wrong' }, {}] as const]) {
    expect(await connect(headers, auth)).toMatch(/^Too many unknown tokens\. Try again in \d+ s\.$/)
  }
  expect(await refused('tokens')).toBe(2)
  // A page without a token still goes on to the sign-in.
  expect(await connect()).toBe(NOT_SIGNED_IN)
  await opened({}, { token: team.secret('vic') })
  await opened(team.bearer('vic'))
})
