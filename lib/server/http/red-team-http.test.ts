import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { methods, routes } from './routes'
import { serve } from '../../testing/server/fake-hub'
import { Team } from '../../testing/server/team'

/** Attacks the HTTP interface with the rights of an operator. */
const PATIENCE = { head: 300, body: 500, request: 60_000, idle: 3_000 }
let team: Team
let server: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  team = new Team()
  server = await serve({ team, patience: PATIENCE })
  server.hub.add('r1')
})
afterEach(() => server.close())

const json = () => ({ ...team.bearer('ann'), 'content-type': 'application/json' })
const expectService = async () =>
  expect((await server.call('GET', '/api/runs/r1', team.bearer('vic'))).status).toBe(200)

const up = '../../../../etc/passwd'
/** Hostile ids in a path. None of them may become a path, or a part of one, anywhere. */
const traversals = [
  ...[
    '.',
    '..',
    '...',
    '%2e',
    '%2e%2e',
    '%2E%2e',
    '.%2e',
    '%2e%2e%2f',
    '..%2f..%2fetc',
    '%2e%2e%5c',
    '%2fetc%2fpasswd',
  ],
  ...[up, `%2e%2e/${up}`, encodeURIComponent(up), encodeURIComponent(encodeURIComponent(up)), `r1/../${up}`],
  ...[
    '..\\..\\etc',
    '%5c%5chost%5cshare',
    'C:%5cx',
    'file:%2f%2f%2fetc',
    '..;',
    '%c0%ae%c0%ae%c0%af',
    '%u002e',
    '%uff0e',
  ],
  ...['%00', 'r1%00', 'r1%00.jsonl', '%0d%0ax:%20y', '%1b%5b2J', '%ed%a0%80', '%', '%zz', '__proto__', 'constructor'],
  ...['x'.repeat(201), 'x'.repeat(8_000), '%2e'.repeat(2_000), '%F0%9F%98%80'.repeat(101), '..%ff', '~', '*', '%20'],
]
const withId = [...routes].filter(([pattern]) => pattern.includes('{id}'))

describe.each(withId)('[SAFE-4] %s', (pattern, row) => {
  it.each(methods.filter(method => row[method] !== undefined))('%s hands on no id that may be a path', async method => {
    for (const segment of traversals) {
      server.hub.asked.length = 0
      const { status, text, headers } = await server.call(method, pattern.replace('{id}', segment), team.bearer('ann'))
      // A followed run, or a spec with a plan, may have such a name on the backend: it stays a name, and never becomes a path.
      if (namesFound.get(`${method} ${pattern}`)?.includes(status) !== true)
        expect([segment, status]).toEqual([segment, expect.toSatisfy(isRefusal)])
      for (const [, id] of server.hub.asked as [string, string][]) expect(id).toSatisfy(isPlainName)
      expect(text).not.toContain('root:')
      expect(Object.keys(headers)).not.toContain('x')
    }
    await expectService()
  })
})
const namesFound = new Map([
  ['PUT /api/runs/{id}', [200, 201]],
  ['GET /api/specs/{id}/plan', [200]],
  ['GET /api/specs/{id}/runs', [200]],
])
const isRefusal = (status: unknown) => [400, 404, 405, 422].includes(Number(status))
const isPlainName = (id: unknown) =>
  typeof id === 'string' && id.length <= 200 && !/^\.{0,2}$|[/\p{Cc}\p{Cs}]/u.test(id)

it.each([
  '/api/../api/runs',
  '/api/./runs',
  '//api/runs',
  '/API/runs',
  '/api/runs/',
  '/%61pi/runs',
  '/api/runs;x',
  '/api\\runs',
])('[SAFE-3] %s is no way around a role', async path => {
  expect((await server.call('GET', path)).status).toSatisfy(status => [303, 400, 401, 404].includes(Number(status)))
  expect(server.hub.asked).toEqual([])
})

describe('[SAFE-4] a body', () => {
  const start = (body: string) => server.call('POST', '/api/runs', json(), body)

  it.each(['/api/runs', '/sign-in'])(
    '[SAFE-5.62] to %s of more than 1,024 pieces of a byte is broken off',
    async path => {
      const type = path === '/sign-in' ? 'application/x-www-form-urlencoded' : 'application/json'
      const lines = head(`POST ${path}`, bearer(), `Content-Type: ${type}`, 'Transfer-Encoding: chunked', '')
      const { closed } = await dial(...lines, ...Array.from({ length: 20_000 }, () => ['1', 'a']).flat())
      expect(await closed).toBe('')
      expect(await server.metrics.text()).toContain('groundtruth_refused_total{bound="body-size"} 1')
      await expectService()
    },
  )

  it('with a spec or a run’s id that is a path is refused', async () => {
    const specs = [
      '..',
      '.',
      '.git',
      up,
      '/etc/passwd',
      '..\\x',
      'a/b',
      'a\\b',
      'a\0',
      'a\0/../b',
      'C:\\x',
      '\u001b[2J',
      '',
    ]
    for (const spec of [...specs, 'x'.repeat(129)]) {
      expect([spec, (await start(JSON.stringify({ spec }))).status]).toEqual([spec, 422])
      const followed = await server.call('PUT', '/api/runs/r2', json(), JSON.stringify({ spec }))
      expect([spec, followed.status]).toEqual([spec, 422])
    }
    for (const id of ['..', '.', up, '/etc/passwd', 'a\0', 'a\nb', '\ud800', '', 'x'.repeat(201)]) {
      for (const field of ['runId', 'resumeRunId']) {
        const { status } = await start(JSON.stringify({ spec: 'shop', [field]: id }))
        expect([field, id, status]).toEqual([field, id, 422])
      }
    }
    expect(server.hub.asked).toEqual([])
  })

  it.each([
    ...[
      '{',
      '{"spec":"shop"',
      "{'spec':'shop'}",
      '{"spec":"shop"}}',
      '\ufeff{"spec":"shop"}',
      'NaN',
      '"shop"',
      '[]',
      'null',
    ],
    ...['7', 'true', '[{"spec":"shop"}]', '{"spec":["shop"]}', '{"spec":{"toString":"shop"}}', '{"spec":null}', '\0'],
    ...['{"spec":"shop","dryRun":1}', '{"spec":"shop","model":{}}', '{"spec":"shop","constructor":{"prototype":{}}}'],
    ...[
      '['.repeat(60_000),
      '{"spec":'.repeat(8_000),
      `{"spec":"${'x'.repeat(60_000)}"}`,
      `{"spec":${'9'.repeat(50_000)}}`,
    ],
  ])('of the wrong kind is refused: %.40s', async body => {
    expect((await start(body)).status).toBe(422)
    expect(server.hub.asked).toEqual([])
    await expectService()
  })

  it('pollutes no prototype, and means nothing but what it says', async () => {
    const { status } = await start('{"spec":"shop","__proto__":{"dryRun":true,"admin":true}}')
    expect(Reflect.get({}, 'admin')).toBeUndefined()
    expect([status, server.hub.asked]).toEqual(status === 422 ? [422, []] : [201, [['start', { spec: 'shop' }]]])
    for (const query of [
      '__proto__=1',
      'after[__proto__]=1',
      'constructor=1',
      'limit=1&limit=2&x=1',
      'batch=%00&limit=0x1',
    ]) {
      const { status } = await server.call('GET', `/api/runs/r1/logs?${query}`, team.bearer('ann'))
      const allowed = query === '__proto__=1' ? [200, 422] : [422]
      expect([query, allowed.includes(status)]).toEqual([query, true])
    }
  })
})

/** A connection that sends raw bytes. */
async function dial(...lines: string[]) {
  const socket: Socket = connect(server.port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  if (lines.length > 0) socket.write(`${lines.join('\r\n')}\r\n`)
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve(heard)))
  return { socket, closed }
}
const head = (line: string, ...more: string[]) => [`${line} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...more]
const bearer = () => `Authorization: ${team.bearer('ann').authorization}`
const slow = async () => /bound="slow-body"\} (\d+)/.exec(await server.metrics.text())?.[1]

describe('[SAFE-5] what never ends', () => {
  it.each([
    ['a connection that says nothing', () => []],
    ['half a head', () => ['GET / HTTP/1.1']],
    ['a head without an end', () => head('GET /api/runs', 'X-A: b')],
  ])('[SAFE-5.63] %s is closed', async (_, lines) => {
    const { closed } = await dial(...lines())
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /)
    await expectService()
  })

  it.each([
    ['POST /api/runs', 'application/json', true],
    ['PUT /api/runs/r1', 'application/json', true],
    ['POST /api/runs', 'application/json', false],
    ['GET /api/runs', 'application/json', true],
    ['POST /sign-in', 'application/x-www-form-urlencoded', false],
    ['POST /api/imports', 'application/x-ndjson', true],
    ['POST /api/imports', 'application/x-ndjson', false],
    ['POST /api/live/?EIO=4&transport=polling', 'text/plain', false],
  ])('[SAFE-5.64] a body of %s as %s that stops in the middle is cut (signed in: %s)', async (line, type, signedIn) => {
    const { socket, closed } = await dial(
      ...head(line, `Content-Type: ${type}`, 'Content-Length: 1000', ...(signedIn ? [bearer()] : []), '', '{'),
    )
    await closed
    expect(socket.destroyed).toBe(true)
    expect(server.hub.asked).toEqual(line === 'GET /api/runs' ? [['runs']] : [])
    await expectService()
  })

  it('[SAFE-5.64] a body that trickles is cut, and counted; so is what goes on after a refusal', async () => {
    for (const [line, type, ...more] of [
      ['POST /api/runs', 'application/json', bearer()],
      ['POST /api/imports', 'application/x-ndjson'],
    ] as const) {
      const { socket, closed } = await dial(...head(line, `Content-Type: ${type}`, 'Content-Length: 9000', ...more, ''))
      const drops = setInterval(() => socket.write(' '), 20)
      await closed
      clearInterval(drops)
    }
    expect(await slow()).toBe('2')
    await expectService()
  })

  it('[IMP-4] [SAFE-5.64] a recording may come as slowly as it wants, for as long as it comes', async () => {
    const text = '{"groundtruth":1}\n'.repeat(4)
    const begun = performance.now()
    const { socket, closed } = await dial(
      ...head('POST /api/imports', 'Content-Type: application/x-ndjson', `Content-Length: ${text.length}`, bearer()),
      'Connection: close\r\n',
    )
    const left = Array.from(text)
    const drops = setInterval(() => {
      socket.write(left.shift() ?? '')
      if (left.length === 0) clearInterval(drops)
    }, 25)
    expect(await closed).toMatch(/^HTTP\/1\.1 201 /)
    expect(performance.now() - begun).toBeGreaterThan(2 * PATIENCE.body)
    expect(server.hub.asked).toEqual([['import', text]])
    expect(await slow()).toBe('0')
  })

  it('[SAFE-5.65] a recording that goes on coming is answered with 408 in the end, and closed', async () => {
    const hurried = await serve({ team, patience: { ...PATIENCE, request: 1_500 } })
    const socket = connect(hurried.port, '127.0.0.1').on('error', () => undefined)
    const type = ['Content-Type: application/x-ndjson', 'Content-Length: 100000', bearer()]
    socket.write(`POST /api/imports HTTP/1.1\r\nHost: 127.0.0.1:${hurried.port}\r\n${type.join('\r\n')}\r\n\r\n`)
    const drops = setInterval(() => socket.write(' '), 25)
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    await once(socket, 'close')
    clearInterval(drops)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    await hurried.close()
  })

  it('an answer may take longer than a body', async () => {
    let answer = (): unknown => undefined
    server.live.once('request', (_, response) => {
      answer = () => response.end('late')
    })
    const { closed } = await dial(...head('GET /api/live/?EIO=4', 'Connection: close', ''))
    const begun = performance.now()
    await vi.waitFor(() => expect(performance.now() - begun).toBeGreaterThan(3 * PATIENCE.body))
    answer()
    expect(await closed).toMatch(/late/)
  })
})

describe('[SAFE-5.74] many requests on one connection', () => {
  const counted = async () => /bound="pipelined"\} (\d+)/.exec(await server.metrics.text())?.[1]

  it('are answered one at a time, in their order', async () => {
    let [underWay, most] = [0, 0]
    server.live.on('request', ({ url = '' }, response) => {
      most = Math.max(most, (underWay += 1))
      response.once('finish', () => (underWay -= 1))
      setTimeout(() => response.end(`answer ${new URLSearchParams(url).get('n') ?? ''}`), 5)
    })
    const all = Array.from({ length: 5 }, (_, n) => [
      ...head(`GET /api/live/?EIO=4&n=${n}`, ...(n === 4 ? ['Connection: close'] : [])),
      '',
    ])
    const { closed } = await dial(...all.flat())
    expect([...(await closed).matchAll(/answer (\d)/g)].map(([, n]) => Number(n))).toEqual([...all.keys()])
    expect(most).toBe(1)
    expect(await counted()).toBe('0')
  })

  it.each([
    ['GET /sign-in', 'Accept: */*'],
    ['GET /api/runs', 'Accept: */*'],
    ['GET /healthz', 'Accept: */*'],
    ['GET /sign-in', 'Expect: x'],
    ['GET /sign-in', 'Expect: 100-continue'],
    ['GET /healthz', 'Upgrade: h2c'],
  ])('%s with %s: beyond a few that wait it is closed', async (line, more) => {
    const one = [...head(line, bearer(), more), '']
    const all = await Promise.all(
      Array.from({ length: 5 }, () => dial(...Array.from({ length: 1_000 }, () => one).flat())),
    )
    await Promise.all(all.map(({ closed }) => closed))
    expect(await counted()).toBe('5')
    expect(server.hub.asked.length).toBeLessThanOrEqual(25)
    await expectService()
  })

  it('an upgrade overtakes no answer', async () => {
    server.live.once('request', (_, response) => setTimeout(() => response.end('late'), 200))
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const { closed } = await dial(
      ...head('GET /api/live/?EIO=4', ''),
      ...head(
        'GET /api/live/?EIO=4&transport=websocket',
        ...upgrade,
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '',
      ),
    )
    expect(await closed).toBe('')
    expect(await counted()).toBe('1')
    await expectService()
  })

  it('[SAFE-5.77] an answer that nobody reads is cut', async () => {
    server.live.once('request', (_, response) => response.end(Buffer.alloc(32 * 1024 * 1024)))
    const cut = once(server.edge, 'connection').then(([socket]: Socket[]) => socket && once(socket, 'close'))
    const { socket } = await dial(...head('GET /api/live/?EIO=4', ''))
    socket.pause()
    await cut
    await expectService()
    socket.destroy()
  })

  it('whoever goes away while others wait costs nobody an answer', async () => {
    let answer = (): unknown => undefined
    server.live.once('request', (_, response) => (answer = () => response.end('late')))
    const first = await dial(...head('GET /api/live/?EIO=4', ''), ...head('GET /api/runs', bearer(), ''))
    await vi.waitFor(() => expect(server.live.listenerCount('request')).toBe(0))
    first.socket.destroy()
    await first.closed
    answer()
    await expectService()
  })
})

describe('[SAFE-2] what Node would answer by itself', () => {
  it.each(['Expect: x', 'Expect: 200-ok', 'Upgrade: h2c', 'Upgrade: TLS/1.0', 'Upgrade: h2c, http/1.1'])(
    '%s: is a request like any other',
    async more => {
      const connection = more.startsWith('Upgrade') ? 'Connection: Upgrade, close' : 'Connection: close'
      const ask = async (host: string) =>
        (await dial('GET /api/runs HTTP/1.1', host, bearer(), more, connection, '')).closed
      const answer = await ask(`Host: 127.0.0.1:${server.port}`)
      expect(answer).toMatch(/^HTTP\/1\.1 200 /)
      expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff')
      expect(await ask('Host: evil.example')).toMatch(/^HTTP\/1\.1 421 /)
    },
  )
})

describe('[SAFE-2] a request that can be read in two ways', () => {
  it.each([
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3']],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
    ['a length below nothing', ['Content-Length: -1']],
    ['a header cut by a line feed', ['X-A: b\nX-B: c\r']],
    ['a null in a header', ['X-A: b\0c']],
    ['a head without measure', [`X-A: ${'x'.repeat(100_000)}`]],
    ['two hosts', ['Host: evil.example']],
  ])('%s: is answered once, with no success, and closed', async (_, more) => {
    const { closed } = await dial(
      ...head(
        'POST /api/runs',
        bearer(),
        'Content-Type: application/json',
        'Connection: close',
        ...more,
        '',
        '{}GET /api/runs HTTP/1.1',
        '',
      ),
    )
    const answer = await closed
    expect(answer).not.toMatch(/HTTP\/1\.1 [23]/)
    expect(answer.split('HTTP/1.1 ').length).toBeLessThanOrEqual(2)
    expect(server.hub.asked).toEqual([])
    await expectService()
  })
})
