import { createServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Batch } from '../run/model'
import { someBatch, someRun } from '../run/testing-shown'
import { MemoryPublisher } from '../sync/memory-publisher'
import {
  handshake,
  NOT_SIGNED_IN,
  OUTDATED,
  SOCKET_PATH,
  subscribe,
  type Answer,
  type Heard,
  type Subscribe,
} from '../sync/messages'
import { fleetScope, logScope, runScope } from '../sync/scope'
import { fromSnapshot, runDocument } from '../sync/shapes'
import { TestLog, someSnapshot } from '../sync/testing'
import { socketLink } from './link'
import { LiveStore } from './store'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  vi.restoreAllMocks()
})

interface Told {
  port?: number
  refuses?: string
  transports?: ('polling' | 'websocket')[]
  answers?: (request: Subscribe, done: (answer: Answer) => void) => void
}

/** A real socket.io server that answers as told. */
async function listen({ port = 0, refuses, transports = ['polling', 'websocket'], answers }: Told = {}) {
  const http = createServer()
  const io = new Server(http, { path: SOCKET_PATH, serveClient: false, transports })
  const sockets: Socket[] = []
  const left: unknown[] = []
  let refusals = 0
  io.use((socket, next) => {
    if (refuses) refusals++
    const speaks = handshake.safeParse(socket.handshake.auth).success
    next(refuses ? new Error(refuses) : speaks ? undefined : new Error(OUTDATED))
  })
  io.on('connection', socket => {
    sockets.push(socket)
    socket.on('subscribe', (raw: unknown, done: (answer: Answer) => void) => {
      const request = subscribe.parse(raw)
      void socket.join(request.scope)
      answers?.(request, done)
    })
    socket.on('unsubscribe', (raw: unknown) => left.push(raw))
  })
  await new Promise<void>(resolve => http.listen(port, '127.0.0.1', resolve))
  const close = () => io.close()
  ends.push(close)
  const address = http.address()
  const bound = typeof address === 'object' && address ? address.port : 0
  return { io, sockets, left, close, refusals: () => refusals, port: bound, url: `http://127.0.0.1:${bound}` }
}

/** A link that writes down what it is told. */
function open(url: string) {
  const told: string[] = []
  const heard: Heard[] = []
  const carriers: string[] = []
  const troubles: string[] = []
  const link = socketLink(url)({
    up: () => told.push('up'),
    down: () => told.push('down'),
    carried: by => carriers.push(by),
    troubled: ({ kind }) => troubles.push(kind),
    closing: () => told.push('closing'),
    visitor: ({ role }) => told.push(role),
    heard: each => heard.push(each),
    outdated: ({ message }) => told.push(message === OUTDATED ? OUTDATED : 'not understood'),
    signedOut: () => told.push('signed out'),
  })
  ends.push(() => link.close())
  const ask = (patience = 5_000) =>
    new Promise<Answer | null>(resolve => link.ask({ scope: fleetScope }, patience, resolve))
  return { link, told, heard, carriers, troubles, ask, up: () => vi.waitFor(() => expect(told.at(-1)).toBe('up'), 5_000) }
}

const notFound: Answer = { kind: 'error', error: 'not-found' }
const gone = { scope: fleetScope }

describe('a link', () => {
  it('asks, hears, and leaves', async () => {
    const { url, io, left } = await listen({ answers: (_request, done) => done(notFound) })
    const { link, heard, told, ask, up } = open(url)
    await up()
    expect(await ask()).toEqual(notFound)
    io.to(fleetScope).emit('gone', gone)
    io.emit('visitor', { role: 'viewer' })
    await vi.waitFor(() => expect(told).toEqual(['up', 'viewer']))
    expect(heard).toEqual([{ event: 'gone', message: gone }])
    link.leave(fleetScope)
    await vi.waitFor(() => expect(left).toEqual([{ scope: fleetScope }]))
  })

  it('says so where no answer comes in time', async () => {
    const { url } = await listen()
    const { ask, up } = open(url)
    await up()
    expect(await ask(20)).toBeNull()
  })

  it('finds a way where WebSockets are blocked', async () => {
    const { url } = await listen({ transports: ['polling'], answers: (_request, done) => done(notFound) })
    const { ask, up } = open(url)
    await up()
    expect(await ask()).toEqual(notFound)
  })

  it('connects again by itself, also where the server dismissed it', async () => {
    const { url, sockets } = await listen()
    const { told } = open(url)
    await vi.waitFor(() => expect(sockets).toHaveLength(1), 5_000)
    sockets[0]?.conn.close()
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']), 5_000)
    sockets[1]?.disconnect(true)
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up', 'down', 'up']), 5_000)
  })

  it('gives up its connection for another one at once when told to', async () => {
    const { url, sockets } = await listen()
    const { link, told, up } = open(url)
    await up()
    link.reconnect()
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']), 900)
    expect(sockets).toHaveLength(2)
  })

  it('tells a page of another build, and one that hears what it does not understand', async () => {
    const refusing = await listen({ refuses: OUTDATED })
    const refused = open(refusing.url)
    await vi.waitFor(() => expect(refused.told).toContain(OUTDATED), 5_000)
    expect(refused.told).not.toContain('up')

    const { url, io } = await listen({ answers: (_request, done) => done(Object.assign({}, notFound, { error: '?' })) })
    const { told, link, up } = open(url)
    await up()
    io.emit('push', { scope: 'nothing' })
    await vi.waitFor(() => expect(told).toEqual(['up', 'not understood']))
    link.ask({ scope: fleetScope }, 5_000, () => told.push('answered'))
    await vi.waitFor(() => expect(told).toEqual(['up', 'not understood', 'not understood']))
    io.emit('visitor', { role: 'king' })
    await vi.waitFor(() => expect(told).toEqual(['up', 'not understood', 'not understood', 'not understood']))
  })

  it('[SAFE-3] tells a page whose server does not know any more who looks at it', async () => {
    const { told } = open((await listen({ refuses: NOT_SIGNED_IN })).url)
    await vi.waitFor(() => expect(told).toContain('signed out'), 5_000)
    expect(told).not.toContain('up')
  })

  it('comes back later where the server lets nobody in', async () => {
    const { url, port, close, refusals } = await listen({ refuses: 'not you' })
    const { told } = open(url)
    await vi.waitFor(() => expect(refusals()).toBe(2), 5_000)
    expect(told).toEqual([])
    await close()
    await listen({ port })
    await vi.waitFor(() => expect(told).toEqual(['up']), 8_000)
  }, 10_000)

  it('[SYNC-7] tells nothing of an earlier connection: no message, and no answer', async () => {
    const dones: ((answer: Answer) => void)[] = []
    const { url, sockets } = await listen({ answers: (_request, done) => dones.push(done) })
    const { link, heard, told, up } = open(url)
    await up()
    let answers = 0
    link.ask({ scope: fleetScope }, 100, () => answers++)
    await vi.waitFor(() => expect(dones).toHaveLength(1))
    link.reconnect()
    // The dying connection still says everything it can.
    sockets[0]?.emit('gone', gone)
    dones[0]?.(notFound)
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']))
    link.ask({ scope: fleetScope }, 5_000, () => answers++)
    await vi.waitFor(() => expect(dones).toHaveLength(2))
    dones[1]?.(notFound)
    await vi.waitFor(() => expect(answers).toBe(1))
    expect(heard).toEqual([])
  })
})

describe('a page, over real sockets', () => {
  /** A server with one run, as the real one is wired: join first, then answer. */
  async function serve(batches: { list: Batch[] }, log: TestLog, port = 0) {
    const server = await listen({
      port,
      answers: (request, done) => void publisher.resume(request.scope, request).then(done),
    })
    const publisher: MemoryPublisher = new MemoryPublisher({
      broadcast: (scope, event, message) => server.io.to(scope).emit(event, message),
      audience: scope => server.io.of('/').adapter.rooms.get(scope)?.size ?? 0,
      failed: (_, error) => {
        throw error
      },
    })
    ends.push(() => publisher.stop())
    publisher.open(runScope('r'), () => runDocument(someRun('r'), batches.list))
    publisher.openLog(logScope('r'), log)
    return { ...server, publisher }
  }

  function visit(url: string, initial: ReturnType<typeof someSnapshot>) {
    const page = { slept: 0, wake: (): void => undefined }
    const store = new LiveStore(
      {
        openLink: socketLink(url),
        wall: () => Date.now() + page.slept,
        steady: () => performance.now(),
        setTimer: (ms, callback) => {
          const timer = setTimeout(callback, ms)
          return () => clearTimeout(timer)
        },
        onWake: callback => {
          page.wake = callback
          return () => undefined
        },
        reload: () => undefined,
      },
      Date.parse(initial.now),
    )
    ends.push(store.start())
    const rendered = { shown: initial, seed: fromSnapshot(initial) }
    store.follow(store.runs, runScope('r'), rendered, () => undefined)
    store.follow(store.logs, logScope('r'), { shown: { lines: [], dropped: 0 } }, () => undefined)
    const run = () => store.live(store.runs, runScope('r'))
    const lines = () => store.live(store.logs, logScope('r'))?.state.lines.map(line => line.text)
    return {
      page,
      run,
      lines,
      shows: (...batches: Batch[]) =>
        vi.waitFor(() => expect(run()).toMatchObject({ sync: 'live', state: { batches } }), 8_000),
    }
  }

  const rendered = async (publisher: MemoryPublisher, batches: Batch[]) => {
    const read = await publisher.read(runScope('r'))
    return { ...someSnapshot('r', batches), ...(read && { epoch: read.epoch, version: read.version }) }
  }

  it('[SYNC-8] goes on from what was rendered, step by step', async () => {
    const batches = { list: [someBatch('a', 'running'), someBatch('b')] }
    const log = new TestLog()
    const { url, publisher } = await serve(batches, log)
    const initial = await rendered(publisher, batches.list)
    const { run, lines, shows } = visit(url, initial)
    await shows(...batches.list)
    expect(run()?.state).toBe(initial)

    batches.list = [someBatch('a', 'completed'), someBatch('b', 'running'), someBatch('__proto__')]
    publisher.touch(runScope('r'))
    log.add('a line')
    publisher.touch(logScope('r'))
    await shows(...batches.list)
    expect(run()?.state.version).toBe(initial.version + 1)
    await vi.waitFor(() => expect(lines()).toEqual(['a line']))
  })

  it('[SYNC-2] finds the right state after the server died and came back as another', async () => {
    const batches = { list: [someBatch('a', 'running')] }
    const log = new TestLog()
    log.add('before')
    const first = await serve(batches, log)
    const { run, lines, shows } = visit(first.url, await rendered(first.publisher, batches.list))
    await shows(...batches.list)
    first.publisher.stop()
    await first.close()
    await vi.waitFor(() => expect(run()?.sync).toBe('connecting'))
    batches.list = [someBatch('a', 'failed'), someBatch('b', 'aborted')]
    log.add('after')
    await serve(batches, log, first.port)
    await shows(...batches.list)
    await vi.waitFor(() => expect(lines()).toEqual(['before', 'after']))
  }, 15_000)

  it('[SYNC-6] wakes stale from a sleep, and heals over the connection it has', async () => {
    const batches = { list: [someBatch('a', 'running')] }
    const { url, publisher, sockets } = await serve(batches, new TestLog())
    const { page, run, shows } = visit(url, await rendered(publisher, batches.list))
    await shows(...batches.list)
    page.slept = 3_600_000
    page.wake()
    expect(run()?.sync).toBe('stale')
    await shows(...batches.list)
    expect(sockets).toHaveLength(1)
  })
})
