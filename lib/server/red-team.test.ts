import { once } from 'node:events'
import { connect as connectRaw } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, type RawData } from 'ws'
import { z } from 'zod'
import { MemoryPublisher } from '../sync/memory-publisher'
import { NOT_SIGNED_IN, PROTOCOL, SOCKET_PATH, type ClientToServer } from '../sync/messages'
import { Gateway, needs } from './gateway'
import type { Source } from './page'
import { serve, silent } from '../testing/server/fake-hub'
import { Team } from '../testing/server/team'

/** Attacks sockets over a real port; gateway and publisher are those of production. */
let team: Team
let server: Awaited<ReturnType<typeof serve>>
let gateway: Gateway
let publisher: MemoryPublisher
/** The requests that reached the publisher. */
let asked: [scope: string, known: object][]
const clients: { close(): unknown }[] = []

beforeEach(async () => {
  team = new Team()
  server = await serve({ team })
  gateway = new Gateway(server.live, server.access, silent, server.metrics)
  publisher = new MemoryPublisher(gateway)
  publisher.open('fleet', () => ({ fields: { count: 7 }, items: [] }))
  asked = []
  const source: Source = {
    resume: (scope, known) => {
      asked.push([scope, known])
      return publisher.resume(scope, known)
    },
    snapshot: scope => publisher.snapshot(scope),
  }
  gateway.open(source)
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  publisher.stop()
  await gateway.close()
  await server.close()
})

type Transport = 'websocket' | 'polling'
const here = () => `http://127.0.0.1:${server.port}`

async function connect(headers: Record<string, string>, transport: Transport = 'websocket'): Promise<Socket | string> {
  const client: Socket = io(here(), {
    ...{ path: SOCKET_PATH, transports: [transport], forceNew: true, reconnection: false, extraHeaders: headers },
    auth: { protocol: PROTOCOL },
  })
  clients.push(client)
  return new Promise(resolve => {
    client.on('connect', () => resolve(client)).on('connect_error', ({ message }) => resolve(message))
  })
}

async function opened(headers: Record<string, string>, transport?: Transport): Promise<Socket> {
  const client = await connect(headers, transport)
  if (typeof client === 'string') throw new Error(client)
  return client
}

const ask = (client: Socket, request: unknown): Promise<unknown> =>
  client.timeout(5_000).emitWithAck('subscribe', request)
const refusals = async () =>
  (await server.metrics.text()).split('\n').filter(line => /^groundtruth_refused_total.* [^0]/.test(line))

/** Expects that others are still served. */
async function expectService(): Promise<void> {
  expect(await ask(await opened(team.bearer('vic')), { scope: 'fleet' })).toMatchObject({ kind: 'snapshot' })
}

const REFUSED = 'refused'
const people = ['nobody', 'viewer', 'operator'] as const
type Who = (typeof people)[number]

/** The events and the roles that may send them, repeated here: the test fails if an event is added or opened elsewhere only. */
const decided: Record<keyof ClientToServer, Record<Who, string>> = {
  subscribe: { nobody: REFUSED, viewer: 'answered, joined', operator: 'answered, joined' },
  unsubscribe: { nobody: REFUSED, viewer: 'left', operator: 'left' },
}
const requests: Record<keyof ClientToServer, (client: Socket) => Promise<string>> = {
  subscribe: async client => {
    expect(await ask(client, { scope: 'fleet' })).toMatchObject({
      kind: 'snapshot',
      state: '{"fields":{"count":7},"items":[]}',
    })
    return `answered, ${gateway.audience('fleet') === 1 ? 'joined' : 'not joined'}`
  },
  unsubscribe: async client => {
    await ask(client, { scope: 'fleet' })
    client.emit('unsubscribe', { scope: 'fleet' })
    await vi.waitFor(() => expect(gateway.audience('fleet')).toBe(0))
    return client.connected ? 'left' : 'closed'
  },
}
const events = z.array(z.enum(['subscribe', 'unsubscribe'])).parse(Object.keys(decided))
const headersOf: Record<Who, () => Promise<Record<string, string>>> = {
  nobody: async () => ({}),
  viewer: () => team.cookie('vic'),
  operator: () => team.cookie('ann'),
}
const origins: Record<string, () => Record<string, string>> = {
  own: () => ({ origin: here() }),
  no: () => ({}),
  'a foreign': () => ({ origin: 'http://evil.example' }),
  'another port’s': () => ({ origin: 'http://127.0.0.1:1' }),
  null: () => ({ origin: 'null' }),
}
const isOurs = (origin: string) => origin === 'own' || origin === 'no'

describe('[SAFE-3.13] [SAFE-3.15] every event of a socket', () => {
  it('is decided upon', () => expect(Object.keys(needs).sort()).toEqual(Object.keys(decided).sort()))

  const rows = events.flatMap(event =>
    people.flatMap(who => Object.keys(origins).map(origin => ({ event, who, origin }))),
  )
  describe.each(['websocket', 'polling'] as const)('by %s', transport => {
    it.each(rows)('$event from $who with $origin origin', async ({ event, who, origin }) => {
      const client = await connect({ ...(await headersOf[who]()), ...origins[origin]?.() }, transport)
      const outcome = typeof client === 'string' ? REFUSED : await requests[event](client)
      expect(outcome).toBe(isOurs(origin) ? decided[event][who] : REFUSED)
      if (outcome !== REFUSED) return
      // Only a client without a foreign origin learns that it is not signed in.
      expect(client === NOT_SIGNED_IN).toBe(isOurs(origin))
      expect([asked, gateway.connectionStats().sockets, server.hub.asked]).toEqual([[], 0, []])
      await expectService()
    })
  })
})

/** A WebSocket below socket.io: the frames that it receives, and when it is closed. */
async function bare(headers: Record<string, string>) {
  const socket = new WebSocket(`${here()}${SOCKET_PATH}/?EIO=4&transport=websocket`.replace('http', 'ws'), { headers })
  clients.push({ close: () => socket.terminate() })
  const heard: string[] = []
  socket.on('message', (data: RawData) => heard.push(Buffer.isBuffer(data) ? data.toString() : 'no text'))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close').then(() => 'closed')
  await vi.waitFor(() => expect(heard[0]).toMatch(/^0/))
  const hears = (start: string) =>
    vi.waitFor(() => expect(heard.filter(text => text.startsWith(start))).not.toEqual([])).then(() => 'served')
  return { socket, closed, heard, hears }
}

const JOIN = `40${JSON.stringify({ protocol: PROTOCOL })}`
const DEEP = '['.repeat(30_000)

/** Frames that are no messages; each of them ends its socket. */
const deadly: Record<string, string | Buffer> = {
  'no packet': 'garbage',
  'a packet type that there is not': '9',
  'a message of a type that there is not': '49',
  'a message without a type': '4',
  'an event without a payload': '42',
  'an event cut in half': '42["subscribe",{"scope":',
  'an event that is no list': '42{"subscribe":{}}',
  'an event without a name': '42[]',
  'an event named null': '42[null,{}]',
  'an event named by a number': '42[7,{}]',
  'an event named by an object': '42[{"__proto__":"subscribe"}]',
  'an event of socket.io’s own': '42["connect_error",{}]',
  'an event of Node’s own': '42["newListener",{}]',
  'an event of prototypes': '42["__proto__",{}]',
  'an event that throws where nobody listens': '42["error",{"message":"x"}]',
  'an event to another namespace': '42/admin,["subscribe",{"scope":"fleet"}]',
  'an answer that is no list': '431{}',
  'nesting without an end': `42${DEEP}`,
  'an announced attachment that is text': '451-["subscribe",{"_placeholder":true,"num":0}]42["subscribe",{}]',
  'eleven attachments': '4511-["subscribe",{"_placeholder":true,"num":0}]',
  'attachments without number': '45-["subscribe",{}]',
  'bytes that nobody announced': Buffer.from([0xff, 0x00, 0xfe]),
  'a subscription without a way to answer': '42["subscribe",{"scope":"fleet"}]',
  'leaving what is no scope': '42["unsubscribe",{"scope":"../fleet"}]',
  'leaving nothing': '42["unsubscribe"]',
  'a frame of 64 KiB and more': `42["subscribe",{"scope":"${'x'.repeat(70_000)}"}]`,
  'a frame of 5 MiB': Buffer.alloc(5 << 20, 'x'),
}

/** A masked frame as a client sends it, with a mask of zeros. */
const frameOf = (opcode: number, payload = Buffer.alloc(0), isFinal = true) =>
  Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload])

/** Frames that WebSocket itself forbids. */
const broken: Record<string, Buffer> = {
  'a frame without a mask': Buffer.from([0x81, 0x01, 0x33]),
  'a reserved opcode': frameOf(0x3),
  'a reserved bit': Buffer.from([0xc1, 0x80, 0, 0, 0, 0]),
  'a continuation of nothing': frameOf(0x0),
  'a message inside a message': Buffer.concat([frameOf(0x1, Buffer.from('3'), false), frameOf(0x1, Buffer.from('3'))]),
  'a ping in pieces': frameOf(0x9, Buffer.from('x'), false),
  'a ping that is too long': Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]),
  'text that is no UTF-8': frameOf(0x1, Buffer.from([0x33, 0xff])),
  'a length beyond all numbers': Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(8, 0x7f)]),
  'a message in a thousand pieces': Buffer.concat([
    frameOf(0x1, Buffer.from('3'), false),
    ...Array.from({ length: 1_000 }, () => frameOf(0x0, Buffer.alloc(0), false)),
  ]),
}

/** Upgrades a connection by hand, and then sends these bytes. */
async function bareFrames(bytes: Buffer, transport = 'websocket') {
  const socket = connectRaw(server.port, '127.0.0.1')
  clients.push({ close: () => socket.destroy() })
  socket.on('error', () => undefined)
  const closed = new Promise(resolve => socket.once('close', () => resolve('closed')))
  const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`]
  const target = `GET ${SOCKET_PATH}/?EIO=4&transport=${transport} HTTP/1.1`
  socket.write([target, `Host: 127.0.0.1:${server.port}`, ...lines, '', ''].join('\r\n'))
  await once(socket, 'data')
  socket.resume()
  socket.write(bytes)
  return { socket, closed }
}
const KEY = Buffer.alloc(16).toString('base64')

describe('[SAFE-5.71] control frames', () => {
  const ping = frameOf(0x9, Buffer.alloc(125, 'x'))

  it('a ping is answered by a pong of the same content, before and after sign-in', async () => {
    const { socket, hears } = await bare(team.bearer('ann'))
    for (const hello of [null, JOIN]) {
      if (hello !== null) {
        socket.send(hello)
        await hears('40')
      }
      const pong = once(socket, 'pong')
      socket.ping('are you there')
      expect(String((await pong)[0])).toBe('are you there')
    }
  })

  it.each([
    ['pings', ping],
    ['pongs', frameOf(0xa, Buffer.alloc(125, 'x'))],
  ])('a flood of %s without a sign-in is cut and counted, and fills no memory', async (_, frame) => {
    const before = process.memoryUsage().rss
    const { socket, closed } = await bareFrames(Buffer.alloc(0))
    // The client reads nothing, so pongs stay in the buffers. 13 MB are far more than the sockets' buffers hold.
    socket.pause()
    for (let n = 0; n < 100 && !socket.destroyed; n += 1) {
      socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => frame)))
      await new Promise(resolve => setImmediate(resolve))
    }
    socket.resume()
    expect(await closed).toBe('closed')
    await vi.waitFor(async () =>
      expect(await refusals()).toEqual(['groundtruth_refused_total{bound="control-frames"} 1']),
    )
    const grown = (process.memoryUsage().rss - before) / 1_048_576
    console.log(`resident memory after the flood: ${grown.toFixed(0)} MiB more, the attacker's included`)
    await expectService()
  })

  it.each([
    ['a malformed frame', 'websocket', frameOf(0x1, Buffer.from('9'))],
    ['asking for another transport', 'polling', Buffer.alloc(0)],
  ])('a flood of pings is cut after the socket was dismissed for %s, too', async (_, transport, frame) => {
    const { socket, closed } = await bareFrames(frame, transport)
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => ping))
    for (let n = 0; n < 100 && !socket.destroyed; n += 1) {
      socket.write(flood)
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await closed).toBe('closed')
    await vi.waitFor(async () =>
      expect(await refusals()).toContain('groundtruth_refused_total{bound="control-frames"} 1'),
    )
    await expectService()
  })

  it('[SAFE-5.66] a socket that was dismissed, and does not close, is closed after 2 s', async () => {
    const began = performance.now()
    const { closed } = await bareFrames(frameOf(0x1, Buffer.from('9')))
    expect(await closed).toBe('closed')
    // Much less than the 30 s that the library would wait.
    expect(performance.now() - began).toBeLessThan(15_000)
  })
})

describe('[SAFE-5.73] connections', () => {
  it('beyond the bound of an address are closed before anything is read; the others are served', async () => {
    const narrow = await serve({ connections: { inAll: 9, perAddress: 3 } })
    const open = async () => {
      const socket = connectRaw(narrow.port, '127.0.0.1').on('error', () => undefined)
      clients.push({ close: () => socket.destroy() })
      await once(socket, 'connect')
      return socket
    }
    const first = await open()
    await open()
    await open()
    const beyond = await open()
    await once(beyond, 'close')
    const counted = async () => (await narrow.metrics.text()).includes('{bound="connections-of-address"} 1')
    await vi.waitFor(async () => expect(await counted()).toBe(true))
    first.destroy()
    await vi.waitFor(async () => expect((await narrow.call('GET', '/healthz')).status).toBe(200))
    await narrow.close()
  })
})

describe('[SAFE-4] [SAFE-5.72] [SAY-7.5] a frame that is no message', () => {
  it.each(Object.keys(deadly))('%s: ends its socket, and nobody else’s', async name => {
    const { socket, closed, hears } = await bare(team.bearer('ann'))
    socket.send(JOIN)
    await hears('40')
    socket.send(deadly[name] ?? '')
    expect(await closed).toBe('closed')
    await vi.waitFor(() => expect(gateway.connectionStats().sockets).toBe(0))
    expect(asked).toEqual([])
    const bound = name.startsWith('a frame of') ? 'message-size' : 'malformed-frames'
    expect(await refusals()).toEqual([`groundtruth_refused_total{bound="${bound}"} 1`])
    await expectService()
  })

  it.each(['42["subscribe",{"scope":"fleet"}]', '420["subscribe",{"scope":"fleet"}]', '43[]', '41', '44{}'])(
    '[SAFE-3] %s ends a socket that has not said who it is',
    async frame => {
      const { socket, closed } = await bare({})
      socket.send(frame)
      expect(await closed).toBe('closed')
      expect(asked).toEqual([])
      expect(await refusals()).toEqual(['groundtruth_refused_total{bound="malformed-frames"} 1'])
      await expectService()
    },
  )

  it.each(Object.keys(broken))('%s breaks the protocol of WebSocket: is counted and closed', async name => {
    const { closed } = await bareFrames(broken[name]!)
    expect(await closed).toBe('closed')
    await vi.waitFor(async () =>
      expect(await refusals()).toEqual(['groundtruth_refused_total{bound="malformed-frames"} 1']),
    )
    await expectService()
  })

  it.each(['/admin', '/__proto__', '/../', '/constructor'])(
    '[SAFE-3] the namespace %s is nobody’s',
    async namespace => {
      const { socket, heard } = await bare(team.bearer('ann'))
      socket.send(`40${namespace},${JSON.stringify({ protocol: PROTOCOL })}`)
      await vi.waitFor(() => expect(heard.at(-1)).toBe(`44${namespace},{"message":"Invalid namespace"}`))
      socket.send(JOIN)
      await vi.waitFor(() => expect(heard.at(-1)).toMatch(/^42\["visitor"/))
      expect(gateway.connectionStats().sockets).toBe(1)
    },
  )

  it('[SAFE-5.70] too much of a frame is counted, as are frames without an end, of whatever kind', async () => {
    for (const [frame, times] of [
      [deadly['a frame of 5 MiB'], 1],
      ['420["subscribe",{"scope":"run/none"}]', 2_000],
      ['3', 2_000],
    ] as const) {
      const { socket, closed, hears } = await bare(team.bearer('ann'))
      socket.send(JOIN)
      await hears('40')
      for (let n = 0; n < times; n += 1) socket.send(frame ?? '')
      expect(await closed).toBe('closed')
    }
    await vi.waitFor(async () =>
      expect((await refusals()).sort()).toEqual([
        'groundtruth_refused_total{bound="message-size"} 1',
        'groundtruth_refused_total{bound="messages"} 2',
      ]),
    )
    await expectService()
  })

  it('by long polling: is refused, and its session gone', async () => {
    const base = `${SOCKET_PATH}/?EIO=4&transport=polling`
    const text = { ...team.bearer('ann'), 'content-type': 'text/plain;charset=UTF-8' }
    for (const body of [
      'garbage',
      '42',
      `${JOIN}\u001e42[null]`,
      '9\u001e9\u001e9',
      '',
      `4${DEEP}`,
      `3\u001e`.repeat(20_000),
    ]) {
      const { sid } = z.object({ sid: z.string() }).parse(JSON.parse((await server.call('GET', base)).text.slice(1)))
      await server.call('POST', `${base}&sid=${sid}`, text, body)
      await vi.waitFor(async () => expect((await server.call('GET', `${base}&sid=${sid}`, text)).status).toBe(400))
    }
    for (const sid of ['__proto__', '../../etc', '', 'x'.repeat(10_000), '%00']) {
      expect([sid, (await server.call('GET', `${base}&sid=${sid}`)).status]).toEqual([sid, sid === '' ? 200 : 400])
    }
    expect(asked).toEqual([])
    await expectService()
  })
})

describe('[SAFE-4] a subscription to what is no scope of ours', () => {
  const scopes = [
    ...[null, 7, ['fleet'], { kind: 'fleet' }, '', 'Fleet', 'fleet/', ' fleet', 'fleet\0', '../fleet', '__proto__'],
    ...['constructor', 'run', 'run/', 'lines/a', 'lines//b', 'lines/a%2', 'lines/%2e%2e/b/%2F', 'lines/%252F'],
    ...[`run/${'x'.repeat(201)}`, `lines/${'a'.repeat(201)}/b`, `lines/a/${'b'.repeat(201)}`],
  ]
  const bad = [
    ...[null, 7, 'fleet', [], ['fleet'], {}, ...scopes.map(scope => ({ scope }))],
    ...[{ epoch: {} }, { epoch: 'x'.repeat(101) }, { version: '1' }, { version: -1 }, { version: 1e300 }].map(more => ({
      ...{ scope: 'fleet', ...more },
    })),
  ]
  it('is answered with a refusal', async () => {
    const client = await opened(team.bearer('vic'))
    for (const request of bad) {
      const answer = await ask(client, request)
      expect([request, answer]).toEqual([request, { kind: 'error', error: 'bad-request' }])
    }
    expect(asked).toEqual([])
    expect(client.connected).toBe(true)
  })

  it('[SAFE-4.31] whatever its id holds finds nothing, keeps nobody in a room and pollutes nothing', async () => {
    const client = await opened(team.bearer('vic'))
    const ids = [
      '..',
      '../../etc/passwd',
      '..\\..\\x',
      '%2e%2e%2f',
      '__proto__',
      'constructor',
      '\0',
      '\u202e',
      '<script>',
      client.id,
    ]
    for (const id of ids) {
      for (const kind of ['run', 'log', 'import', 'import-log']) {
        expect(await ask(client, { scope: `${kind}/${id}` })).toEqual({ kind: 'error', error: 'not-found' })
      }
    }
    const answer = await ask(
      client,
      JSON.parse('{"scope":"fleet","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
    )
    expect(answer).toMatchObject({ kind: 'snapshot' })
    expect(Reflect.get({}, 'admin')).toBeUndefined()
    expect([...gateway.connectionStats().subscriptions]).toEqual([['fleet', 1]])
    expect(asked.at(-1)).toEqual(['fleet', {}])
  })
})

/** Sends raw bytes, and reads until the other side closes. */
async function raw(...lines: string[]): Promise<string> {
  const socket = connectRaw(server.port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) answer += chunk
  return answer
}

describe('[SAFE-2] an upgrade that is none', () => {
  const path = `${SOCKET_PATH}/?EIO=4&transport=websocket`
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  const [version, upgrade] = ['Sec-WebSocket-Version: 13', 'Upgrade: websocket']
  it.each([
    ['a key that is none', `GET ${path}`, [upgrade, version, 'Sec-WebSocket-Key: AAAA']],
    ['no key', `GET ${path}`, [upgrade, version]],
    ['no version', `GET ${path}`, [upgrade, key]],
    ['a version that there is not', `GET ${path}`, [upgrade, key, 'Sec-WebSocket-Version: 99']],
    ['a method that is not GET', `POST ${path}`, [upgrade, key, version]],
    ['another protocol', `GET ${path}`, ['Upgrade: h2c', key, version]],
    ['a transport that there is not', `GET ${path.replace('websocket', '__proto__')}`, [upgrade, key, version]],
    ['a session that there is not', `GET ${path}&sid=__proto__`, [upgrade, key, version]],
    ['a path above', `GET ${SOCKET_PATH}/../../`, [upgrade, key, version]],
    ['a path below', `GET ${SOCKET_PATH}/../runs`, [upgrade, key, version]],
    ['an encoded path', `GET /api%2flive/?EIO=4&transport=websocket`, [upgrade, key, version]],
    ['a run’s path', 'GET /api/runs/r1', [upgrade, key, version]],
  ])('%s: is answered with a refusal and closed', async (_, line, headers) => {
    const host = `Host: 127.0.0.1:${server.port}`
    const { authorization } = team.bearer('ann')
    const answer = await raw(
      `${line} HTTP/1.1`,
      host,
      `Authorization: ${authorization}`,
      'Connection: Upgrade',
      ...headers,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect([asked, server.hub.asked, gateway.connectionStats().sockets]).toEqual([[], [], 0])
    await expectService()
  })
})
