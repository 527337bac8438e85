import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { io, type Socket } from 'socket.io-client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Hub } from '../hub/hub'
import { projectWith } from '../testing/hub/project'
import { startReferenceBackend } from '../reference-backend/server'
import { Sites } from '../sites/sites'
import { MemoryPublisher } from '../sync/memory-publisher'
import { PROTOCOL, SOCKET_PATH, type Answer, type ClientToServer, type ServerToClient } from '../sync/messages'
import { logScope, runScope, type Scope } from '../sync/scope'
import { createEdge, listen } from './http/edge'
import { Gateway } from './gateway'
import { createApi } from './http/http'
import { createLog } from './log'
import { Metrics, refusalLog } from './metrics'
import { atHome, silent } from '../testing/server/fake-hub'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** A dashboard without pages, as server.ts wires it, beside a reference backend. */
async function dashboard() {
  const project = await projectWith([{ id: 'setup' }, { id: 'mail', dependsOn: ['setup'] }])
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  const script = () => ({ ms: 50, lines: [{ stream: 'stdout' as const, text: 'working' }] })
  const backend = await startReferenceBackend({ project, generation: 'B', script, speed: 10 })
  cleanUp.push(() => backend.close())
  const metrics = new Metrics()
  const live = createServer()
  const gateway = new Gateway(live, atHome.access, silent, metrics)
  const publisher = new MemoryPublisher(gateway)
  const hub = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log: silent, meter: metrics })
  metrics.watch({ hubs: [hub], gateway })
  gateway.open(publisher)
  const sites = new Sites([hub])
  const pages = async () => undefined
  const edge = createEdge({
    ...atHome,
    api: createApi({
      sites,
      imports: hub.imports,
      metrics,
      audit: () => undefined,
      warnings: () => [],
      pace: atHome.pace,
    }),
    pages,
    live,
  })
  const url = await listen(edge, '127.0.0.1', 0)
  cleanUp.push(async () => {
    await gateway.close()
    publisher.stop()
    await hub.close()
    edge.close()
    edge.closeAllConnections()
  })
  return { backend, hub, url: url.href }
}

/** The exposition's samples, by name with labels. Throws if a line is no sample. */
async function read(url: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}metrics`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const lines = (await response.text()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map(line => {
      const { name, value } = /^(?<name>[a-z0-9_:]+(?:\{[^}]*\})?) (?<value>\S+)$/.exec(line)?.groups ?? {}
      if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`)
      return [name, Number(value)]
    }),
  )
}

const sum = (samples: Map<string, number>, name: string) =>
  [...samples].filter(([key]) => key.startsWith(`${name}{`)).reduce((total, [, value]) => total + value, 0)

describe('the metrics of a run', () => {
  it('agree with what happened', { timeout: 30_000 }, async () => {
    const { backend, hub, url } = await dashboard()
    const page: Socket<ServerToClient, ClientToServer> = io(url, {
      ...{ path: SOCKET_PATH, transports: ['websocket'], auth: { protocol: PROTOCOL }, forceNew: true },
    })
    cleanUp.push(() => page.close())
    const subscribe = (scope: Scope) =>
      new Promise<Answer>(resolve => page.emit('subscribe', { scope }, answer => resolve(answer)))
    const heard = { push: 0, characters: 0 }
    page.on('push', ({ diff }) => {
      heard.push += 1
      heard.characters += diff.length
    })
    await new Promise<void>(resolve => page.on('connect', resolve))

    backend.hold('mail')
    const { runId } = await hub.start({ spec: '001-todo' })
    const answers = await Promise.all((['fleet', runScope(runId), logScope(runId)] as const).map(subscribe))
    expect(answers.map(({ kind }) => kind)).toEqual(['snapshot', 'snapshot', 'snapshot'])
    for (let n = 0; n < 61; n += 1) await subscribe(`run/none-${n}`)
    backend.sendRaw(runId, 'no message')
    await vi.waitFor(async () => expect((await read(url)).get('groundtruth_unparsed_total')).toBe(1))

    const during = await read(url)
    expect(during.get('groundtruth_runs{status="running"}')).toBe(1)
    expect(during.get('groundtruth_link{source="backend",state="live"}')).toBe(1)
    expect(during.get('groundtruth_link{source="backend",state="down"}')).toBe(0)
    expect(during.get('groundtruth_link{source="docker",state="off"}')).toBe(1)
    expect(during.get('groundtruth_pages')).toBe(1)
    expect(during.get('groundtruth_slow_pages')).toBe(0)
    expect(
      ['fleet', 'run', 'log', 'lines'].map(scope => during.get(`groundtruth_subscriptions{scope="${scope}"}`)),
    ).toEqual([...[1, 1, 1, 0]])

    backend.release('mail')
    await vi.waitFor(async () => expect((await hub.snapshot(runId))?.status).toBe('completed'))
    await subscribe('fleet')
    // Every message sent before an answer has been received; further messages may be sent between two readings.
    const samples = await vi.waitFor(async () => {
      const now = await read(url)
      await subscribe('run/none-0')
      const log = await hub.logs.page(runId, { after: 0, limit: 10_000 })
      expect(sum(now, 'groundtruth_messages_total')).toBe(log?.lines.length)
      expect(now.get('groundtruth_message_wait_seconds_count')).toBe(log?.lines.length)
      expect(now.get('groundtruth_sent_total{what="push"}')).toBe(heard.push)
      expect(now.get('groundtruth_sent_characters_total{what="push"}')).toBe(heard.characters)
      return now
    })
    expect(samples.get('groundtruth_messages_total{kind="run-status"}')).toBe(2)
    expect(samples.get('groundtruth_runs{status="completed"}')).toBe(1)
    expect(samples.get('groundtruth_sent_total{what="snapshot"}')).toBe(4)
    expect(samples.get('groundtruth_publish_seconds_count')).toBeGreaterThan(0)
    expect(samples.get('groundtruth_publish_seconds_count')).toBeLessThanOrEqual(heard.push)
    expect(samples.get('groundtruth_log_bytes')).toBeGreaterThan(0)
    expect(samples.get('groundtruth_stream_queue_bytes')).toBe(0)
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0)
    expect(sum(samples, 'groundtruth_refused_total')).toBe(0)
  })

  it(
    '[SAFE-5.33] [SAFE-5.34] [SAFE-5.91] count what of a run is not kept: batches beyond 2,000, and lines of a log',
    { timeout: 60_000 },
    async () => {
      const { backend, hub, url } = await dashboard()
      backend.hold('setup')
      const { runId } = await hub.start({ spec: '001-todo' })
      // Raw frames reach only the connections that read already.
      const running = async () => (await hub.snapshot(runId))?.counts.running
      await vi.waitFor(async () => expect(await running()).toBe(1), { timeout: 10_000 })
      const stamp = (n: number) => new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
      const send = (n: number, frame: object) =>
        backend.sendRaw(runId, JSON.stringify({ message: '', ...frame, timestamp: stamp(n) }))
      for (let n = 0; n < 2_100; n += 1) send(n, { type: 'batch_status', status: 'running', batch_id: `b-${n}` })
      for (let n = 0; n < 600; n += 1) send(3_000 + n, { type: 'log', stream: 'stdout', message: 'x'.repeat(65_000) })
      send(4_000, { type: 'log', stream: 'stdout', message: 'the last word' })
      const log = async () => hub.logs.page(runId, { after: 0, limit: 1_000_000, characters: Infinity })
      await vi.waitFor(async () => expect((await log())?.lines.at(-1)?.text).toBe('the last word'), { timeout: 30_000 })
      const finding = async () => (await hub.snapshot(runId))?.findings.map(({ kind }) => kind)
      await vi.waitFor(async () => expect(await finding()).toContain('too-many-batches'), { timeout: 10_000 })
      const samples = await read(url)
      expect(samples.get('groundtruth_refused_total{bound="batches"}')).toBe(1)
      expect(samples.get('groundtruth_refused_total{bound="findings"}')).toBe(0)
      expect(samples.get('groundtruth_dropped_lines_total')).toBe((await log())?.dropped)
      expect((await log())?.dropped).toBeGreaterThan(2_000)
    },
  )

  it('[SAFE-5.94] have no series of a run, a page or a container', async () => {
    const { hub, url } = await dashboard()
    const { runId } = await hub.start({ spec: '001-todo' })
    await vi.waitFor(async () => expect((await hub.snapshot(runId))?.status).toBe('completed'))
    const names = [...(await read(url)).keys()]
    expect(names.join()).not.toContain(runId)
    expect(names.length).toBeLessThan(400)
  })
})

it('ask the hub and the gateway once for a whole reading', async () => {
  const state = vi.fn(() => ({
    ...{ links: { backend: 'live', docker: 'off' } as const, runs: new Map([['failed', 3] as const]) },
    ...{ logBytes: 5, queuedBytes: 7 },
  }))
  const connectionStats = vi.fn(() => ({ sockets: 2, slow: 1, subscriptions: new Map([['fleet', 2] as const]) }))
  const metrics = new Metrics()
  metrics.watch({ hubs: [{ site: null, state }], gateway: { connectionStats } })
  const text = await metrics.text()
  for (const sample of ['runs{status="failed"} 3', 'log_bytes 5', 'stream_queue_bytes 7', 'pages 2', 'slow_pages 1']) {
    expect(text).toContain(`groundtruth_${sample}\n`)
  }
  expect([state.mock.calls.length, connectionStats.mock.calls.length]).toEqual([1, 1])
})

describe('of two sites', () => {
  const stateOf = (failed: number) => ({
    ...{ links: { backend: 'live', docker: 'off' } as const, runs: new Map([['failed', failed] as const]) },
    ...{ logBytes: 5, queuedBytes: 7 },
  })
  const gateway = { connectionStats: () => ({ sockets: 2, slow: 0, subscriptions: new Map() }) }
  const hubs = [
    { site: 'ann', state: () => stateOf(3) },
    { site: 'constructor', state: () => stateOf(4) },
  ]

  it('[SITE-3.2] tell links and runs of each, and the sums of what they share', async () => {
    const metrics = new Metrics()
    metrics.watch({ hubs, gateway })
    const lines = (await metrics.text()).split('\n')
    for (const line of [
      'runs{status="failed",site="ann"} 3',
      'runs{status="failed",site="constructor"} 4',
      'link{source="backend",state="live",site="ann"} 1',
      'log_bytes 10',
      'stream_queue_bytes 14',
      'pages 2',
    ])
      expect(lines).toContain(`groundtruth_${line}`)
    expect(lines.filter(line => /^groundtruth_(link|runs)/.test(line) && !line.includes('site="'))).toEqual([])
  })

  it('[SITE-6.6] name to a person only the sites that they may see, and to everybody the sums', async () => {
    const metrics = new Metrics()
    metrics.watch({ hubs, gateway })
    // A kind of message is the backend's text.
    metrics.message('x",site="ann"', 0, null)
    const shown = await metrics.text(site => site === 'constructor')
    expect(shown).not.toContain('site="ann"')
    expect(shown).toContain('groundtruth_runs{status="failed",site="constructor"} 4\n')
    expect(shown).toContain('groundtruth_log_bytes 10\n')
    expect(shown).toContain('kind="x\\",site=\\"ann\\""')
    const whole = (await metrics.text()).split('\n').filter(line => !line.includes('site="ann"'))
    const steady = (lines: string[]) => lines.filter(line => line.startsWith('groundtruth_') || line.startsWith('#'))
    expect(steady(shown.split('\n'))).toEqual(steady(whole))
  })

  it('[SITE-3.1] hold no label of a site where sites have no names', async () => {
    const metrics = new Metrics()
    metrics.watch({ hubs: [{ site: null, state: () => stateOf(3) }], gateway })
    expect(await metrics.text()).not.toContain('site=')
    expect(await metrics.text(() => false)).toContain('groundtruth_runs{status="failed"} 3\n')
  })
})

it('[SAFE-5.31] [SAFE-5.32] refusals are told in the log, of each bound the 1st, 2nd, 4th, 8th …', () => {
  const told: string[] = []
  const metrics = new Metrics(refusalLog(createLog('info', { write: line => told.push(line) })))
  for (let n = 1; n <= 100; n += 1) metrics.refused('sign-ins', { address: `10.0.0.${n}` })
  metrics.refused('runs', { runId: 'r1' })
  const lines = told.map(line => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ bound, count }) => [bound, count])).toEqual([
    ...[1, 2, 4, 8, 16, 32, 64].map(count => ['sign-ins', count]),
    ['runs', 1],
  ])
  expect(lines.map(({ address, runId }) => address ?? runId).at(-2)).toBe('10.0.0.64')
})
