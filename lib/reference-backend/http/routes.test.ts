import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Generation } from '../generation'
import {
  call,
  Listener,
  masked,
  planOf,
  projectOf,
  recordedCalls,
  start,
  started,
  type RecordedCall,
  type Specs,
} from '../../testing/backend/reference-backend'

const rawOf = (path: string, calls: RecordedCall[]) => {
  const answer = calls.find(call => call.path.startsWith(path))?.answer
  return typeof answer === 'object' ? String(answer['raw_yaml']) : null
}

/** Branches are sorted by names that end in random characters. */
const sorted = (_key: string, value: unknown): unknown =>
  Array.isArray(value) && value.every(item => typeof item === 'string') ? value.map(masked).sort() : value

/** An answer without the values that differ between projects and runs. */
const blanked = (answer: unknown) =>
  masked(JSON.stringify(answer, sorted))
    .replace(/\d{4}-\d\d-\d\dT[\d:]+\.\d+/g, 'time')
    .replace(/"elapsed_seconds":\d+/g, '"elapsed_seconds":0')
    .replace(/"path":"[^"]*"/g, '"path":""')

interface Middle {
  generation: Generation
  recording: string
  /** The index of the first call after the run's end. */
  afterTheEnd: number
  /** The batches that had not completed at the calls in the middle, and the messages received until then. */
  waiting: string[]
  heard: string[]
}

describe.each<Middle>([
  {
    generation: 'B',
    recording: 'newest/success/http',
    afterTheEnd: 14,
    waiting: ['ui', 'models', 'batch-002'],
    heard: ["Spawning batch: Worker's Queue", 'Merging branch worktree/main/ckrv-batch-1-'],
  },
  {
    generation: 'A',
    recording: 'oldest/success/http',
    afterTheEnd: 13,
    waiting: ['ui', 'db', '1'],
    heard: ['Spawning batch: Batch 10'],
  },
])('a run of the recorded plan over HTTP, generation $generation', ({ generation, recording, ...middle }) => {
  it('answers every recorded call as recorded, but for Docker and the page', async () => {
    const recorded = recordedCalls(recording)
    const todo = { plan: rawOf('/api/plans/detail', recorded), tasks: rawOf('/api/tasks/detail', recorded) }
    const backend = await started({ specs: { '001-todo': todo }, generation })
    middle.waiting.forEach(id => backend.hold(id))
    let listener: Listener | undefined
    let historyId = ''
    for (const [index, { method, path, body, status, type, answer }] of recorded.entries()) {
      if (index === middle.afterTheEnd) {
        middle.waiting.forEach(id => backend.release(id))
        await listener?.until('All batches completed successfully.')
      }
      const given = await call(backend, method, path.replace(/run-\d{4}-\d\d-\d\d-[0-9a-f]{6}/, historyId), body)
      expect([path, given.status, given.type]).toEqual([path, status, type])
      if (path !== '/api/docker' && type !== 'text/html') expect(blanked(given.answer)).toBe(blanked(answer))
      if (listener === undefined && path.endsWith('/start')) {
        listener = await Listener.join(backend, 'run-1767690000000')
        await listener.until(frames => middle.heard.every(text => frames.join().includes(text)))
        historyId = /run-\d{4}-\d\d-\d\d-[0-9a-f]{6}/.exec(listener.frames.join())?.[0] ?? ''
      }
    }
  })
})

const specs: Specs = { s: { plan: planOf({ a: [], b: ['a'] }) }, '.hidden': {}, bare: { tasks: null } }

describe('the HTTP interface', () => {
  it('[RUN-13] names the folder of a spec in full', async () => {
    const project = projectOf(specs)
    const { answer } = await call(await started({ specs: {}, project }), 'GET', '/api/specs')
    expect(JSON.stringify(answer)).toContain(`"path":"${project}/.specs/`)
  })

  it.each([
    ['GET', '/'],
    ['POST', '/api/execution/run'],
    ['DELETE', '/runs/1'],
  ])('answers an unknown path with the page: %s %s', async (method, path) => {
    const { status, type } = await call(await started({ specs }), method, path)
    expect([status, type]).toEqual([200, 'text/html'])
  })

  it.each([
    ['POST', '/health'],
    ['GET', '/api/execution/start'],
    ['DELETE', '/api/specs'],
    ['PUT', '/api/history/s'],
  ])('refuses a wrong method: %s %s', async (method, path) => {
    expect((await call(await started({ specs }), method, path)).status).toBe(405)
  })

  it.each<[number, string, string, unknown, string | undefined, RegExp]>([
    [400, 'GET', '/api/plans/detail', undefined, undefined, /query string: missing field `spec`/],
    [400, 'GET', '/api/history/s?limit=-1', undefined, undefined, /invalid digit/],
    [400, 'GET', '/api/history/%FF', undefined, undefined, /Invalid URL/],
    [400, 'GET', '/api/execution/ws', undefined, undefined, /missing field `run_id`/],
    [400, 'GET', '/api/execution/ws?run_id=r', undefined, undefined, /upgrade/],
    [400, 'POST', '/api/execution/stop', '{"run_id":', undefined, /as JSON/],
    [413, 'POST', '/api/execution/stop', 'x'.repeat(2 * 1024 * 1024 + 1), undefined, /length limit/],
    [415, 'POST', '/api/execution/stop', '{}', 'text/plain', /Content-Type: application\/json/],
    [422, 'POST', '/api/execution/stop', '{\n}', undefined, /missing field `run_id` at line 2 column 1$/],
    [422, 'POST', '/api/execution/start', { spec: 's', run_id: 5 }, undefined, /run_id: .*string/],
  ])('refuses with %d and a sentence: %s %s', async (status, method, path, body, type, sentence) => {
    const answer = await call(await started({ specs }), method, path, body, type)
    expect([answer.status, answer.type]).toEqual([status, 'text/plain; charset=utf-8'])
    expect(answer.answer).toMatch(sentence)
  })

  it('lists specs by name, with what they have', async () => {
    const { answer } = await call(await started({ specs }), 'GET', '/api/specs')
    expect(answer).toMatchObject({
      specs: [
        { name: 'bare', has_tasks: false, has_plan: false, task_count: 0 },
        { name: 's', has_tasks: true, has_plan: true, task_count: 1 },
      ],
      count: 2,
    })
  })

  it.each(['..', '../s', 's/../s', '', '.hidden'])('reads no file of a spec called %j', async spec => {
    const backend = await started({ specs })
    const { answer } = await call(backend, 'GET', `/api/plans/detail?spec=${encodeURIComponent(spec)}`)
    expect(answer).toMatchObject({ success: false, batches: [], raw_yaml: null })
  })

  it.each(['newest', 'oldest'])('words a bad plan as the %s does', async recording => {
    const recorded = recordedCalls(`${recording}/bad-files/http`).filter(({ path }) => path.includes('plans/detail'))
    const plans: Specs = {}
    for (const { path, answer } of recorded) {
      const raw = typeof answer === 'object' ? answer['raw_yaml'] : null
      if (typeof raw === 'string') plans[path.replace(/^.*spec=/, '')] = { plan: raw }
    }
    const backend = await started({ specs: plans, generation: recording === 'newest' ? 'B' : 'A' })
    for (const { path, answer } of recorded) {
      const given = await call(backend, 'GET', path)
      const anywhere = (value: unknown) => JSON.stringify(value).replace(/at \\".*\/(?=\.specs)/, 'at \\"')
      expect(anywhere(given.answer)).toBe(anywhere(answer))
    }
  })

  it('lists branches that are not merged, whatever the spec; the oldest lists all', async () => {
    for (const [generation, count] of [
      ['B', 1],
      ['A', 2],
    ] as const) {
      const backend = await started({ specs, generation })
      backend.failMerge('b')
      await start(backend, 's')
      await (await Listener.join(backend)).until('Execution failed')
      const { answer } = await call(backend, 'POST', '/api/execution/branches', {})
      expect(JSON.stringify(answer).match(/"ahead_commits"/g)).toHaveLength(count)
      expect(JSON.stringify(answer)).toMatch(/"batch_name":"b-[0-9a-f]{6}","ahead_commits":1,"is_clean":true/)
      expect((await call(backend, 'POST', '/api/execution/branches', { spec: 's' })).answer).toMatchObject({
        branches: [],
      })
    }
  })

  it('upgrades one path only', async () => {
    const backend = await started({ specs })
    const statusOf = (path: string) =>
      new Promise(resolve => {
        const socket = new WebSocket(backend.url.replace('http', 'ws') + path)
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
        socket.on('error', resolve)
      })
    expect(await statusOf('/api/execution/ws')).toBe(400)
    expect(await statusOf('/api/events')).toBe(200)
  })
})
