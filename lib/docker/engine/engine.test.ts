import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EngineEvent } from './answers'
import { DockerError } from './docker-error'
import { asDockerError } from './engine-errors'
import { Engine } from './engine'
import { idOf } from '../../testing/docker/fixtures'

const ID = idOf(1)
const servers: { close(): unknown }[] = []
afterEach(() => servers.splice(0).forEach(server => server.close()))

/** An Engine that gives the answers of `answer`. */
async function engineOf(answer: RequestListener) {
  const server: Server = createServer(answer).listen(0, '127.0.0.1')
  servers.push({ close: () => (server.closeAllConnections(), server.close()) })
  await once(server, 'listening')
  return new Engine({ protocol: 'http', host: '127.0.0.1', port: portOf(server) })
}

function portOf(server: { address(): unknown }): number {
  const address = server.address()
  if (typeof address === 'object' && address !== null && 'port' in address) return Number(address.port)
  throw new Error('no port')
}

const json = (body: unknown) => JSON.stringify(body)
const failure = async (promise: Promise<unknown>): Promise<DockerError> => {
  const error: unknown = await promise.then(
    () => new Error('it should have failed'),
    (reason: unknown) => reason,
  )
  if (error instanceof DockerError) return error
  throw error
}

const event = (more: object, attributes: object = {}) =>
  json({
    Type: 'container',
    Action: 'die',
    Actor: { ID, Attributes: { name: 'ckrv-1', image: 'agent', exitCode: '3', ...attributes } },
    timeNano: 'NANO',
    ...more,
  }).replace('"NANO"', '1795399169039327701')

async function eventsOf(body: (string | Buffer)[]) {
  const odd: string[] = []
  const engine = await engineOf((_, response) => {
    for (const piece of body) response.write(piece)
    response.end()
  })
  const found: EngineEvent[] = []
  for await (const one of await engine.events(0, reason => odd.push(reason))) found.push(one)
  return { found, odd }
}

describe('what the Engine answers', () => {
  it.each([
    ['a list of lists', `[${'[],'.repeat(600_000)}[]]`],
    ['an inspection of lists', `{"Id":"${ID}","X":[${'[],'.repeat(30_000)}[]]}`],
  ])('[SAFE-5.5] is not read where it is %s without end', async (_, answer) => {
    const engine = await engineOf((request, response) => {
      const isList = request.url?.includes('/containers/json') === true
      response.end(isList === answer.startsWith('[') ? answer : '[]')
    })
    const asked = answer.startsWith('[') ? engine.listAgents() : engine.inspect(ID)
    expect((await failure(asked)).kind).toBe('bad-answer')
  })

  it('[SAFE-5] lets others have their turn between events, however many come at once', async () => {
    let looks = 0
    const looking = setInterval(() => (looks += 1), 1)
    const { odd } = await eventsOf(['{}\n'.repeat(20_000)])
    clearInterval(looking)
    expect(odd).toHaveLength(20_000)
    expect(looks).toBeGreaterThan(10)
  })

  it('[DOCK-6.51] is kept without the environment', async () => {
    const container = {
      Id: ID,
      Name: '/ckrv-1',
      Created: '2026-11-23T01:59:29.019721683Z',
      State: {
        Status: 'running',
        Running: true,
        StartedAt: '2026-11-23T01:59:29.142406803Z',
        FinishedAt: '0001-01-01T00:00:00Z',
      },
      Config: {
        Env: ['ANTHROPIC_API_KEY=sk-ant-planted'],
        Image: 'agent',
        Labels: { ['__proto__']: 'x', 'ckrv.run_id': 'r' },
      },
    }
    const engine = await engineOf((_, response) => response.end(json(container)))
    const found = await engine.inspect(ID)
    expect(found).toMatchObject({
      name: 'ckrv-1',
      state: 'running',
      finishedAt: null,
      labels: { runId: 'r', batchId: null },
    })
    expect(found.startedAt).toBe(Date.parse('2026-11-23T01:59:29.142Z'))
    expect(json(found)).not.toContain('sk-ant-planted')
  })

  it('[DOCK-1.11] lists the agents by exact prefix or label, whatever else is there', async () => {
    const of = (name: string, Labels: object | null = null) => ({
      Id: ID,
      Names: [`/${name}`],
      State: 'running',
      Created: 1,
      Labels,
    })
    const list = [of('ckrv-1'), of('my-ckrv-2'), of('ckrvx'), of('labelled', { 'ckrv.run_id': 'r' }), of('x', {})]
    const engine = await engineOf((_, response) => response.end(json(list)))
    expect((await engine.listAgents()).map(({ name }) => name)).toEqual(['ckrv-1', 'labelled'])
  })

  it('tells a state that is not known yet apart into at work and ended', async () => {
    const state = async (Status: string, Running: boolean) => {
      const State = { Status, Running }
      const engine = await engineOf((_, response) => response.end(json({ Id: ID, Name: '/x', State, Config: {} })))
      return (await engine.inspect(ID)).state
    }
    expect([await state('stopping', true), await state('stopped', false)]).toEqual(['running', 'exited'])
  })

  it.each([
    ['no JSON', (): string => '<html>'],
    ['another kind of JSON', (): string => '{"Id":5}'],
    ['nothing', (): string => ''],
  ])('is refused where it is %s', async (_, body) => {
    const engine = await engineOf((_, response) => response.end(body()))
    expect(await failure(engine.inspect(ID))).toMatchObject({
      kind: 'bad-answer',
      message: `Docker's answer can't be read: the server at ${engine.where} may be another program. Check DOCKER_HOST.`,
    })
    expect((await failure(engine.listAgents())).kind).toBe('bad-answer')
  })

  it('[DOCK-6.53] is told apart by its status', async () => {
    const engine = await engineOf((request, response) => {
      response.statusCode = request.url?.includes('/images/') ? 500 : 404
      response.end(json({ message: 'sk-ant-planted' }))
    })
    const errors = [
      await failure(engine.inspect(ID)),
      await failure(engine.stop(ID)),
      await failure(engine.imageExists('x')),
    ]
    expect(errors.map(({ kind }) => kind)).toEqual(['not-found', 'not-found', 'bad-answer'])
    expect(errors.map(({ message }) => message).join()).not.toContain('sk-ant')
  })

  it.each(['', 'x', '../../info', `${ID}/../x`, ID.slice(1), `${ID}\n`])('is never asked of the id %j', async id => {
    let asked = 0
    const engine = await engineOf((_, response) => response.end(String(asked++)))
    expect((await failure(engine.inspect(id))).kind).toBe('not-found')
    expect((await failure(engine.stop(id))).kind).toBe('not-found')
    const query = { stdout: true, stderr: true, timestamps: true }
    expect((await failure(engine.logs(id, query))).kind).toBe('not-found')
    expect(asked).toBe(0)
  })
})

describe('[DOCK-1] the events', () => {
  it('[DOCK-1.7] come whole, however they are cut, with their time to the nanosecond', async () => {
    const text = Buffer.from(`${event({}, { name: 'ckrv-é' })}\n\n${event({})}\n`)
    const cut = text.indexOf('é') + 1
    const { found, odd } = await eventsOf([text.subarray(0, cut), text.subarray(cut)])
    expect(found.map(({ name }) => name)).toEqual(['ckrv-é', 'ckrv-1'])
    expect(found[1]).toEqual({
      id: ID,
      action: 'die',
      name: 'ckrv-1',
      image: 'agent',
      labels: { runId: null, batchId: null },
      exitCode: 3,
      signal: null,
      nano: 1795399169039327701n,
    })
    expect(odd).toEqual([])
  })

  it('that can’t be read are told, without their words, and skipped', async () => {
    const bad = [
      'not json sk-ant-planted',
      '{}',
      'null',
      event({ Action: 'exec_create: sk-ant-planted' }),
      '{"timeNano":5}',
    ]
    const { found, odd } = await eventsOf([[...bad, event({})].join('\n'), '\n'])
    expect(found).toHaveLength(1)
    expect(odd).toEqual(bad.map(() => "An event of Docker's can't be read."))
  })

  it('take their time from where it is, not from what an attribute holds', async () => {
    const { found } = await eventsOf([event({}, { name: 'ckrv-"timeNano":5', signal: '"timeNano":6' }), '\n'])
    expect(found[0]?.nano).toBe(1795399169039327701n)
  })

  it('have no exit code where that is no number', async () => {
    const { found } = await eventsOf(['', 'x', '1e9', '-1'].map(exitCode => `${event({}, { exitCode })}\n`))
    expect(found.map(({ exitCode }) => exitCode)).toEqual([null, null, null, -1])
  })

  it('[DOCK-1.20] without an end are not kept', async () => {
    expect((await failure(eventsOf(['x'.repeat(2_000_000)]))).kind).toBe('bad-answer')
  })

  it('throw where they are cut, and where they are given up', async () => {
    const engine = await engineOf((_, response) => {
      response.write(`${event({})}\n`)
      setTimeout(() => response.destroy(), 20)
    })
    const iterate = async () => {
      const stream = await engine.events(0, () => {})
      const found: EngineEvent[] = []
      for await (const one of stream) found.push(one)
    }
    expect(await failure(iterate())).toMatchObject({ kind: 'unreachable', refused: false })
    const given = await engineOf((_, response) => void response.write('\n'))
    const stream = await given.events(0, () => {})
    const next = stream[Symbol.asyncIterator]().next()
    stream.destroy()
    expect((await failure(next)).kind).toBe('unreachable')
  })
})

describe('[DOCK-3] an Engine that can’t be asked', () => {
  it('[DOCK-3.54] [DOCK-3.57] is refused, and so said, where nobody listens', async () => {
    const none = new Engine({ socketPath: '/nonexistent/docker.sock' })
    expect(await failure(none.ping())).toMatchObject({
      kind: 'unreachable',
      refused: true,
      message: 'There is no Docker socket at /nonexistent/docker.sock. Start Docker, or set DOCKER_HOST.',
    })
    expect((await failure(none.events(0, () => {}))).refused).toBe(true)
  })

  it('[DOCK-3.54] [DOCK-3.57] is said where the way is barred', () => {
    const error = asDockerError(Object.assign(new Error('connect EACCES'), { code: 'EACCES' }), '/var/run/docker.sock')
    expect(error).toMatchObject({ kind: 'unreachable', refused: true })
    expect(error.message).toMatch(/^Permission denied on Docker's socket .* group \(often "docker"\)\.$/)
  })

  it('[DOCK-1.23] is given up on where it accepts and never answers', { timeout: 10_000 }, async () => {
    const server = createTcpServer(socket => void socket.resume()).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    const engine = new Engine({ protocol: 'http', host: '127.0.0.1', port: portOf(server) })
    const began = Date.now()
    const closed = new Promise<void>(resolve => server.on('connection', socket => socket.on('close', resolve)))
    expect((await failure(engine.ping())).kind).toBe('timeout')
    expect(Date.now() - began).toBeLessThan(5_000)
    await closed
  })

  it('is unreachable where it is cut amid an answer', async () => {
    const engine = await engineOf((_, response) => {
      response.writeHead(200, { 'content-length': 1_000 })
      response.write('O')
      setTimeout(() => response.destroy(), 20)
    })
    expect(await failure(engine.ping())).toMatchObject({ kind: 'unreachable', refused: false })
  })

  it('is no Engine where it speaks otherwise', async () => {
    const server = createTcpServer(socket => void socket.end('SSH-2.0-x\r\n')).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    const engine = new Engine({ protocol: 'http', host: '127.0.0.1', port: portOf(server) })
    expect((await failure(engine.ping())).kind).toBe('bad-answer')
  })

  it('is no Engine where a web server answers everything with a page', async () => {
    const engine = await engineOf((_, response) => void response.end('<!doctype html>'))
    const error = await failure(engine.ping())
    expect([error.kind, error.message]).toEqual([
      'bad-answer',
      `The server at ${engine.where} answered GET /_ping with 200, and is not Docker. Check DOCKER_HOST.`,
    ])
  })
})

describe('[SAFE-5] an answer without an end', () => {
  /** Writes until the reader closes the connection. Resolves with the number of MiB written. */
  async function flooding(status: number, ask: (engine: Engine) => Promise<unknown>) {
    const mebibyte = Buffer.alloc(1_048_576, '[')
    let written = 0
    let gone = false
    const engine = await engineOf((_, response) => {
      response.statusCode = status
      const flood = () => {
        while (!response.destroyed) {
          written += 1
          if (!response.write(mebibyte)) break
        }
      }
      response.on('drain', flood).on('close', () => (gone = true))
      flood()
    })
    const error = await ask(engine).then(
      () => null,
      (reason: unknown) => reason,
    )
    await vi.waitFor(() => expect(gone).toBe(true))
    return { error, written }
  }

  it.each<[string, number, (engine: Engine) => Promise<unknown>, RegExp, number]>([
    ['a list', 200, engine => engine.listAgents(), /longer than 65536 KiB/, 64],
    ['an inspection', 200, engine => engine.inspect(ID), /longer than 4096 KiB/, 4],
    ['a ping', 200, engine => engine.ping(), /longer than 64 KiB/, 1],
    ['a refusal', 500, engine => engine.listAgents(), /HTTP 500/, 1],
    ['a refused stream', 500, engine => engine.events(0, () => {}), /HTTP 500/, 1],
  ])('[DOCK-1.20] [DOCK-1.22] is not read on: %s', async (_, status, ask, message, mebibytes) => {
    const { error, written } = await flooding(status, ask)
    expect(error).toMatchObject({
      name: 'DockerError',
      kind: 'bad-answer',
      message: expect.stringMatching(message) as string,
    })
    // In addition to what was read, both ends of the connection hold some data in buffers.
    expect(written).toBeLessThan(mebibytes + 32)
  })

  it('is of no account where its head is all that is wanted', async () => {
    const { error, written } = await flooding(200, engine => engine.imageExists('agent'))
    expect(error).toBeNull()
    expect(written).toBeLessThan(32)
  })
})
