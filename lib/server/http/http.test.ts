import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HubError } from '../../hub/api/hub-api'
import { someAgent } from '../../testing/run/documents'
import { isApi } from './http'
import { IMPORT, serve } from '../../testing/server/fake-hub'

const json = { 'content-type': 'application/json' }

let server: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  server = await serve()
})
afterEach(() => server.close())

const post = (path: string, body: unknown) => server.call('POST', path, json, JSON.stringify(body))
const put = (path: string, body?: unknown) =>
  body === undefined ? server.call('PUT', path) : server.call('PUT', path, json, JSON.stringify(body))
const get = (path: string, headers = {}) => server.call('GET', path, headers)

const parsed = (answer: { text: string }) => JSON.parse(answer.text) as Record<string, unknown>

function addLines(runId: string, texts: string[], batchId?: string): void {
  const lines = texts.map((text, index) => ({
    seq: index + 1,
    at: '2026-01-02T03:04:05.000Z',
    source: 'backend',
    stream: 'stdout' as const,
    text,
  }))
  server.hub.add(runId)
  server.hub.logLines.set(batchId === undefined ? runId : `${runId} ${batchId}`, lines)
}

describe('GET /api/runs', () => {
  it('lists the runs as the hub orders them', async () => {
    server.hub.add('r1')
    server.hub.add('r2')
    const answer = await get('/api/runs')
    expect(answer.status).toBe(200)
    expect(parsed(answer)).toEqual({ runs: await server.hub.runs() })
  })

  it('[SAFE-2.20] [SAFE-2.21] is never stored, and never taken for anything but JSON', async () => {
    const { headers } = await get('/api/runs')
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
  })
})

describe('POST /api/runs', () => {
  it('starts a run and says where it is', async () => {
    const answer = await post('/api/runs', { spec: 'shop' })
    expect(answer).toMatchObject({ status: 201, text: '{"runId":"run-1-abcdef"}' })
    expect(answer.headers.location).toBe('/api/runs/run-1-abcdef')
    expect(server.hub.asked).toEqual([['start', { spec: 'shop' }]])
  })

  it('hands every field on', async () => {
    const body = { spec: 'shop', runId: 'r1', dryRun: true, model: 'opus', resumeRunId: 'h1' }
    expect((await post('/api/runs', body)).status).toBe(201)
    expect(server.hub.asked).toEqual([['start', body]])
  })

  it.each([
    ['no spec', {}],
    ['no object', ['shop']],
    ['null', null],
    ['an empty spec', { spec: '' }],
    ['a leading dot', { spec: '.git' }],
    ['two segments', { spec: 'a/b' }],
    ['a backslash', { spec: 'a\\b' }],
    ['a control character', { spec: 'a\u0007b' }],
    ['129 characters', { spec: 'x'.repeat(129) }],
    ['a spec that is a number', { spec: 7 }],
    ['an empty runId', { spec: 'shop', runId: '' }],
    ['a runId of 201 characters', { spec: 'shop', runId: 'x'.repeat(201) }],
    ['a slash in the runId', { spec: 'shop', runId: 'a/b' }],
    ['a dot as runId', { spec: 'shop', runId: '.' }],
    ['two dots as runId', { spec: 'shop', runId: '..' }],
    ['a line break in the runId', { spec: 'shop', runId: 'a\nb' }],
    ['half a surrogate pair in the runId', { spec: 'shop', runId: 'a\ud800' }],
    ['a dryRun in words', { spec: 'shop', dryRun: 'yes' }],
    ['a field nobody knows', { spec: 'shop', dryrun: true }],
  ])('answers 422 to %s, and starts nothing', async (_, body) => {
    const answer = await post('/api/runs', body)
    expect(answer.status).toBe(422)
    expect(parsed(answer)).toEqual({ error: expect.stringMatching(/\w/) as string })
    expect(server.hub.asked).toEqual([])
  })

  it.each(['x'.repeat(128), 'a.b', 'spec with spaces', '日本語'])('accepts the spec %j', async spec => {
    expect((await post('/api/runs', { spec })).status).toBe(201)
  })

  it('answers 422 to a body that is no JSON, or missing', async () => {
    expect((await server.call('POST', '/api/runs', json, '{"spec":')).status).toBe(422)
    expect((await server.call('POST', '/api/runs')).status).toBe(422)
  })

  it.each([
    ['conflict', 409],
    ['unreachable', 502],
    ['refused', 502],
  ] as const)('answers %s with %i and the words of the hub', async (code, status) => {
    server.hub.failure = new HubError(code, 'Execution already running')
    const answer = await post('/api/runs', { spec: 'shop' })
    expect(answer).toMatchObject({ status, text: '{"error":"Execution already running"}' })
  })

  it('[SAFE-2.16] [SAFE-5.61] counts a body that does not announce its size, and answers 413 beyond 64 KiB', async () => {
    const chunked = { ...json, 'transfer-encoding': 'chunked' }
    const fitting = JSON.stringify({ spec: 'shop' }).padEnd(65_536)
    expect((await server.call('POST', '/api/runs', chunked, fitting)).status).toBe(201)
    expect((await server.call('POST', '/api/runs', chunked, `${fitting} `)).status).toBe(413)
    expect((await server.call('POST', '/api/runs', chunked, fitting.padEnd(5_000_000))).status).toBe(413)
  })
})

describe('PUT /api/runs/{runId}', () => {
  it('follows a run: 201 the first time, 200 after', async () => {
    const first = await put('/api/runs/r1', { spec: 'shop' })
    expect(first.status).toBe(201)
    expect(parsed(first)).toEqual(await server.hub.snapshot('r1'))
    expect((await put('/api/runs/r1', {})).status).toBe(200)
    expect(server.hub.asked).toContainEqual(['follow', 'r1', 'shop'])
  })

  it('needs no body', async () => {
    expect((await put('/api/runs/r1')).status).toBe(201)
    expect(server.hub.asked).toEqual([['follow', 'r1', undefined]])
  })

  it.each(['%2e', '%2e%2e', 'a%2fb', 'a%0ab', '%zz', '%ff', 'x'.repeat(201)])('answers 422 to the id %s', async id => {
    expect((await put(`/api/runs/${id}`)).status).toBe(422)
    expect(server.hub.asked).toEqual([])
  })

  it.each([{ spec: '../x' }, { spec: null }, { speck: 'shop' }, 'shop'])('answers 422 to %j', async body => {
    expect((await put('/api/runs/r1', body)).status).toBe(422)
  })

  it('answers 404 to what the backend does not know', async () => {
    server.hub.failure = new HubError('not-found', 'Execution not found.')
    expect(await put('/api/runs/r1')).toMatchObject({ status: 404, text: '{"error":"Execution not found."}' })
  })
})

describe('GET /api/runs/{runId}', () => {
  it('answers with the snapshot', async () => {
    server.hub.add('r1')
    const answer = await get('/api/runs/r1?x=1')
    expect(answer.status).toBe(200)
    expect(parsed(answer)).toEqual(await server.hub.snapshot('r1'))
  })

  it('[RUN-13] redirects from the address that a run had before', async () => {
    server.hub.add('stream id')
    server.hub.renamed.set('history', 'stream id')
    const answer = await get('/api/runs/history')
    expect(answer.status).toBe(307)
    expect(answer.headers.location).toBe('/api/runs/stream%20id')
  })

  it.each(['r2', '__proto__', '%zz', 'a%2fb'])('answers 404 to %s', async id => {
    server.hub.add('r1')
    expect((await get(`/api/runs/${id}`)).status).toBe(404)
  })

  it('[SAFE-4.31] finds a run by any id that may be one', async () => {
    const ids = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
      .filter(id => id.length <= 200 && !/[\p{Cc}/]/u.test(id) && id !== '.' && id !== '..')
    await fc.assert(
      fc.asyncProperty(ids, async id => {
        server.hub.add(id)
        const answer = await get(`/api/runs/${encodeURIComponent(id)}`)
        expect(parsed(answer)['runId']).toBe(id)
      }),
      { examples: [['__proto__'], ['%2e'], ['a?b#c'], ['日本語 x']] },
    )
  })
})

describe('POST /api/runs/{runId}/stop', () => {
  it('asks for the stop: 202', async () => {
    server.hub.add('r1')
    expect((await server.call('POST', '/api/runs/r1/stop')).status).toBe(202)
    expect(server.hub.asked).toEqual([['stop', 'r1']])
  })

  it('answers 404 to a run that is not known', async () => {
    expect((await server.call('POST', '/api/runs/r1/stop')).status).toBe(404)
    expect((await server.call('POST', '/api/runs/%2e/stop')).status).toBe(404)
  })

  it('answers 409 to a run that is over', async () => {
    server.hub.failure = new HubError('over', 'The run has ended')
    expect((await server.call('POST', '/api/runs/r1/stop')).status).toBe(409)
  })
})

describe('GET /api/runs/{runId}?at=', () => {
  it('[PAST-1.1] answers the run of that moment, in whatever offset it is given', async () => {
    server.hub.add('r1')
    const answer = await get('/api/runs/r1?at=2026-01-15T16:00:00%2B02:00')
    expect(parsed(answer)).toMatchObject({ runId: 'r1', epoch: 'past', now: '2026-01-15T14:00:00.000Z' })
    expect(server.hub.asked).toContainEqual(['past', 'r1', Date.parse('2026-01-15T14:00:00Z')])
  })

  it.each(['', 'yesterday', '2026-01-15', '2026-01-15T16:00:00', '1767690000000', '2026-13-15T16:00:00Z'])(
    '[PAST-1.1] answers 422 to “%s”, and says what a time looks like',
    async at => {
      server.hub.add('r1')
      const answer = await get(`/api/runs/r1?at=${at}`)
      expect(answer.status).toBe(422)
      expect(answer.text).toContain('at: must be a time such as 2026-01-31T12:00:00Z.')
    },
  )

  it('[PAGE-11.1] answers what is usual for a run; 404 to one that is not known', async () => {
    server.hub.add('r1')
    expect(parsed(await get('/api/runs/r1/usual'))).toEqual({ runs: 0, batches: [], whole: null })
    expect((await get('/api/runs/r2/usual')).status).toBe(404)
  })

  it('[SPEC-1.1] answers the runs of a spec and all specs; 404 to a spec that is not known, whatever its name', async () => {
    expect(parsed(await get('/api/specs/a%20b%20..%E2%80%AE/runs'))).toMatchObject({ spec: 'a b ..\u202e', runs: [] })
    expect((await get('/api/specs/nowhere/runs')).status).toBe(404)
    expect((await get('/api/specs/%FF/runs')).status).toBe(404)
    expect((await get(`/api/specs/${'x'.repeat(257)}/runs`)).status).toBe(404)
    expect(parsed(await get('/api/spec-overview'))).toMatchObject({ specs: [] })
  })

  it('[SPEC-6.1] answers the tasks of a batch; 404 to a spec that is not known, 422 without a batch', async () => {
    const answer = parsed(await get('/api/specs/a%20b%20..%E2%80%AE/tasks?batch=b%201'))
    expect(answer).toMatchObject({ plan: 'read', tasks: [{ id: 'T1', title: 'Task of b 1' }], more: 0 })
    expect((await get('/api/specs/nowhere/tasks?batch=a')).status).toBe(404)
    expect((await get('/api/specs/a/tasks')).status).toBe(422)
    expect((await get('/api/specs/a/tasks?batch=')).status).toBe(422)
    expect((await get(`/api/specs/a/tasks?batch=${'x'.repeat(257)}`)).status).toBe(422)
  })

  it('[PAST-1.4] answers the moments of a run; 404 to one that is not known', async () => {
    server.hub.add('r1')
    expect(parsed(await get('/api/runs/r1/moments'))).toMatchObject({ changes: [] })
    expect((await get('/api/runs/r2/moments')).status).toBe(404)
    expect((await get('/api/runs/r2?at=2026-01-15T16:00:00Z')).status).toBe(404)
  })
})

describe('GET /api/runs/{runId}/logs/search', () => {
  it('[LOG-1.3] searches no further once its reader has disconnected', async () => {
    let steps = 0
    server.hub.add('r1')
    server.hub.logs.search = async () =>
      (function* (): Generator<void, never> {
        for (;;) {
          steps += 1
          yield
        }
      })()
    const reader = new AbortController()
    const asked = fetch(`http://127.0.0.1:${server.port}/api/runs/r1/logs/search?text=x`, { signal: reader.signal })
    await vi.waitFor(() => expect(steps).toBeGreaterThan(10))
    reader.abort()
    await expect(asked.then(answer => answer.text())).rejects.toThrow()
    let before = -1
    await vi.waitFor(() => {
      const now = steps
      const isStill = now === before
      before = now
      expect(isStill).toBe(true)
    })
  })

  it('[LOG-1.2] [LOG-1.3] answers after all steps of the search which lines show the text, of the run or of a batch', async () => {
    addLines('r1', ['an error of the agent'], 'b1')
    addLines('r1', ['fine', 'an error', 'fine', 'another error'])
    const answer = await get('/api/runs/r1/logs/search?text=error')
    expect(answer.headers['content-type']).toContain('application/json')
    expect(parsed(answer)).toEqual({ seqs: [2, 4], count: 2, from: 1, to: 4 })
    expect(parsed(await get('/api/runs/r1/logs/search?text=agent&batch=b1'))).toMatchObject({ seqs: [1] })
  })

  it('[LOG-1.4] searches only the streams and the source that were named', async () => {
    addLines('r1', ['an error', 'another error'])
    const found = async (only: string) => parsed(await get(`/api/runs/r1/logs/search?text=error&${only}`))['seqs']
    expect(await found('stream=stdout')).toEqual([1, 2])
    expect(await found('stream=stderr,system')).toEqual([])
    expect(await found('source=backend')).toEqual([1, 2])
    expect(await found('source=another')).toEqual([])
  })

  it.each([
    ...['', 'text=', `text=${'x'.repeat(257)}`, 'text=x&batch=', 'text=x&limit=5'],
    ...['text=x&stream=', 'text=x&stream=stdout,other', 'text=x&source=', 'text=x&level=', 'text=x&level=warning'],
    ...['pattern=', 'pattern=a&text=a', `pattern=${'x'.repeat(257)}`],
  ])('[SAFE-5.95] answers 422 to “%s”', async query => {
    addLines('r1', [])
    expect((await get(`/api/runs/r1/logs/search?${query}`)).status).toBe(422)
  })

  it('[LOG-4.1] says what is wrong with a pattern, and where', async () => {
    addLines('r1', [])
    for (const path of ['/api/runs/r1/logs/search', '/api/runs/r1/logs']) {
      const { status, text } = await get(`${path}?pattern=${encodeURIComponent('err(or')}`)
      expect([status, text]).toEqual([422, expect.stringContaining('a “(” is never closed, at character 4.')])
    }
  })

  it('answers 404 to a run or a batch that is not known', async () => {
    addLines('r1', [])
    expect((await get('/api/runs/r2/logs/search?text=x')).status).toBe(404)
    expect((await get('/api/runs/r1/logs/search?text=x&batch=b9')).status).toBe(404)
  })
})

describe('GET /api/runs/{runId}/logs', () => {
  it('gives the first thousand lines, and from where to go on', async () => {
    addLines(
      'r1',
      Array.from({ length: 1_200 }, (_, index) => `line ${index + 1}`),
    )
    const page = parsed(await get('/api/runs/r1/logs'))
    expect(page).toMatchObject({ next: 1_000, dropped: 0 })
    expect(page['lines']).toHaveLength(1_000)
    expect(parsed(await get('/api/runs/r1/logs?after=1000&limit=10000'))['lines']).toHaveLength(200)
    expect(parsed(await get('/api/runs/r1/logs?before=700&limit=2'))).toMatchObject({
      lines: [{ seq: 698 }, { seq: 699 }],
    })
  })

  it.each([
    'limit=0',
    'limit=10001',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'limit=x',
    'after=-1',
    'after=x',
    'before=0',
    'before=x',
    'batch=',
  ])('[SAFE-5.87] answers 422 to %s', async query => {
    addLines('r1', [])
    expect((await get(`/api/runs/r1/logs?${query}`)).status).toBe(422)
    expect((await get(`/api/runs/r1/logs?${query}`, { accept: 'text/plain' })).status).toBe(422)
  })

  it('gives with a batch what its containers printed, whatever it is called', async () => {
    addLines('r1', ['a line of the backend'])
    for (const batch of ['b1', '__proto__', 'a/b?c#d', 'no\u0000thing', '日本語 x']) {
      addLines('r1', ['a line of the agent'], batch)
      const answer = await get(`/api/runs/r1/logs?batch=${encodeURIComponent(batch)}`)
      expect(parsed(answer)).toMatchObject({ lines: [{ text: 'a line of the agent' }], next: 1 })
    }
  })

  it('[LOG-4.4] [LOG-4.5] gives only the lines that fit, as JSON and as a download that says how many there are', async () => {
    addLines('r1', ['an error', 'fine', 'an error', 'fine'])
    const page = parsed(await get('/api/runs/r1/logs?text=error&limit=2'))
    expect(page).toMatchObject({ lines: [{ seq: 1, text: 'an error' }], dropped: 0 })
    const asked = '/api/runs/r1/logs?text=error&stream=stdout'
    const { headers, text } = await get(asked, { accept: 'text/plain' })
    expect(headers['content-disposition']).toBe('attachment; filename="r1.filtered.log"')
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/ stdout an error$/)
    expect(lines.at(-1)).toMatch(/^# 2 lines of all up to line 4, by text "error", stream \["stdout"\]\.$/)
  })

  it('[LOG-4.5] says in a download where it was stopped because it takes too long', async () => {
    addLines('r1', [])
    server.hub.logs.pick = async () =>
      (function* () {
        yield
        return { lines: [], next: 7, dropped: 0, stopped: true }
      })()
    const { text } = await get('/api/runs/r1/logs?pattern=a', { accept: 'text/plain' })
    expect(text).toBe('# 0 lines, stopped at line 7 because it takes too long, by pattern "a".\n')
  })

  it('[LOG-3.5] names in a download of the merged log who printed each line', async () => {
    addLines('r1', ['of the backend'], '*')
    server.hub.logLines.get('r1 *')?.push({
      ...{ seq: 2, at: null, source: 'c', stream: 'stderr', text: 'of an agent', batch: 'b\u0007' },
    })
    addLines('r1', [])
    const { text } = await get('/api/runs/r1/logs?of=all', { accept: 'text/plain' })
    expect(text).toMatch(/ stdout \[backend\] of the backend\n- stderr \[b.\] of an agent\n$/)
  })

  it('[LOG-3.5] gives with of=all the merged log, and refuses that beside a batch', async () => {
    addLines('r1', ['of the backend', 'of an agent'], '*')
    addLines('r1', ['of the backend'])
    expect(parsed(await get('/api/runs/r1/logs?of=all'))['lines']).toHaveLength(2)
    expect(parsed(await get('/api/runs/r1/logs?of=run'))['lines']).toHaveLength(1)
    expect(parsed(await get('/api/runs/r1/logs/search?of=all&text=agent'))).toMatchObject({ seqs: [2] })
    const { headers } = await get('/api/runs/r1/logs?of=all', { accept: 'text/plain' })
    expect(headers['content-disposition']).toBe('attachment; filename="r1.all.log"')
    for (const query of ['of=all&batch=b1', 'of=batch', 'of=']) {
      for (const path of [`/api/runs/r1/logs?${query}`, `/api/runs/r1/logs/search?text=x&${query}`])
        expect((await get(path)).status).toBe(422)
    }
  })

  it('answers 404 to a batch that is not known, as text too', async () => {
    addLines('r1', [])
    for (const accept of ['application/json', 'text/plain']) {
      const answer = await get('/api/runs/r1/logs?batch=b2', { accept })
      expect(answer).toMatchObject({
        status: 404,
        text: expect.stringMatching(/"There is no such batch of such a run\. GET .*\."/) as string,
      })
    }
    expect((await get('/api/runs/r1/logs?batch=toString')).status).toBe(404)
  })

  it('[SAFE-2.22] [SAFE-2.23] names a batch’s download after run and batch', async () => {
    addLines(
      'r1',
      Array.from({ length: 1_200 }, (_, index) => `line ${index + 1}`),
      'a "b"/é',
    )
    const path = `/api/runs/r1/logs?batch=${encodeURIComponent('a "b"/é')}`
    const answer = await get(path, { accept: 'text/plain' })
    expect(answer.headers['content-disposition']).toBe('attachment; filename="r1.a__b___.log"')
    expect(answer.text.split('\n')).toHaveLength(1_201)
  })

  it('answers 404 to a run that is not known, as text too', async () => {
    expect((await get('/api/runs/r1/logs')).status).toBe(404)
    expect((await get('/api/runs/r1/logs', { accept: 'text/plain' })).status).toBe(404)
  })

  it('[SAFE-2.21] [SAFE-2.22] [SAFE-2.23] gives all of it as an attachment that nothing sniffs', async () => {
    addLines(
      'r"1;é',
      Array.from({ length: 2_500 }, (_, index) => `line ${index + 1}`),
    )
    const answer = await get(`/api/runs/${encodeURIComponent('r"1;é')}/logs`, { accept: 'text/plain' })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="r_1__.log"',
      'x-content-type-options': 'nosniff',
    })
    const lines = answer.text.split('\n')
    expect(lines).toHaveLength(2_501)
    expect(lines[0]).toBe('2026-01-02T03:04:05.000Z stdout line 1')
    expect(lines[2_499]).toBe('2026-01-02T03:04:05.000Z stdout line 2500')
  })

  it('[SAFE-4.32] takes escape sequences and control characters out of a download', async () => {
    addLines('r1', ['\u001b[31mred\u001b[0m\u0007 \u001b]0;title\u0007 tab\there\r'])
    const { text } = await get('/api/runs/r1/logs', { accept: 'text/plain' })
    expect(text).toBe('2026-01-02T03:04:05.000Z stdout red  tab\there\n')
  })

  it.each([
    ['\u001b[4:3mcurly\u001b[4:0m plain', 'curly plain'],
    ['before \u001b]0;an unfinished title and what follows', 'before ␛]0;an unfinished title and what follows'],
    ['\u001b]8;;https://example.org\u001b\\a link\u001b]8;;\u001b\\', 'a link'],
    ['one\n2026-01-02T03:04:05.000Z stdout two', 'one␊2026-01-02T03:04:05.000Z stdout two'],
    ['safe\u202etxt.exe', 'safe\ufffdtxt.exe'],
  ])('[SAFE-4.1] [SAFE-4.35] shows in a download what the page shows of %j', async (line, shown) => {
    addLines('r1', [line])
    const { text } = await get('/api/runs/r1/logs', { accept: 'text/plain' })
    expect(text).toBe(`2026-01-02T03:04:05.000Z stdout ${shown}\n`)
  })

  it('[SAFE-5.87] says in a download how much is missing', async () => {
    addLines('r1', ['last'])
    server.hub.dropped = 7
    const { text } = await get('/api/runs/r1/logs', { accept: 'text/plain' })
    expect(text.split('\n')[0]).toBe('# The oldest 7 lines are gone.')
  })

  it('breaks the connection where a download fails half-way', async () => {
    addLines(
      'r1',
      Array.from({ length: 1_500 }, () => 'x'.repeat(1_000)),
    )
    const { logs } = server.hub
    const read = logs.page.bind(logs)
    logs.page = async (runId, query) => {
      if (query.after > 0) throw new HubError('not-found', 'evicted')
      return read(runId, query)
    }
    await expect(get('/api/runs/r1/logs', { accept: 'text/plain' })).rejects.toThrow(/aborted|reset/)
  })

  it.each([
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html, */*;q=0.8', 'application/json; charset=utf-8'],
    ['application/json, text/plain', 'text/plain; charset=utf-8'],
    ['Text/Plain; charset=utf-8', 'text/plain; charset=utf-8'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    addLines('r1', ['x'])
    expect((await get('/api/runs/r1/logs', { accept })).headers['content-type']).toBe(type)
  })
})

describe('recordings', () => {
  it('[IMP-1] [SAFE-2] come as attachments that nothing sniffs, named after the run', async () => {
    server.hub.add('a b')
    const { status, headers, text } = await get('/api/runs/a%20b/recording')
    expect([status, text]).toEqual([200, '{"groundtruth":1}\n'])
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="a_b.jsonl"',
      'x-content-type-options': 'nosniff',
    })
    expect((await get(`/api/imports/${IMPORT}/recording`)).text).toBe('{"groundtruth":1}\n')
  })

  it('[IMP-4.2] are taken piece by piece, larger than any other body', async () => {
    const line = `${'x'.repeat(100 * 1024)}\n`
    const answer = await server.call('POST', '/api/imports', { 'content-type': 'application/x-ndjson' }, line)
    expect([answer.status, parsed(answer), answer.headers.location]).toEqual([
      ...[201, { importId: IMPORT }, `/api/imports/${IMPORT}`],
    ])
    expect(server.hub.asked).toEqual([['import', line]])
  })

  it.each([
    ['too-much', 507],
    ['unusable', 422],
    ['unwritable', 507],
  ] as const)('[IMP-4.10] [IMP-4.11] answer what is %s with %s', async (code, status) => {
    server.hub.failure = new HubError(code, 'Why not')
    const answer = await server.call('POST', '/api/imports', { 'content-type': 'application/x-ndjson' }, '{}')
    expect([answer.status, parsed(answer)]).toEqual([status, { error: 'Why not' }])
  })

  it.each(['x', 'F'.repeat(32), '..', '%2e%2e%2f%2e%2e', 'f'.repeat(33)])(
    '[SAFE-2] answers 404 to the import %s',
    async id => {
      for (const path of ['', '/logs', '/recording']) expect((await get(`/api/imports/${id}${path}`)).status).toBe(404)
      expect((await server.call('DELETE', `/api/imports/${id}`)).status).toBe(404)
      expect(server.hub.asked).toEqual([])
    },
  )

  it('[IMP-1.6] [IMP-1.7] say why a run is not exported, and what to do', async () => {
    const nobody = await get('/api/runs/nobody/recording')
    expect([nobody.status, parsed(nobody)]).toEqual([
      404,
      {
        error:
          'There is no such recording: no run of this id is followed here. GET /api/runs lists those that are; PUT /api/runs/nobody follows another.',
      },
    ])
    server.hub.failure = new HubError('unwritable', 'Why not, and what to do')
    const unreadable = await get('/api/runs/a/recording')
    expect([unreadable.status, parsed(unreadable)]).toEqual([507, { error: 'Why not, and what to do' }])
    server.hub.failure = new HubError('not-found', 'It is not recorded')
    const unrecorded = await get('/api/runs/a/recording')
    expect([unrecorded.status, parsed(unrecorded)]).toEqual([404, { error: 'It is not recorded' }])
  })
})

describe('GET /api/containers', () => {
  it('lists the containers as the hub orders them, and how fresh that is', async () => {
    server.hub.agents.push(
      someAgent('b'.repeat(64), { verdict: 'orphan', reason: 'Its run is over.', stoppable: true }),
      someAgent('a'.repeat(64)),
    )
    const answer = await get('/api/containers')
    expect(answer.status).toBe(200)
    expect(parsed(answer)).toMatchObject({
      docker: { link: 'off' },
      containers: [
        {
          id: 'b'.repeat(64),
          verdict: 'orphan',
          reason: 'Its run is over.',
          role: 'batch',
          runId: 'r',
          batchId: 'a',
        },
        { id: 'a'.repeat(64), state: 'running', exitCode: null, image: 'ckrv-agent:latest' },
      ],
    })
    expect(answer.text).not.toContain('"reason":null')
    expect(parsed(answer)['docker']).not.toHaveProperty('error')
  })

  it('says why Docker can’t be asked', async () => {
    server.hub.dockerError = 'connect ECONNREFUSED'
    expect(parsed(await get('/api/containers'))).toMatchObject({ docker: { error: 'connect ECONNREFUSED' } })
  })
})

describe('POST /api/containers/{id}/stop', () => {
  const id = 'abcdef012345'.padEnd(64, '0')
  const stop = (which: string) => server.call('POST', `/api/containers/${which}/stop`)

  it.each([id, id.slice(0, 12)])('[SAFE-2.32] asks for the stop of %s: 202', async which => {
    server.hub.agents.push(someAgent(id, { stoppable: true }))
    expect((await stop(which)).status).toBe(202)
    expect(server.hub.asked).toEqual([['stopContainer', which]])
  })

  it('answers 404 to what is not there', async () => {
    expect((await stop(id)).status).toBe(404)
  })

  it.each(['abc', 'g'.repeat(12), id.toUpperCase(), `${id}0`, '__proto__', '%2e%2e', `${id.slice(0, 12)}%2fkill`])(
    '[SAFE-2.32] answers 404 to %s, without asking anybody',
    async which => {
      expect((await stop(which)).status).toBe(404)
      expect(server.hub.asked).toEqual([])
    },
  )

  it('[SAFE-2.33] answers 409 where it no longer runs, and 403 where it is not to be stopped from here', async () => {
    server.hub.agents.push(someAgent(id, { state: 'exited', exitCode: 0 }))
    expect((await stop(id)).status).toBe(409)
    server.hub.agents[0] = someAgent(id)
    expect(await stop(id)).toMatchObject({ status: 403, text: '{"error":"Its run is not over"}' })
  })

  it('answers 502 where Docker does not', async () => {
    server.hub.failure = new HubError('unreachable', 'Docker does not answer')
    expect((await stop(id)).status).toBe(502)
  })

  it('[SAFE-2] is refused to other sites', async () => {
    server.hub.agents.push(someAgent(id, { stoppable: true }))
    const headers = { origin: 'http://evil.example' }
    expect((await server.call('POST', `/api/containers/${id}/stop`, headers)).status).toBe(403)
    expect((await server.call('POST', `/api/containers/${id}/stop`, { 'sec-fetch-site': 'cross-site' })).status).toBe(
      403,
    )
    expect(server.hub.asked).toEqual([])
  })
})

describe('the rest', () => {
  it('lists the specs', async () => {
    expect(parsed(await get('/api/specs'))).toEqual({ specs: await server.hub.specs() })
  })

  it('answers HEAD as GET, without a body', async () => {
    expect(await server.call('HEAD', '/healthz')).toMatchObject({ status: 200, text: '' })
    expect((await server.call('HEAD', '/api/runs/r1')).status).toBe(404)
  })

  it('is alive and ready, whatever the links', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"alive":true}' })
    expect(parsed(await get('/readyz'))).toEqual({
      ready: true,
      links: { backend: 'live', docker: 'off' },
      recording: { state: 'on' },
      warnings: [],
    })
  })

  it('[REC-6.3] is ready where recordings can’t be written, and says why and since when', async () => {
    const failing = { state: 'failing', error: 'Recordings can’t be written: the disk is full.', since: 7 }
    vi.spyOn(server.hub, 'recording').mockReturnValue(failing as never)
    expect(parsed(await get('/readyz'))).toMatchObject({ ready: true, recording: failing })
  })

  it.each([
    '/api',
    '/api/',
    '/api/run',
    '/api/runs/',
    '/api/runs/r1/',
    '/api/runs/r1/x',
    '/api//runs',
    '/API/runs',
    '/api/containers/',
    '/api/containers/x',
  ])('answers %s with 404', async path => {
    const answer = await get(path)
    if (isApi(path))
      expect(answer).toMatchObject({
        status: 404,
        text: expect.stringMatching(/"There is nothing at this path\. .*\."/) as string,
      })
    else expect(answer.text).toBe('a page')
  })

  it.each([
    ['DELETE', '/api/runs', 'GET, POST'],
    ['POST', '/api/runs/r1', 'GET, PUT'],
    ['GET', '/api/runs/r1/stop', 'POST'],
    ['PATCH', '/api/runs/r1/logs', 'GET'],
    ['POST', '/api/containers', 'GET'],
    ['GET', `/api/containers/${'a'.repeat(64)}/stop`, 'POST'],
    ['POST', '/healthz', 'GET'],
  ])('answers %s %s with 405, and what is allowed', async (method, path, allow) => {
    const answer = await server.call(method, path)
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe(allow)
  })

  it('answers 500 to a fault of its own, and says nothing of it', async () => {
    server.hub.failure = new TypeError('secret internals')
    const answer = await get('/api/runs')
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret')
  })
})

describe('GET /api/specs/{spec}/plan', () => {
  it('[START-1] says how much of a spec’s plan is completed, and which of its runs are under way', async () => {
    server.hub.add('r1')
    const answer = await get('/api/specs/a%20b/plan')
    expect([answer.status, parsed(answer)]).toEqual([200, { state: 'read', total: 3, completed: 1, runs: ['r1'] }])
    expect(server.hub.asked.at(-1)).toEqual(['specPlan', 'a b'])
  })

  it.each(['/api/specs/..%2fx/plan', '/api/specs/.git/plan', '/api/specs/%zz/plan'])(
    'knows no spec at %s',
    async path => {
      expect((await get(path)).status).toBe(404)
      expect(server.hub.asked).toEqual([])
    },
  )
})

it('[RUN-2.7] names the run that may have begun, though the start has no answer', async () => {
  server.hub.failure = new HubError('unreachable', 'No answer', { runId: 'r9' })
  const answer = await server.call('POST', '/api/runs', { 'content-type': 'application/json' }, '{"spec":"shop"}')
  expect([answer.status, parsed(answer)]).toEqual([502, { error: 'No answer', runId: 'r9' }])
})
