import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { io } from 'socket.io-client'
import { z } from 'zod'
import { makeToken } from '../lib/server/access/tokens'
import { PROTOCOL, SOCKET_PATH } from '../lib/sync/messages'
import { bundleProgram } from '../lib/testing/support/bundle'
import { Dashboard } from './dashboard'
import { expect, test as base, type ReferenceBackend } from './fixtures'
import { PORTAL } from './run-page'

/**
 * Large attacks on the production build. Each prints its cost: memory, the longest delay of the event loop, and the slowest answer
 * of `/healthz`. The limits are far above these costs, and far below the cost of each attack without its bound.
 */
const LIMITS = { memory: 150, loop: 2_000, health: 5_000 }

const ann = makeToken('ann', 'operator')
/** A viewer, who reads the metrics. */
const vic = makeToken('vic', 'viewer')
const bearer = { authorization: `Bearer ${ann.secret}` }

interface Attacked {
  /** The text of a request as it is sent, with these headers and `Host`. */
  spelled: (line: string, ...more: string[]) => string
  /** Opens a connection and sends these bytes; never reads, unless `reads` is set. */
  open: (bytes: string, reads?: boolean) => Socket
  /** Runs the attack and prints its cost. */
  under: (name: string, attack: () => Promise<unknown>, limits?: Partial<typeof LIMITS>) => Promise<void>
}

const seen = z.object({ asked: z.number(), worst: z.number(), before: z.number(), peak: z.number() })

const test = base.extend<Attacked>({
  dashboard: async ({ backend, folder }, use, info) => {
    const dashboard = await launched(backend.url, folder)
    await use(dashboard)
    await dashboard.stop()
    if (info.status !== info.expectedStatus) await info.attach('dashboard.log', { body: dashboard.log })
  },
  spelled: async ({ dashboard }, use) => {
    await use((line, ...more) =>
      [`${line} HTTP/1.1`, `Host: ${new URL(dashboard.url).host}`, ...more, '', ''].join('\r\n'),
    )
  },
  open: async ({ dashboard }, use) => {
    const sockets: Socket[] = []
    await use((bytes, reads = false) => {
      const socket = connect(Number(new URL(dashboard.url).port), '127.0.0.1').on('error', () => undefined)
      sockets.push(socket)
      socket.write(bytes)
      return reads ? socket.resume() : socket.pause()
    })
    for (const socket of sockets) socket.destroy()
  },
  under: async ({ dashboard }, use) => {
    await use(async (name, attack, limits) => {
      const { memory, loop, health } = { ...LIMITS, ...limits }
      const program = await bundleProgram('e2e/health.ts')
      await metrics(dashboard)
      delays.length = 0
      const watch = spawn(process.execPath, [program, dashboard.url, String(dashboard.pid)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const lines = createInterface(watch.stdout)[Symbol.asyncIterator]()
      await lines.next()
      await attack()
      watch.stdin.end()
      const { asked, worst, before, peak } = seen.parse(JSON.parse(String((await lines.next()).value)))
      await metrics(dashboard)
      const delay = Math.max(...delays)
      console.log(
        `${name}: memory ${before.toFixed(0)} to ${peak.toFixed(0)} MB, the loop delayed by ${delay.toFixed(0)} ms, ` +
          `/healthz in ${worst.toFixed(0)} ms at worst of ${asked}`,
      )
      expect(peak - before, 'memory, MB').toBeLessThan(memory)
      expect(delay, 'delay of the loop, ms').toBeLessThan(loop)
      expect(worst, 'answer of /healthz, ms').toBeLessThan(health)
    })
  },
})

async function launched(backendUrl: string, folder: string): Promise<Dashboard> {
  const tokensFile = join(folder, 'tokens')
  await writeFile(tokensFile, `${ann.line}\n${vic.line}\n`)
  const dashboard = await Dashboard.launch({ BACKEND_URL: backendUrl, TOKENS_FILE: tokensFile })
  // The first page loads more than any later one; that cost must not count for the attack.
  await fetch(`${dashboard.url}/sign-in`)
  return dashboard
}

/** The delays of the server's event loop, ms. The server resets the longest one at each reading, so each reading is kept here. */
const delays: number[] = []

async function metrics({ url }: Dashboard): Promise<string> {
  const headers = { authorization: `Bearer ${vic.secret}` }
  const told = await (await fetch(`${url}/metrics`, { headers })).text()
  delays.push(Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(told)?.[1]) * 1_000)
  return told
}

const refused = async (dashboard: Dashboard, bound: string) =>
  Number(
    new RegExp(`^groundtruth_refused_total\\{bound="${bound}"\\} (\\d+)$`, 'm').exec(await metrics(dashboard))?.[1],
  )

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
const LIVE = `${SOCKET_PATH}/?EIO=4&transport=websocket`

test.describe('[SAFE-5] strangers', () => {
  test('send pings, and read no pong', async ({ dashboard, open, spelled, under }) => {
    const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 1, 2, 3, 4]), Buffer.alloc(125)])
    const flood = Buffer.concat(times(1_000, () => ping))
    await under('60 MB of pings on 20 sockets', async () => {
      const sockets = times(20, () => open(spelled(`GET ${LIVE}`, ...UPGRADE)))
      await Promise.all(
        sockets.map(async socket => {
          for (let n = 0; n < 23 && !socket.destroyed; n += 1) {
            if (!socket.write(flood)) await taken(socket)
          }
        }),
      )
    })
    expect(await refused(dashboard, 'control-frames')).toBeGreaterThan(0)
  })

  test('keep connections that were refused', async ({ open, spelled, under }) => {
    await under('800 refused upgrades that nobody closes', async () => {
      const closed = times(800, () => open(spelled('GET /elsewhere', ...UPGRADE), true)).map(socket =>
        once(socket, 'close'),
      )
      await Promise.all(closed)
    })
  })

  for (const [connections, requests, line, header] of [
    [5, 1_000, 'GET /sign-in', 'Accept: */*'],
    [300, 30, 'GET /sign-in', 'Accept: */*'],
    [300, 1_200, 'GET /x', 'Accept: */*'],
    [300, 1_200, 'GET /', 'Expect: x'],
    [300, 1_200, 'POST /healthz', 'Accept: text/html'],
    [900, 1_200, 'GET /', 'Accept: */*'],
  ] as const) {
    test(`[SAFE-5.74] send ${requests} × ${line}, ${header} at once on each of ${connections} connections`, async ({
      dashboard,
      open,
      spelled,
      under,
    }) => {
      await under(`${connections} connections, ${requests} × ${line}, ${header} each, nothing read`, async () => {
        times(connections, () => open(spelled(line, header).repeat(requests)))
        await expect.poll(() => refused(dashboard, 'pipelined'), { timeout: 20_000 }).toBe(connections)
      })
    })
  }

  test('[SAFE-5.76] ask whether it is alive, all at once', async ({ open, spelled, under }) => {
    await under('900 connections, 4 × GET /healthz each', async () => {
      const sockets = times(900, () => open('', true))
      await Promise.all(sockets.map(socket => once(socket, 'connect')))
      const answered = sockets.map(socket => once(socket, 'data'))
      for (const socket of sockets) socket.write(spelled('GET /healthz').repeat(4))
      await Promise.all(answered)
    })
  })

  test('send forms that end at the same moment', async ({ open, spelled, under }) => {
    const form = 'a&'.repeat(32_000)
    const type = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`]
    await under('450 forms of 64 KB', async () => {
      const post = spelled('POST /sign-in', ...type, 'Connection: close') + form.slice(1)
      const sockets = times(450, () => open(post, true))
      await Promise.all(sockets.map(socket => once(socket, 'connect')))
      const closed = sockets.map(socket => once(socket, 'close'))
      for (const socket of sockets) socket.write('&')
      await Promise.all(closed)
    })
  })

  test('send bodies in pieces of a byte', async ({ dashboard, open, spelled, under }) => {
    const type = ['Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked']
    await under('40 bodies of 60,000 pieces', async () => {
      times(40, () => open(spelled('POST /sign-in', ...type) + '1\r\na\r\n'.repeat(60_000)))
      await expect.poll(() => refused(dashboard, 'body-size'), { timeout: 20_000 }).toBe(40)
    })
  })

  test('ask for pages, all at once', async ({ open, spelled, under }) => {
    await under('300 × GET /sign-in at once', async () => {
      const all = times(300, () => open(spelled('GET /sign-in', 'Connection: close'), true))
      const answers = await Promise.all(all.map(socket => text(socket)))
      // Each request got its page, or the answer to try again later.
      expect(answers.filter(answer => /^HTTP\/1\.1 (200|503) /.test(answer))).toHaveLength(300)
    })
  })

  test('shake hands without a token, while somebody with one comes', async ({ dashboard, open, spelled, under }) => {
    await under('900 handshakes of nobody', async () => {
      times(900, () => open(spelled(`GET ${LIVE}`, ...UPGRADE)))
      const socket = io(dashboard.url, {
        ...{ path: SOCKET_PATH, transports: ['websocket'], extraHeaders: bearer, auth: { protocol: PROTOCOL } },
        ...{ forceNew: true, reconnection: false },
      })
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject))
      socket.close()
    })
  })

  test('try tokens, while somebody with a right one comes', async ({ dashboard, open, spelled, under }) => {
    await under('900 calls with wrong tokens', async () => {
      const wrong = `Authorization: Bearer gt_${'x'.repeat(43)}`
      const all = times(900, () => open(spelled('GET /api/runs', wrong, 'Connection: close'), true))
      expect((await fetch(`${dashboard.url}/api/runs`, { headers: bearer })).status).toBe(200)
      await Promise.all(all.map(socket => once(socket, 'close')))
    })
  })
})

test.describe('[SAFE-5] people', () => {
  test('[SAFE-5.88] download a log, and read nothing', async ({ backend, dashboard, open, spelled, under }) => {
    backend.hold('setup')
    const runId = await start(dashboard)
    for (let n = 0; n < 400; n += 1) backend.sendRaw(runId, message({ message: `${n} ${'x'.repeat(60_000)}` }, n))
    await heard(backend, dashboard, runId)
    const who = `Authorization: ${bearer.authorization}`
    const download = spelled(`GET /api/runs/${runId}/logs`, who, 'Accept: text/plain')
    await under('75 downloads of a long log, nothing read', async () => {
      times(75, () => open(download))
      await expect.poll(() => refused(dashboard, 'downloads'), { timeout: 20_000 }).toBe(75 - 16)
    })
  })

  test('[SAFE-5.88] ask for pages of a log, and read nothing', async ({ backend, dashboard, open, spelled, under }) => {
    backend.hold('setup')
    const runId = await start(dashboard)
    for (let n = 0; n < 400; n += 1) backend.sendRaw(runId, message({ message: `${n} ${'x'.repeat(60_000)}` }, n))
    await heard(backend, dashboard, runId)
    const page = spelled(`GET /api/runs/${runId}/logs?limit=120`, `Authorization: ${bearer.authorization}`)
    await under(
      '150 pages of a log of 7 MB each, nothing read',
      async () => {
        times(150, () => open(page))
        await expect.poll(() => refused(dashboard, 'downloads'), { timeout: 20_000 }).toBeGreaterThan(150 - 40)
      },
      { memory: 400 },
    )
  })

  test('import a recording with one long entry', async ({ backend, dashboard, folder, under }) => {
    backend.hold('setup')
    const runId = await start(dashboard)
    backend.release('setup')
    await expect.poll(() => call(dashboard, `/api/runs/${runId}`), { timeout: 20_000 }).toContain('"completed"')
    const file = join(folder, 'long.jsonl')
    await writeFile(file, await call(dashboard, `/api/runs/${runId}/recording`))
    const entry = { kind: 'note', at: Date.now(), text: 'x\u001b[31m'.repeat(1_350_000) }
    await appendFile(file, `${JSON.stringify(entry)}\n`)
    const body = await readFile(file, 'utf8')
    await under('a recording with an entry of 15 MB', async () => {
      const headers = { ...bearer, 'content-type': 'application/x-ndjson' }
      const answer = await fetch(`${dashboard.url}/api/imports`, { method: 'POST', headers, body })
      expect(answer.status).toBe(201)
    })
  })
})

test.describe('[SAFE-5] a backend', () => {
  test('sends names and lines without end', async ({ backend, dashboard, under }) => {
    backend.hold('setup')
    const runId = await start(dashboard)
    await under('a name of 20 MB, and 2,000 names of 2,000 characters', async () => {
      const running = { type: 'batch_status', status: 'running' }
      backend.sendRaw(runId, message({ ...running, batch_id: 'long', batch_name: 'n'.repeat(20_000_000) }))
      for (let n = 0; n < 1_900; n += 1) {
        backend.sendRaw(runId, message({ ...running, batch_id: `b${n}`, batch_name: `${n} ${'n'.repeat(2_000)}` }))
      }
      await heard(backend, dashboard, runId)
    })
    const page = await call(dashboard, `/runs/${runId}`)
    expect(page.length).toBeLessThan(5_000_000)
  })

  test('sends frames that are made of nothing', async ({ backend, dashboard, under }) => {
    backend.hold('setup')
    const runId = await start(dashboard)
    await under(
      'two frames of 20 MB that hold lists',
      async () => {
        const frame = `{"type":"log","message":"x","y":[${'[],'.repeat(6_600_000)}0]}`
        for (let n = 0; n < 2; n += 1) backend.sendRaw(runId, frame)
        await heard(backend, dashboard, runId)
      },
      { memory: 300 },
    )
  })

  test('sends lines that hide secrets in colours', async ({ backend, dashboard, under }) => {
    backend.hold('setup')
    const runId = await start(dashboard)
    const line = `API_KEY=\u001b[33msk-ant-${'Ab1_'.repeat(5)}\u001b[0m `.repeat(1_300)
    await under('300 lines of 64 KiB full of coloured secrets', async () => {
      for (let n = 0; n < 300; n += 1) backend.sendRaw(runId, message({ type: 'log', message: line }, n))
      await heard(backend, dashboard, runId)
    })
    const log = await call(dashboard, `/api/runs/${runId}/logs`, { accept: 'text/plain' })
    expect(log).toContain('sk-ant-•••')
    expect(log).not.toContain('sk-ant-Ab1')
  })
})

const needs = times(2_000, () => 'a')
const answers = {
  'a plan’s text of 280 KiB with 30,000 keys': {
    ...{ success: false, batches: [], error: 'no' },
    raw_yaml: `${times(30_000, n => `k${n}: v`).join('\n')}\nbatches:\n- {id: a, name: A}\n`,
  },
  'a plan’s text in which 2,000 batches share their needs': {
    ...{ success: false, batches: [], error: 'no' },
    raw_yaml: `all: &all [${needs.join(',')}]\nbatches:\n${times(90, n => `- {id: b${n}, depends_on: *all}`).join('\n')}\n# ${'x'.repeat(70_000)}`,
  },
  'a plan of 2,001 batches with 90 needs each': {
    ...{ success: true, raw_yaml: null, error: null },
    batches: times(2_001, n => ({ id: `b${n}`, depends_on: needs.slice(0, 90) })),
  },
  'a plan of 2,001 batches with 2,000 needs each': {
    ...{ success: true, raw_yaml: null, error: null },
    batches: times(2_001, n => ({ id: `b${n}`, depends_on: needs })),
  },
  '1,200,000 specs': { specs: times(1_200_000, () => ({ name: '' })) },
}

/** A backend that gives the same answer to every request. */
const stubborn = test.extend<{ answer: unknown }>({
  answer: [null, { option: true }],
  dashboard: async ({ folder, answer }, use) => {
    const body = JSON.stringify(answer)
    const backend = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const dashboard = await launched(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`, folder)
    await use(dashboard)
    await dashboard.stop()
    backend.closeAllConnections()
    backend.close()
  },
})

for (const [what, answer] of Object.entries(answers)) {
  stubborn.describe(`[SAFE-5] a backend that answers with ${what}`, () => {
    stubborn.use({ answer })
    stubborn('holds up nobody', async ({ dashboard, under }) => {
      await under(
        what,
        async () => {
          await Promise.all(times(5, () => call(dashboard, '/api/specs/001-todo/plan')))
          await call(dashboard, '/api/specs')
        },
        { memory: 300 },
      )
    })
  })
}

/** Settles when more can be sent, or the socket is closed. */
const taken = (socket: Socket) => new Promise(resolve => socket.once('drain', resolve).once('close', resolve))

/** Starts a run; returns its id once the dashboard receives its stream. */
const start = async (dashboard: Dashboard): Promise<string> => {
  const { url } = dashboard
  const headers = { ...bearer, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/runs`, { method: 'POST', headers, body: JSON.stringify({ spec: PORTAL }) })
  const { runId } = z.object({ runId: z.string() }).parse(await answer.json())
  await expect.poll(() => call(dashboard, `/api/runs/${runId}`)).toContain('"status":"running"')
  return runId
}

const call = async ({ url }: Dashboard, path: string, more: Record<string, string> = {}) =>
  (await fetch(url + path, { headers: { ...bearer, ...more } })).text()

/** Settles when the dashboard has processed everything that the backend has sent so far. */
async function heard(backend: ReferenceBackend, dashboard: Dashboard, runId: string): Promise<void> {
  backend.sendRaw(runId, message({ type: 'batch_status', status: 'running', batch_id: 'last', batch_name: 'last' }))
  await expect.poll(() => call(dashboard, `/api/runs/${runId}`), { timeout: 30_000 }).toContain('"id":"last"')
}

const message = (fields: object, n = 0) =>
  JSON.stringify({
    ...{
      type: 'log',
      message: '',
      timestamp: new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`),
    },
    ...fields,
  })
