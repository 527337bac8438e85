import { createServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { expect, vi } from 'vitest'
import type { Batch } from '../../run/model'
import { someRun } from '../run/documents'
import { MemoryPublisher } from '../../sync/memory-publisher'
import {
  handshake,
  OUTDATED,
  SOCKET_PATH,
  subscribe,
  type Answer,
  type Heard,
  type Subscribe,
} from '../../sync/messages'
import { fleetScope, logScope, runScope } from '../../sync/scope'
import { fromSnapshot, runDocument } from '../../sync/shapes'
import { someSnapshot, type TestLog } from '../sync/fixtures'
import { socketConnection } from '../../client/socket-connection'
import { LiveStore } from '../../client/store'
import { codecs } from '../../client/scope-codecs'
import type { TransportTimes } from '../../client/transport-choice'

const ends: (() => unknown)[] = []

/** Registers a function to call after the test; the last one is called first. */
export const atEnd = (end: () => unknown) => void ends.push(end)

export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end()
}

export interface Told {
  port?: number
  /** How often the server pings, ms. */
  pingInterval?: number
  refuses?: string
  transports?: ('polling' | 'websocket')[]
  answers?: (request: Subscribe, done: (answer: Answer) => void, socket: Socket) => void
}

/** A real socket.io server with the answers that the test gives. */
export async function listen({
  port = 0,
  pingInterval = 25_000,
  refuses,
  transports = ['polling', 'websocket'],
  answers,
}: Told = {}) {
  const http = createServer()
  const io = new Server(http, { path: SOCKET_PATH, serveClient: false, transports, pingInterval })
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
      answers?.(request, done, socket)
    })
    socket.on('unsubscribe', (raw: unknown) => left.push(raw))
  })
  await new Promise<void>(resolve => http.listen(port, '127.0.0.1', resolve))
  const close = () => io.close()
  atEnd(close)
  const address = http.address()
  const bound = typeof address === 'object' && address ? address.port : 0
  return { io, sockets, left, close, refusals: () => refusals, port: bound, url: `http://127.0.0.1:${bound}` }
}

/** A connection that records every notification it receives. */
export function open(url: string, times?: TransportTimes) {
  const told: string[] = []
  const heard: Heard[] = []
  const carriers: string[] = []
  const troubles: string[] = []
  const connection = socketConnection(
    url,
    times,
  )({
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
  atEnd(() => connection.close())
  const ask = (patience = 5_000) =>
    new Promise<Answer | null>(resolve => connection.ask({ scope: fleetScope }, patience, resolve))
  return {
    connection,
    told,
    heard,
    carriers,
    troubles,
    ask,
    up: () => vi.waitFor(() => expect(told.at(-1)).toBe('up')),
  }
}

/** A server with one run, wired as the real one: join first, then answer. */
export async function serve(batches: { list: Batch[] }, log: TestLog, port = 0) {
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
  atEnd(() => publisher.stop())
  publisher.open(runScope('r'), () => runDocument(someRun('r'), batches.list))
  publisher.openLog(logScope('r'), log)
  return { ...server, publisher }
}

export function visit(url: string, initial: ReturnType<typeof someSnapshot>, times?: TransportTimes) {
  const page = { slept: 0, wake: (): void => undefined }
  const store = new LiveStore(
    {
      codecs,
      openConnection: socketConnection(url, times),
      wall: () => Date.now() + page.slept,
      steady: () => performance.now(),
      setTimer: (ms, callback) => {
        const timer = setTimeout(callback, ms)
        return () => clearTimeout(timer)
      },
      nextFrame: callback => {
        callback()
        return () => undefined
      },
      onWake: callback => {
        page.wake = callback
        return () => undefined
      },
      reload: () => undefined,
    },
    Date.parse(initial.now),
  )
  atEnd(store.start())
  const rendered = { shown: initial, seed: fromSnapshot(initial) }
  store.follow(store.runs, runScope('r'), rendered, () => undefined)
  store.follow(store.logs, logScope('r'), { shown: { lines: [], dropped: 0, epoch: null } }, () => undefined)
  const run = () => store.live(store.runs, runScope('r'))
  const lines = () => store.live(store.logs, logScope('r'))?.state.lines.map(line => line.text)
  return {
    page,
    store,
    run,
    lines,
    shows: (...batches: Batch[]) => vi.waitFor(() => expect(run()).toMatchObject({ sync: 'live', state: { batches } })),
  }
}

/** The run with which a page is rendered. */
export const rendered = async (publisher: MemoryPublisher, batches: Batch[]) => {
  const read = await publisher.read(runScope('r'))
  return { ...someSnapshot('r', batches), ...(read && { epoch: read.epoch, version: read.version }) }
}
