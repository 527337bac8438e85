import { afterEach, describe, expect, it, vi } from 'vitest'
import { someBatch } from '../testing/run/documents'
import { NOT_SIGNED_IN, OUTDATED, type Answer } from '../sync/messages'
import { fleetScope, logScope, runScope } from '../sync/scope'
import { TestLog } from '../testing/sync/fixtures'
import { endAll, listen, open, rendered, serve, visit } from '../testing/client/connection'

afterEach(async () => {
  await endAll()
  vi.restoreAllMocks()
})

const notFound: Answer = { kind: 'error', error: 'not-found' }
const gone = { scope: fleetScope }

describe('a connection', () => {
  it('asks, hears, and leaves', async () => {
    const { url, io, left } = await listen({ answers: (_request, done) => done(notFound) })
    const { connection, heard, told, ask, up } = open(url)
    await up()
    expect(await ask()).toEqual(notFound)
    io.to(fleetScope).emit('gone', gone)
    io.emit('visitor', { role: 'viewer' })
    await vi.waitFor(() => expect(told).toEqual(['up', 'viewer']))
    expect(heard).toEqual([{ event: 'gone', message: gone }])
    connection.leave(fleetScope)
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
    await vi.waitFor(() => expect(sockets).toHaveLength(1))
    sockets[0]?.conn.close()
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']))
    sockets[1]?.disconnect(true)
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up', 'down', 'up']))
  })

  it('gives up its connection for another one at once when told to', async () => {
    const { url, sockets } = await listen()
    const { connection, told, up } = open(url)
    await up()
    connection.reconnect()
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']), 900)
    expect(sockets).toHaveLength(2)
  })

  it('tells a page of another build, and one that hears what it does not understand', async () => {
    const refusing = await listen({ refuses: OUTDATED })
    const refused = open(refusing.url)
    await vi.waitFor(() => expect(refused.told).toContain(OUTDATED))
    expect(refused.told).not.toContain('up')

    const { url, io } = await listen({ answers: (_request, done) => done(Object.assign({}, notFound, { error: '?' })) })
    const { told, connection, up } = open(url)
    await up()
    io.emit('push', { scope: 'nothing' })
    await vi.waitFor(() => expect(told).toEqual(['up', 'not understood']))
    connection.ask({ scope: fleetScope }, 5_000, () => told.push('answered'))
    await vi.waitFor(() => expect(told).toEqual(['up', 'not understood', 'not understood']))
    io.emit('visitor', { role: 'king' })
    await vi.waitFor(() => expect(told).toEqual(['up', 'not understood', 'not understood', 'not understood']))
  })

  it('[SAFE-3.43] tells a page whose server does not know any more who looks at it', async () => {
    const { told } = open((await listen({ refuses: NOT_SIGNED_IN })).url)
    await vi.waitFor(() => expect(told).toContain('signed out'))
    expect(told).not.toContain('up')
  })

  it('comes back later where the server lets nobody in', async () => {
    const { url, port, close, refusals } = await listen({ refuses: 'not you' })
    const { told } = open(url)
    await vi.waitFor(() => expect(refusals()).toBe(2))
    expect(told).toEqual([])
    await close()
    await listen({ port })
    await vi.waitFor(() => expect(told).toEqual(['up']))
  })

  it('[SYNC-7.1] [SYNC-7.2] tells nothing of an earlier connection: no message, and no answer', async () => {
    const dones: ((answer: Answer) => void)[] = []
    const { url, sockets } = await listen({ answers: (_request, done) => dones.push(done) })
    const { connection, heard, told, up } = open(url)
    await up()
    let answers = 0
    connection.ask({ scope: fleetScope }, 100, () => answers++)
    await vi.waitFor(() => expect(dones).toHaveLength(1))
    connection.reconnect()
    // The closing connection still reports everything that it can.
    sockets[0]?.emit('gone', gone)
    dones[0]?.(notFound)
    await vi.waitFor(() => expect(told).toEqual(['up', 'down', 'up']))
    connection.ask({ scope: fleetScope }, 5_000, () => answers++)
    await vi.waitFor(() => expect(dones).toHaveLength(2))
    dones[1]?.(notFound)
    await vi.waitFor(() => expect(answers).toBe(1))
    expect(heard).toEqual([])
  })
})

describe('a page, over real sockets', () => {
  it('[SYNC-8.3] goes on from what was rendered, step by step', async () => {
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

  it('[SYNC-2.2] [REC-7.14] finds the right state after the server died and came back as another', async () => {
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

  it('[SYNC-6.4] wakes stale from a sleep, and heals over the connection it has', async () => {
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
