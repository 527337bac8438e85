import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { observation } from '../run/observation'
import { authorization, BackendError, BackendHttp } from './http'

const servers: Server[] = []

const serve = async (answer: RequestListener): Promise<URL> => {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const json =
  (body: unknown, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
const plain =
  (body: string, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
  }
const WEB_PAGE = plain('<!DOCTYPE html><html><body>ckrv</body></html>')

const backend = async (answer: RequestListener, timeout = 5_000) => new BackendHttp(await serve(answer), timeout)

/** The error that a call rejects with. */
const failure = async (call: Promise<unknown>): Promise<BackendError> => {
  try {
    await call
  } catch (error) {
    if (error instanceof BackendError) return error
    throw error
  }
  throw new Error('no error')
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** Notes the request, and answers it. */
const asked = (answer: unknown) => {
  const calls: { method: string; url: string; type: string | undefined; body: unknown }[] = []
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    const body = method === 'POST' ? bodyOf(request) : Promise.resolve(undefined)
    void body.then(read => {
      calls.push({ method, url, type: headers['content-type'], body: read })
      json(answer)(request, response)
    })
  }
  return { calls, listener }
}

describe('an answer that is requested again', () => {
  const planOf = (status: string) => ({
    success: true,
    batches: [{ id: 'a', name: 'a', depends_on: [], status, branch: null }],
    raw_yaml: null,
  })
  const entryOf = (status: string) => ({ success: true, run: { id: 'h', status, batches: [] } })

  it.each([
    ['plan', planOf, (http: BackendHttp) => http.plan('s')],
    ['history entry', entryOf, (http: BackendHttp) => http.history('s', 'h')],
  ])('[RUN-9.14] is not read again while its text is the same: the %s', async (_, answerOf, read) => {
    let status = 'running'
    const http = await backend((request, response) => json(answerOf(status))(request, response))
    const first = await read(http)
    expect(await read(http)).toBe(first)
    status = 'completed'
    const second = await read(http)
    expect(second).not.toEqual(first)
    expect(await read(http)).toBe(second)
  })

  it('[RUN-9.14] [SAFE-5.55] is read again if too many long plans were being read at the first request', async () => {
    const yaml = (n: string) => `batches:\n  - id: a\n    name: ${n.repeat(70_000)}\n`
    const http = await backend((request, response) => {
      const spec = new URL(request.url ?? '', 'http://x').searchParams.get('spec') ?? ''
      json({ success: false, batches: [], raw_yaml: yaml(spec) })(request, response)
    })
    const specs = Array.from({ length: 8 }, (_, index) => `spec-${index}`)
    const first = await Promise.all(specs.map(spec => http.plan(spec)))
    expect(first.filter(batches => batches.length === 0).length).toBeGreaterThan(0)
    for (const spec of specs) expect(await http.plan(spec)).toHaveLength(1)
  })
})

describe('calls', () => {
  it('[RUN-9] health is well, or rejects', async () => {
    await (await backend(plain('OK'))).health()
    await (await backend(plain('OK\n'))).health()
    expect(await failure((await backend(WEB_PAGE)).health())).toMatchObject({ kind: 'bad-answer' })
    expect(await failure((await backend(plain('OK', 503))).health())).toMatchObject({ kind: 'bad-answer' })
  })

  it('reads specs', async () => {
    const spec = {
      name: '001-todo',
      path: 'x',
      has_tasks: true,
      has_plan: true,
      task_count: 3,
      has_implementation: false,
    }
    const http = await backend(json({ specs: [spec, { name: 'bare' }], count: 2 }))
    expect(await http.specs()).toEqual([
      { name: '001-todo', has_tasks: true, has_plan: true, task_count: 3 },
      { name: 'bare', has_tasks: false, has_plan: false, task_count: 0 },
    ])
  })

  it('[RUN-8.4] reads a plan, and one that fails as empty', async () => {
    const good = await backend(json({ success: true, batches: [{ id: 'a', status: 'completed' }], raw_yaml: null }))
    expect(await good.plan('s')).toMatchObject([{ id: 'a', completed: true }])
    const bad = await backend(json({ success: false, batches: [], raw_yaml: null, error: 'No plan' }))
    expect(await bad.plan('s')).toEqual([])
  })

  it('[RUN-8] reads the history’s list and an entry, whose empty fields are absent', async () => {
    const entry = {
      ...{
        id: 'run-1',
        spec_name: 's',
        started_at: '2026-01-15T14:49:08.123456789Z',
        status: 'completed',
        dry_run: true,
      },
      ended_at: '2026-01-15T14:52:00+00:00',
      batches: [{ id: 'a', name: 'A', status: 'completed', ended_at: 'nonsense', merged: false }],
    }
    const list = await backend(json({ success: true, runs: [{ ...entry, batches: undefined }] }))
    const listed = {
      ...{ id: 'run-1', status: 'completed', dryRun: true, error: null },
      startedAt: Date.parse('2026-01-15T14:49:08.123Z'),
      endedAt: Date.parse('2026-01-15T14:52:00Z'),
    }
    expect(await list.historyList('s')).toEqual([listed])
    const one = await backend(json({ success: true, run: entry }))
    // A recording of the reading, read again, is exactly the same [REC-7].
    const told = { kind: 'history', at: 1, ...(await one.history('s', 'run-1')) }
    expect(JSON.stringify(observation.parse(told))).toBe(JSON.stringify(told))
    expect(await one.history('s', 'run-1')).toEqual({
      ...listed,
      batches: [{ id: 'a', name: 'A', status: 'completed', startedAt: null, endedAt: null, branch: null, error: null }],
    })
  })

  it('[SAFE-5.2] leaves out an entry whose id no run can have, says so, and reads its neighbours', async () => {
    const odd = ['a/b', 'x'.repeat(201), '\ud800', '', '..', 'a\u0000b', 5, null]
    const runs = [{ id: 'run-1' }, ...odd.map(id => ({ id })), 'no entry', { id: 'run-2', batches: 'none', status: 5 }]
    const told: string[] = []
    const listed = await (await backend(json({ success: true, runs }))).historyList('s', reason => told.push(reason))
    expect(listed.map(({ id }) => id)).toEqual(['run-1', 'run-2'])
    expect(told).toEqual(["9 of its runs can't be read"])
  })

  it('[SAFE-5.3] reads the newest 50 of the history’s list, however many come', async () => {
    const runs = Array.from({ length: 80 }, (_, index) => ({ id: `run-${index}`, status: 'completed' }))
    const listed = await (await backend(json({ success: true, runs }))).historyList('s')
    expect(listed.map(({ id }) => id)).toEqual(runs.slice(0, 50).map(({ id }) => id))
  })

  it.each([
    ['an hour behind', -3_600_000, 3_600_000],
    ['an hour ahead', 3_600_000, -3_600_000],
    ['about the same', -1_000, 0],
  ])('[RUN-7.2] knows by any answer how far the backend’s clock is behind: %s', async (_, ahead, offset) => {
    const http = await backend((_, response) => {
      response.writeHead(200, { date: new Date(Date.now() + ahead).toUTCString() }).end('OK')
    })
    expect(http.clockOffset).toBeNull()
    await http.health()
    expect(Math.abs((http.clockOffset ?? NaN) - offset)).toBeLessThanOrEqual(offset === 0 ? 0 : 2_000)
  })

  it('[RUN-7.2] takes no answer that was long under way for a clock that is behind', async () => {
    const http = await backend((_, response) => {
      const date = new Date().toUTCString()
      setTimeout(() => response.writeHead(200, { date }).end('OK'), 2_700)
    })
    await http.health()
    expect(http.clockOffset).toBe(0)
  })

  it.each(['yesterday', ''])('[RUN-7.2] learns nothing of it from “%s”', async date => {
    const http = await backend((_, response) => response.writeHead(200, { date }).end('OK'))
    await http.health()
    expect(http.clockOffset).toBeNull()
  })

  it('[RUN-8] knows no entry of an id that the history has not', async () => {
    const http = await backend(json({ success: false, error: 'Run not found' }, 404))
    expect(await http.history('s', 'run-1')).toBeNull()
  })

  it('[RUN-8] knows the generation without a history by its web page', async () => {
    const error = await failure((await backend(WEB_PAGE)).history('s', 'run-1'))
    expect(error).toMatchObject({ kind: 'bad-answer' })
    expect(error.message).toContain('a web page')
  })

  it('starts with what was asked for and nothing else', async () => {
    const { calls, listener } = asked({ success: true, run_id: 'r', message: 'ok' })
    const http = await backend(listener)
    const bare = { spec: 's', runId: 'r', dryRun: false, model: undefined, resumeRunId: undefined }
    expect(await http.start(bare)).toEqual({ success: true, message: 'ok' })
    await http.start({ ...bare, dryRun: true, model: 'm', resumeRunId: 'h' })
    expect(calls).toMatchObject([
      { method: 'POST', url: '/api/execution/start', type: 'application/json' },
      { body: { spec: 's', run_id: 'r', dry_run: true, executor_model: 'm', resume_run_id: 'h' } },
    ])
    expect(calls[0]?.body).toEqual({ spec: 's', run_id: 'r', dry_run: false })
  })

  it('hands on that the backend refuses', async () => {
    const words = 'Execution not found or already stopped'
    const http = await backend(json({ success: false, message: words }))
    expect(await http.stop('r')).toEqual({ success: false, message: words })
  })

  it('[SAFE-4.43] keeps any id and spec in its place', async () => {
    const { calls, listener } = asked({ success: true, batches: [], runs: [] })
    const http = await backend(listener)
    const hostile = 'a b/../ü?x=1&y#z%2F'
    await http.plan(hostile)
    await http.historyList(hostile)
    await http.history(hostile, hostile)
    const encoded = encodeURIComponent(hostile)
    expect(calls.map(({ url }) => url)).toEqual([
      `/api/plans/detail?spec=${encoded}`,
      `/api/history/${encoded}?limit=50`,
      `/api/history/${encoded}/${encoded}`,
    ])
  })

  it('may go to a backend behind a path', async () => {
    const { calls, listener } = asked({ specs: [] })
    await new BackendHttp(new URL('/team/ckrv/', await serve(listener))).specs()
    expect(calls[0]?.url).toBe('/team/ckrv/api/specs')
  })
})

describe('a call without a usable answer', () => {
  it.each([
    ['broken JSON', plain('{"specs":['), 'no JSON'],
    ['nothing', plain(''), 'no JSON'],
    ['another shape', json({ specs: {} }), 'unknown shape'],
    ['a list', json([]), 'unknown shape'],
    ['a web page', WEB_PAGE, 'a web page'],
    ['a web page, not found', plain('<html>', 404), '404'],
    ['its own words', plain('missing field `spec`', 422), '422: missing field `spec`'],
  ])('rejects with words for people: %s', async (_, answer, words) => {
    const error = await failure((await backend(answer)).specs())
    expect(error.kind).toBe('bad-answer')
    expect(error.message).toContain(words)
    expect(error.message).toMatch(/^The backend.* GET \/api\/specs .*\.$/)
  })

  it('[SAFE-5] quotes at most 500 characters of it', async () => {
    const error = await failure((await backend(plain('x'.repeat(100_000), 500))).specs())
    expect(error.message.length).toBeLessThan(700)
  })

  it.each([
    ['never begins', () => undefined],
    ['stalls', (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).write('{"specs":')],
  ])('rejects as a time-out where the answer %s', async (_, listener) => {
    const http = await backend(listener, 150)
    const error = await failure(http.specs())
    expect(error).toMatchObject({ kind: 'timeout' })
    expect(error.message).toMatch(
      /^The backend did not answer GET \/api\/specs within 0\.15 s\. .*look into its log\.$/,
    )
  })

  it('rejects as unreachable where nobody listens', async () => {
    const url = await serve(plain(''))
    await new Promise(resolve => servers[0]?.close(resolve))
    const error = await failure(new BackendHttp(url).health())
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toBe(
      `The backend at ${url.origin} can't be reached (ECONNREFUSED). Start it, or set BACKEND_URL to where it listens.`,
    )
  })

  it.each([
    ['before the answer', (_: IncomingMessage, response: ServerResponse) => response.destroy()],
    [
      'in the middle of it',
      (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy())
      },
    ],
  ])('rejects as unreachable where the connection breaks %s', async (_, listener) => {
    expect(await failure((await backend(listener)).specs())).toMatchObject({ kind: 'unreachable' })
  })

  it('[RUN-9.15] is made again where the kept connection turns out to be closed, and a command has a new one', async () => {
    const served = new Set<unknown>()
    const received: string[] = []
    const http = await backend((request, response) => {
      received.push(request.method ?? '')
      if (served.has(request.socket)) {
        request.socket.destroy()
        return
      }
      served.add(request.socket)
      json({ success: true, message: 'ok', specs: [] })(request, response)
    })
    await http.specs()
    expect(await http.specs()).toEqual([])
    expect(await http.stop('r')).toMatchObject({ success: true })
    expect(received).toEqual(['GET', 'GET', 'GET', 'POST'])
  })

  it('[SAFE-5.5] reads no answer that is made of more values than any', async () => {
    const specs = `{"specs":[${'{"name":""},'.repeat(300_000)}{"name":""}]}`
    const client = await backend((_, response) => response.end(specs))
    const error = await failure(client.specs())
    expect(error.kind).toBe('bad-answer')
    expect(error.message).toContain('more than 200,000 values')
  })

  it('[SAFE-5.56] reads 1,000 specs of an answer at most', async () => {
    const specs = Array.from({ length: 1_500 }, (_, n) => ({ name: `spec-${n}` }))
    const client = await backend((_, response) => response.end(JSON.stringify({ specs })))
    expect(await client.specs()).toHaveLength(1_000)
  })

  it('[SAFE-5.48] reads no more than 16 MiB, and then no further', async () => {
    let closed = false
    const http = await backend((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 120)
      const more = () => {
        if (!closed) response.write(chunk, more)
      }
      response.on('close', () => {
        closed = true
      })
      more()
    })
    const error = await failure(http.specs())
    expect(error).toMatchObject({ kind: 'bad-answer' })
    expect(error.message).toContain('16 MiB')
    await expect.poll(() => closed).toBe(true)
  })

  it('[SAFE-2.34] [SAFE-2.43] follows no redirect: what answers there is not the backend', async () => {
    const elsewhere = asked({ specs: [] })
    const target = await serve(elsewhere.listener)
    const http = await backend((_, response) => response.writeHead(302, { location: target.href }).end())
    const error = await failure(http.specs())
    expect(error).toMatchObject({ kind: 'bad-answer' })
    expect(error.message).toContain('302')
    expect(elsewhere.calls).toEqual([])
  })
})

describe('credentials', () => {
  const withCredentials = (url: URL): URL => Object.assign(new URL(url), { username: 'us er', password: 'p@ss:wörd' })

  it('[SAFE-2.41] are sent as a header', async () => {
    let sent: string | undefined
    const url = await serve((request, response) => {
      sent = request.headers.authorization
      plain('OK')(request, response)
    })
    await new BackendHttp(withCredentials(url)).health()
    expect(Buffer.from(sent?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('us er:p@ss:wörd')
  })

  it('[SAFE-2.42] are in no message, whatever goes wrong', async () => {
    const dead = await serve(plain(''))
    await new Promise(resolve => servers[0]?.close(resolve))
    const answers = [plain('no', 500), WEB_PAGE, json({}), plain('{'), (() => undefined) as RequestListener]
    const urls = [dead, ...(await Promise.all(answers.map(serve)))]
    for (const url of urls) {
      const error = await failure(new BackendHttp(withCredentials(url), 150).specs())
      const told = [error.message, error.stack, String(error.cause), JSON.stringify(error.cause)].join('\n')
      expect(told).not.toMatch(/us er|us%20er|p@ss|p%40ss|w%C3%B6rd|wörd/)
    }
  })

  it('are none without', () => {
    expect(authorization(new URL('http://127.0.0.1:3000'))).toEqual({})
  })

  it('may hold a percent sign that encodes nothing', () => {
    const { authorization: header = '' } = authorization(new URL('http://me:100%@127.0.0.1:3000'))
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe('me:100%')
  })
})
