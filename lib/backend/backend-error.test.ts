import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { faultsOf, type Required } from '../testing/support/error-words'
import { unreachable } from './backend-error'
import { BackendError, BackendHttp } from './http'

const closes: (() => void)[] = []
afterEach(() => closes.splice(0).forEach(close => close()))

async function portOf(server: Server): Promise<number> {
  closes.push(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A client of the backend at this address, with credentials that no error may repeat. */
const at = (origin: string, timeout = 5_000) =>
  new BackendHttp(new URL(origin.replace('://', '://me:hunter2@')), timeout)

async function answering(answer: RequestListener, timeout?: number): Promise<BackendHttp> {
  const server = createHttpServer(answer)
  closes.push(() => server.closeAllConnections())
  return at(`http://127.0.0.1:${await portOf(server)}/team`, timeout)
}

const as =
  (headers: Record<string, string>): RequestListener =>
  (_, response) =>
    void response.writeHead(200, headers).end('{"success":true}')

const plain =
  (status: number, body: string): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(body)

async function failure(call: Promise<unknown>): Promise<BackendError> {
  const error: unknown = await call.then(
    () => new Error('it should have failed'),
    (reason: unknown) => reason,
  )
  if (error instanceof BackendError) return error
  throw error
}

/** Every call to the backend. */
const calls: [string, (http: BackendHttp) => Promise<unknown>][] = [
  ['GET /health', http => http.health()],
  ['GET /api/specs', http => http.specs()],
  ['GET /api/plans/detail', http => http.plan('s')],
  ['GET /api/history/s', http => http.historyList('s')],
  ['POST /api/execution/start', http => http.start(START)],
  ['POST /api/execution/stop', http => http.stop('r')],
]
const START = { spec: 's', runId: 'r', dryRun: false, model: undefined, resumeRunId: undefined }

const everyCall = async (http: BackendHttp, required: Required): Promise<string[]> => {
  const faults = await Promise.all(
    calls.map(async ([name, ask]) => {
      const { message } = await failure(ask(http))
      const isHealth = name === 'GET /health' && message.includes('no ckrv backend')
      return [
        ...faultsOf(message, required),
        ...(message.includes(name) || isHealth ? [] : [`does not name ${name}: ${message}`]),
      ]
    }),
  )
  return faults.flat()
}

const where = /backend|BACKEND_URL/

describe('[SAY-1.5] [SAY-1.9] every call to the backend says what it was answered, and what to do', () => {
  it.each<[number, RegExp]>([
    [301, /Set BACKEND_URL to the address itself: redirects of http:\/\/127.*\/team are not followed/],
    [400, /Check that the backend at http:\/\/127.*\/team is of a generation that knows this call/],
    [401, /Check the credentials in BACKEND_URL/],
    [403, /Check the credentials in BACKEND_URL/],
    [404, /Check that BACKEND_URL \(http:\/\/127.*\/team\) is a ckrv backend/],
    [405, /Check that BACKEND_URL/],
    [422, /generation that knows this call/],
    [429, /lets only so many calls through/],
    [500, /The log of the backend at http:\/\/127.*\/team says why/],
    [502, /A proxy at .* does not reach the backend/],
    [503, /A proxy at .* does not reach the backend/],
    [504, /A proxy at .* does not reach the backend/],
  ])('HTTP %i', async (status, next) => {
    const what = new RegExp(`answered (GET|POST) /\\S+ with ${status}`)
    for (const body of ['', '<html>planted</html>', 'its own words']) {
      expect(await everyCall(await answering(plain(status, body)), { what, where, next })).toEqual([])
    }
  })

  it.each([
    ['HTML', '<!doctype html><p>planted'],
    ['broken JSON', '{"planted":'],
    ['nothing', ''],
    ['another shape', '[]'],
  ])('%s in place of its answer', async (_, body) => {
    const required = {
      what: /with (a web page|no JSON)|unknown shape|is no ckrv backend/,
      where,
      next: /Check (that )?BACKEND_URL/,
    }
    expect(await everyCall(await answering(plain(200, body)), required)).toEqual([])
  })

  it('no answer in time: readings have it once, commands twice as long', async () => {
    const http = await answering(() => undefined, 100)
    const required = { what: /did not answer \S+ \S+ within 0\.[12] s/, where, next: /look into its log/ }
    expect(await everyCall(http, required)).toEqual([])
    expect((await failure(http.specs())).message).toContain('within 0.1 s')
    expect((await failure(http.start(START))).message).toMatch(/within 0\.2 s\. It may be busy: look/)
  })

  it('no answer within 5 s, or 10 s to a command, where nothing else is said', async () => {
    const asked: number[] = []
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation(ms => {
      asked.push(ms)
      return AbortSignal.abort(new DOMException('', 'TimeoutError'))
    })
    const http = at('http://127.0.0.1:1')
    await Promise.allSettled([http.specs(), http.start(START), http.stop('r')])
    spy.mockRestore()
    expect(asked).toEqual([5_000, 10_000, 10_000])
  })
})

describe('[SAY-1.6] a backend that is not reached says why, and what to do', () => {
  it('where nothing listens', async () => {
    const server = createServer()
    const port = await portOf(server)
    server.close()
    await once(server, 'close')
    const { message, heard } = await failure(at(`http://127.0.0.1:${port}`).start(START))
    const required = {
      what: /can't be reached \(ECONNREFUSED\)/,
      where: /backend at http:\/\/127/,
      next: /Start it, or set BACKEND_URL/,
    }
    expect([heard, ...faultsOf(message, required)]).toEqual(['no'])
  })

  it('where its name is none', async () => {
    const { message, heard } = await failure(at('http://no-such-host.invalid').start(START))
    const required = {
      what: /\((ENOTFOUND|EAI_AGAIN)\)/,
      where: /http:\/\/no-such-host\.invalid/,
      next: /spelling .* BACKEND_URL/,
    }
    expect([heard, ...faultsOf(message, required)]).toEqual(['no'])
  })

  it.each(['SSH-2.0-x\r\n', ''])('where it answers otherwise (%j)', async words => {
    const server = createServer(socket => socket.on('error', () => undefined).end(words))
    const { message, heard } = await failure(at(`http://127.0.0.1:${await portOf(server)}`).start(START))
    const required = {
      what: /another protocol|closed the connection/,
      where: /backend at http:/,
      next: /check BACKEND_URL/,
    }
    expect([heard, ...faultsOf(message, required)]).toEqual(['maybe'])
  })

  const folder = mkdtempSync(join(tmpdir(), 'backend-error-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('where it speaks TLS and is asked in plain, or the other way round, or is not trusted', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-keyout',
      key,
      '-out',
      cert,
    ]
    execFileSync('openssl', made, { stdio: 'ignore' })
    const answer: RequestListener = (_, response) => void response.end('OK')
    const secure = await portOf(createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer))
    const open = await portOf(createHttpServer(answer))
    const faults = async (origin: string, next: RegExp) =>
      faultsOf((await failure(at(origin).health())).message, {
        what: /can't be reached|closed|protocol/,
        where: /127\.0\.0\.1:\d+/,
        next,
      })
    expect(await faults(`http://127.0.0.1:${secure}`, /check BACKEND_URL/)).toEqual([])
    expect(await faults(`https://127.0.0.1:${open}`, /begin with http:\/\/ or https:\/\//)).toEqual([])
    expect(await faults(`https://127.0.0.1:${secure}`, /NODE_EXTRA_CA_CERTS/)).toEqual([])
  })
})

it.each(
  (
    'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EHOSTDOWN ETIMEDOUT EADDRNOTAVAIL EACCES EMFILE ECONNRESET EPIPE ' +
    'ERR_STREAM_PREMATURE_CLOSE ERR_CONTENT_ENCODING HPE_HEADER_OVERFLOW HPE_INVALID_CONSTANT EPROTO ' +
    'CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_VERIFY_LEAF_SIGNATURE ERR_TLS_CERT_ALTNAME_INVALID ERR_SSL_WRONG_VERSION_NUMBER'
  ).split(' '),
)('[SAY-1] [SITE-3.6] %s says what, where and what next, with the variable that holds the address', code => {
  const cause = Object.assign(new Error('planted'), { code })
  const wordsWith = (variable: string) =>
    unreachable('GET /api/specs', { where: 'http://backend:3000', variable }, cause).message
  const message = wordsWith('BACKEND_URL')
  expect(wordsWith('BACKEND_URLS')).toBe(message.replaceAll('BACKEND_URL', 'BACKEND_URLS'))
  const required = { what: new RegExp(code), where: /http:\/\/backend:3000/, next: /BACKEND_URL|NODE_EXTRA_CA_CERTS/ }
  expect(faultsOf(message, required)).toEqual([])
})

it.each<[string, RequestListener]>([
  ['no health', plain(200, 'nice')],
  ['a redirect', plain(301, '')],
  ['wrong credentials', plain(401, '')],
  ['an unknown call', plain(404, '')],
  ['no JSON', plain(200, '{')],
  ['an unknown shape', plain(200, '[]')],
  ['too many values', plain(200, `[${'0,'.repeat(200_001)}0]`)],
])('[SITE-3.6] %s names the variable that holds the address', async (what, answer) => {
  const server = createHttpServer(answer)
  const http = new BackendHttp(new URL(`http://127.0.0.1:${await portOf(server)}`), 5_000, 'BACKEND_URLS')
  const { message } = await failure(what === 'no health' ? http.health() : http.specs())
  expect(message).toMatch(/^(?!.*BACKEND_URL\b).*BACKEND_URLS\b/)
})

describe('[RUN-2.7] a call may have been carried out', () => {
  it.each<[string, RequestListener, 'no' | 'maybe']>([
    ['where it got no answer', () => undefined, 'maybe'],
    ['where the connection was cut', request => void request.socket.destroy(), 'maybe'],
    [
      'where its answer was cut',
      (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
      'maybe',
    ],
    ['where its answer can’t be read', plain(200, '{"success":'), 'maybe'],
    ['where its answer has an unknown shape', plain(200, '[]'), 'maybe'],
    ['where a gateway got no answer', plain(502, ''), 'maybe'],
    ['where a gateway waited in vain', plain(504, ''), 'maybe'],
    ['where a gateway gave up waiting', plain(524, ''), 'maybe'],
    ['where it came too slowly', plain(408, ''), 'maybe'],
    ['where its answer is compressed, although that was not requested', as({ 'content-encoding': 'gzip' }), 'maybe'],
    ['where the head of its answer is too long', as({ 'x-long': 'x'.repeat(20_000) }), 'maybe'],
    ['where its answer is longer than is read', plain(200, ' '.repeat(17 * 1_048_576)), 'maybe'],
    ['but not where it was answered with a web page', plain(200, '<html>'), 'no'],
    ['but not where it was answered with an error', plain(422, 'missing field'), 'no'],
  ])('%s', async (_, answer, heard) => {
    const { message, ...error } = await failure((await answering(answer, 1_000)).start(START))
    expect(error.heard).toBe(heard)
    const next = /BACKEND_URL|look into its log|generation that knows|does not reach|gave up waiting/
    expect(faultsOf(message, { what: /POST \/api\/execution\/start/, where, next })).toEqual([])
  })
})

describe('[SAFE-2.36] [SAFE-2.42] what the backend repeats of the credentials it was asked with', () => {
  const basic = Buffer.from('me:hunter2').toString('base64')
  const words = `no hunter2 for me, nor Basic ${basic}`

  it('is masked in an error', async () => {
    const http = await answering(plain(401, words))
    const { message } = await failure(http.specs())
    expect(message).toContain('no ••• for me, nor Basic •••')
  })

  it('is masked in the answer to a start and to a stop', async () => {
    const http = await answering(plain(200, JSON.stringify({ success: false, message: words })))
    const told = { success: false, message: 'no ••• for me, nor Basic •••' }
    expect([await http.start(START), await http.stop('r')]).toEqual([told, told])
  })
})
