import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { faultsOf, type Required } from '../../testing/support/error-words'
import { DockerError } from './docker-error'
import { asDockerError } from './engine-errors'
import { Engine, type DockerHost } from './engine'
import { idOf } from '../../testing/docker/fixtures'

const folder = mkdtempSync(join(tmpdir(), 'docker-error-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const opened: (() => void)[] = []
afterEach(() => opened.splice(0).forEach(close => close()))

const ID = idOf(1)
const logsQuery = { stdout: true, stderr: true, timestamps: true }

/** Every request that this side sends, and the permission that a socket proxy must give for it. */
const calls: [name: string, permission: string, ask: (engine: Engine) => Promise<unknown>][] = [
  ['GET /_ping', 'PING=1', engine => engine.ping()],
  ['GET /containers/json', 'CONTAINERS=1', engine => engine.listAgents()],
  ['GET /containers/{id}/json', 'CONTAINERS=1', engine => engine.inspect(ID)],
  ['GET /events', 'EVENTS=1', engine => engine.events(0, () => undefined)],
  ['GET /images/{id}/json', 'IMAGES=1', engine => engine.imageExists('agent:7')],
  ['POST /containers/{id}/stop', 'POST=1 and CONTAINERS=1', engine => engine.stop(ID)],
]

async function failure(promise: Promise<unknown>): Promise<DockerError> {
  const error: unknown = await promise.then(
    () => new Error('it should have failed'),
    (reason: unknown) => reason,
  )
  if (error instanceof DockerError) return error
  throw error
}

async function listening(server: Server): Promise<number> {
  opened.push(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const at = (port: number, protocol: 'http' | 'https' = 'http'): DockerHost => ({ protocol, host: '127.0.0.1', port })

/** An Engine behind a proxy that answers every request with this status and body. */
async function answering(status: number, body = '{"message":"planted"}'): Promise<Engine> {
  const server = createHttpServer((_, response) => response.writeHead(status).end(body))
  opened.push(() => server.closeAllConnections())
  return new Engine(at(await listening(server)))
}

async function faults(promise: Promise<unknown>, required: Required): Promise<string[]> {
  return faultsOf((await failure(promise)).message, required)
}

describe('[SAY-1.2] a socket proxy that denies', () => {
  it.each(calls)('%s says which call that was, and that it needs %s', async (call, permission, ask) => {
    for (const status of [401, 403, 405]) {
      const engine = await answering(status)
      const error = await failure(ask(engine))
      expect(error.kind).toBe('denied')
      expect(
        faultsOf(error.message, {
          what: new RegExp(`answered ${call.replace(/[/{}]/g, '\\$&')} with HTTP ${status}: access is denied`),
          where: /at http:\/\/127\.0\.0\.1:\d+/,
          next: new RegExp(`socket proxy .*docker-socket-proxy: ${permission}\\)`),
        }),
      ).toEqual([])
    }
  })

  it('denies a log alone', async () => {
    const server = createHttpServer((request, response) => {
      const isLog = request.url?.includes('/logs') === true
      const body = JSON.stringify({ Id: ID, Name: '/x', State: { Status: 'running', Running: true }, Config: {} })
      response.writeHead(isLog ? 403 : 200).end(isLog ? '' : body)
    })
    const engine = new Engine(at(await listening(server)))
    const error = await failure(engine.logs(ID, logsQuery))
    expect(error.message).toMatch(/GET \/containers\/\{id\}\/logs with HTTP 403.*CONTAINERS=1/)
  })
})

describe('[SAY-1.1] [SAY-1.9] an answer that no Engine gives', () => {
  it.each([
    [301, /HTTP 301/, /Check DOCKER_HOST\./],
    [400, /HTTP 400/, /set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH\.$/],
    [404, /HTTP 404/, /Check DOCKER_HOST\./],
    [500, /HTTP 500/, /log of the Docker daemon/],
    [502, /HTTP 502: a proxy there does not reach Docker/, /Start Docker behind it\./],
    [503, /HTTP 503: a proxy/, /Start Docker behind it\./],
    [504, /HTTP 504: a proxy/, /Start Docker behind it\./],
  ] as const)('is said for HTTP %i, with the call', async (status, what, next) => {
    const engine = await answering(status)
    const where = /at http:\/\/127\.0\.0\.1:\d+ answered GET \/(containers\/json|events|_ping) /
    for (const ask of [() => engine.listAgents(), () => engine.events(0, () => undefined), () => engine.ping()]) {
      const error = await failure(ask())
      expect([error.kind, ...faultsOf(error.message, { what, where, next })]).toEqual(['bad-answer'])
    }
  })

  it('knows 404 of a single container or image as one that does not exist', async () => {
    const engine = await answering(404)
    expect((await failure(engine.inspect(ID))).kind).toBe('not-found')
    expect((await failure(engine.stop(ID))).kind).toBe('not-found')
    expect(await engine.imageExists('agent')).toBe(false)
  })

  it.each([
    ['HTML', '<!doctype html>', /is not Docker|can't be read/],
    ['other JSON', '{"planted":1}', /is not Docker|can't be read/],
    ['nothing', '', /is not Docker|can't be read/],
  ])('is said where it is %s with HTTP 200', async (_, body, what) => {
    const engine = await answering(200, body)
    const required = { what, where: /at http:\/\/127\.0\.0\.1:\d+/, next: /Check DOCKER_HOST\./ }
    for (const ask of [() => engine.ping(), () => engine.listAgents(), () => engine.inspect(ID)]) {
      expect(await faults(ask(), required)).toEqual([])
    }
  })
})

describe('[SAY-1.3] a path that is no socket that answers', () => {
  const path = (name: string): string => join(folder, name)
  const socketAt = async (name: string) => {
    const server = createServer().listen(path(name))
    await once(server, 'listening')
    return server
  }

  it.each<[string, () => void, string, RegExp, RegExp]>([
    [
      'a folder',
      () => mkdirSync(path('a')),
      'a',
      /There is a folder in place of Docker's socket/,
      /Remove it and start Docker/,
    ],
    ['a plain file', () => writeFileSync(path('b'), ''), 'b', /is no socket/, /Set DOCKER_HOST/],
    [
      'a link to a folder',
      () => symlinkSync(folder, path('c')),
      'c',
      /There is a folder in place/,
      /Remove it and start/,
    ],
    ['nothing', () => undefined, 'd', /There is no Docker socket/, /Start Docker, or set DOCKER_HOST\.$/],
    [
      'a dangling link',
      () => symlinkSync(path('gone'), path('e')),
      'e',
      /There is no Docker socket/,
      /Start Docker, or set/,
    ],
    [
      'a path through a file',
      () => writeFileSync(path('f'), ''),
      'f/docker.sock',
      /There is no Docker socket/,
      /Start Docker/,
    ],
    [
      'a link to itself',
      () => symlinkSync(path('g'), path('g')),
      'g',
      /can't be opened \(ELOOP\)/,
      /Start Docker, or set/,
    ],
    [
      'a path too long',
      () => undefined,
      'h'.repeat(200),
      /can't be opened|There is no Docker socket/,
      /Start Docker, or set/,
    ],
  ])('is said of %s', async (_, make, name, what, next) => {
    make()
    const error = await failure(new Engine({ socketPath: path(name) }).ping())
    const where = new RegExp(path(name))
    expect([error.kind, error.refused, ...faultsOf(error.message, { what, where, next })]).toEqual([
      'unreachable',
      true,
    ])
  })

  it('is said of a socket whose program has ended', async () => {
    const script = "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))"
    expect(() => execFileSync(process.execPath, ['-e', script, path('dead')], { stdio: 'ignore' })).toThrow()
    const required = {
      what: /Nothing listens/,
      where: /Docker's socket \/.*dead/,
      next: /Start Docker, or set DOCKER_HOST\.$/,
    }
    expect(await faults(new Engine({ socketPath: path('dead') }).ping(), required)).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)(
    'is said of a socket that this user may not open (needs root, to be another user)',
    async () => {
      const server = await socketAt('closed')
      opened.push(() => server.close())
      chmodSync(folder, 0o755)
      chmodSync(path('closed'), 0o600)
      process.seteuid?.(65_534)
      const error = await failure(new Engine({ socketPath: path('closed') }).ping()).finally(() => process.seteuid?.(0))
      const required = { what: /Permission denied/, where: /socket \/.*closed/, next: /group \(often "docker"\)\.$/ }
      expect([error.refused, ...faultsOf(error.message, required)]).toEqual([true])
    },
  )
})

describe('[SAY-1.4] a server that is no Docker Engine', () => {
  // A self-signed certificate, made for this test.
  const made = () => {
    const names = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
    const arguments_ = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1']
    execFileSync('openssl', [...arguments_, '-keyout', names.key, '-out', names.cert], { stdio: 'ignore' })
    return { key: readFileSync(names.key), cert: readFileSync(names.cert) }
  }

  it('is said where it speaks TLS and is asked in plain', async () => {
    const port = await listening(createHttpsServer(made(), (_, response) => void response.end('OK')))
    const required = {
      what: /was cut|does not speak HTTP|HTTP 400/,
      where: /at http:\/\/127\.0\.0\.1:\d+/,
      next: /set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH\.$/,
    }
    expect(await faults(new Engine(at(port)).ping(), required)).toEqual([])
  })

  it('is said where its certificate is not trusted', async () => {
    const port = await listening(createHttpsServer(made(), (_, response) => void response.end('OK')))
    const required = {
      what: /can't be reached/,
      where: /at https:\/\/127\.0\.0\.1:\d+/,
      next: /certificates in DOCKER_CERT_PATH/,
    }
    expect(await faults(new Engine(at(port, 'https')).ping(), required)).toEqual([])
  })

  it('is said where it speaks plain HTTP and is asked by TLS', async () => {
    const port = await listening(createHttpServer((_, response) => void response.end('OK')))
    const required = {
      what: /does not answer with TLS/,
      where: /https:\/\/127\.0\.0\.1:\d+/,
      next: /use plain tcp:\/\//,
    }
    expect(await faults(new Engine(at(port, 'https')).ping(), required)).toEqual([])
  })

  it.each([
    ['another protocol', (data: string) => data, 'SSH-2.0-x\r\n', /does not speak HTTP as Docker does/],
    ['a hang-up', (data: string) => data, '', /was cut/],
  ])('is said where it answers with %s', async (_, of, words, what) => {
    const server = createServer(socket => socket.on('error', () => undefined).end(of(words)))
    const required = { what, where: /at http:\/\/127\.0\.0\.1:\d+/, next: /DOCKER_HOST|check the Docker daemon/ }
    expect(await faults(new Engine(at(await listening(server))).ping(), required)).toEqual([])
  })

  it('is said where it never answers', async () => {
    const port = await listening(createServer(socket => void socket.resume()))
    const required = {
      what: /did not answer within 3 s/,
      where: /at http:\/\/127\.0\.0\.1:\d+/,
      next: /restart Docker\.$/,
    }
    expect(await faults(new Engine(at(port)).ping(), required)).toEqual([])
  })

  it('is said where nothing listens', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    await once(server, 'close')
    const required = {
      what: /Nothing listens/,
      where: /at http:\/\/127\.0\.0\.1:\d+/,
      next: /Start Docker there, or set DOCKER_HOST/,
    }
    expect(await faults(new Engine(at(port)).ping(), required)).toEqual([])
  })

  it('is said where its name is none', async () => {
    const required = {
      what: /host name .* can't be resolved/,
      where: /http:\/\/no-such-host\.invalid:2375/,
      next: /Check its spelling/,
    }
    const host = { protocol: 'http', host: 'no-such-host.invalid', port: 2375 } as const
    expect(await faults(new Engine(host).ping(), required)).toEqual([])
  })
})

const network =
  'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ETIMEDOUT EADDRNOTAVAIL EACCES EPERM EMFILE'
const tls =
  'EPROTO ERR_SSL_WRONG_VERSION_NUMBER CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN ' +
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT_LOCALLY ERR_TLS_CERT_ALTNAME_INVALID ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'
const socket = 'EACCES EPERM ENOENT ECONNREFUSED ENOTSOCK ENOTDIR ELOOP ENAMETOOLONG EINVAL EMFILE'
const cut = 'ECONNRESET EPIPE ABORT_ERR ERR_STREAM_PREMATURE_CLOSE HPE_INVALID_CONSTANT'

it.each([
  ...`${network} ${tls} ${cut}`.split(' ').map(code => [code, 'https://docker:2376'] as const),
  ...`${network} ${cut}`.split(' ').map(code => [code, 'http://docker:2375'] as const),
  ...`${socket} ${cut}`.split(' ').map(code => [code, '/run/nonexistent/docker.sock'] as const),
])('[SAY-1] %s at %s says what, where and what next', (code, where) => {
  const { message } = asDockerError(Object.assign(new Error('planted'), { code }), where)
  const next = /Start Docker|DOCKER_HOST|DOCKER_CERT_PATH|DOCKER_TLS_VERIFY|check the Docker daemon|Run as a user/
  expect(faultsOf(message, { what: /./, where: new RegExp(where), next })).toEqual([])
})
