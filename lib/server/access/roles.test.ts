import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { someAgent } from '../../testing/run/documents'
import type { Action } from '../audit'
import { routes } from '../http/routes'
import { IMPORT, serve } from '../../testing/server/fake-hub'
import { Team } from '../../testing/server/team'

/**
 * The routes, the visitors that may use them (strangers, viewers, operators), and their names in the audit log, repeated here: the
 * test fails if a route is added or opened elsewhere only.
 */
const decided: Record<string, [nobody: number, viewer: number, operator: number, action?: Action]> = {
  'GET /api/runs': [401, 200, 200],
  'POST /api/runs': [401, 403, 201, 'start run'],
  'GET /api/runs/{id}': [401, 200, 200],
  'PUT /api/runs/{id}': [401, 403, 200, 'follow run'],
  'POST /api/runs/{id}/stop': [401, 403, 202, 'stop run'],
  'POST /api/runs/{id}/notes': [401, 403, 201, 'leave note'],
  'GET /api/runs/{id}/moments': [401, 200, 200],
  'GET /api/runs/{id}/usual': [401, 200, 200],
  'GET /api/runs/{id}/logs': [401, 200, 200],
  'GET /api/runs/{id}/logs/search': [401, 200, 200],
  'GET /api/runs/{id}/recording': [401, 200, 200],
  'GET /api/imports': [401, 200, 200],
  'POST /api/imports': [401, 403, 201, 'import recording'],
  'GET /api/imports/{id}': [401, 200, 200],
  'DELETE /api/imports/{id}': [401, 403, 200, 'remove import'],
  'GET /api/imports/{id}/logs': [401, 200, 200],
  'GET /api/imports/{id}/logs/search': [401, 200, 200],
  'GET /api/imports/{id}/recording': [401, 403, 200],
  'GET /api/containers': [401, 200, 200],
  'POST /api/containers/{id}/stop': [401, 403, 202, 'stop container'],
  'GET /api/specs': [401, 200, 200],
  'GET /api/specs/{id}/plan': [401, 200, 200],
  'GET /api/specs/{id}/runs': [401, 200, 200],
  'GET /api/specs/{id}/tasks': [401, 422, 422],
  'GET /api/spec-overview': [401, 200, 200],
  'GET /api/sites': [401, 200, 200],
  'POST /api/sources/ask': [401, 200, 200],
  'GET /healthz': [200, 200, 200],
  'GET /readyz': [200, 200, 200],
  'GET /metrics': [401, 200, 200],
}

const ID = 'a'.repeat(64)
const table = [...routes].flatMap(([pattern, row]) =>
  Object.entries(row).map(([method, route]) => ({ method, pattern, route })),
)
const pathOf = (pattern: string) =>
  pattern.replace('{id}', pattern.includes('containers') ? ID : pattern.includes('imports') ? IMPORT : 'r1') +
  (pattern.endsWith('/search') ? '?text=x' : '')

let team: Team
let server: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  team = new Team()
  server = await serve({ team })
  server.hub.add('r1')
  server.hub.agents.push({ ...someAgent(ID), stoppable: true })
})
afterEach(() => server.close())

const bodies: Record<string, [type: string, text: string]> = {
  'POST /api/runs': ['application/json', '{"spec":"shop"}'],
  'POST /api/runs/{id}/notes': ['application/json', '{"text":"seen"}'],
  'POST /api/imports': ['application/x-ndjson', '{"groundtruth":1}\n'],
}
const call = (method: string, pattern: string, headers: Record<string, string>) => {
  const [type, text] = bodies[`${method} ${pattern}`] ?? []
  return server.call(method, pathOf(pattern), { ...(type !== undefined && { 'content-type': type }), ...headers }, text)
}

it('[SAFE-3.15] every route is decided upon', () => {
  expect(table.map(({ method, pattern }) => `${method} ${pattern}`).sort()).toEqual(Object.keys(decided).sort())
})

it('[SAFE-3.26] no GET changes anything', () => {
  expect(table.filter(({ method, route }) => method === 'GET' && route.action !== undefined)).toEqual([])
})

describe.each(table)('[SAFE-3] $method $pattern', ({ method, pattern, route }) => {
  const [nobody, viewer, operator, action] = decided[`${method} ${pattern}`] ?? [0, 0, 0]

  it('[SAFE-3.12] [SAFE-3.14] [SAFE-3.16] [IMP-1.4] [IMP-2.13] is for nobody but those it is for', async () => {
    const asked = async (headers: Record<string, string>) => (await call(method, pattern, headers)).status
    expect(await asked({})).toBe(nobody)
    expect(await asked({ authorization: 'Bearer wrong' })).toBe(nobody)
    expect(await asked({ 'x-forwarded-user': 'ann', 'x-forwarded-for': '127.0.0.1' })).toBe(nobody)
    if (nobody === 401) expect(server.hub.asked).toEqual([])
    expect(await asked(team.bearer('vic'))).toBe(viewer)
    expect(await asked(await team.cookie('vic'))).toBe(viewer)
    if (viewer === 403) expect(server.hub.asked).toEqual([])
    expect(await asked(team.bearer('ann'))).toBe(operator)
  })

  it('[SAFE-3.6] follows its token: none once it is gone, less once it is less', async () => {
    const cookie = await team.cookie('ann')
    team.change('ann', 'viewer')
    expect((await call(method, pattern, cookie)).status).toBe(viewer)
    team.change('ann', null)
    expect((await call(method, pattern, cookie)).status).toBe(nobody)
    expect((await call(method, pattern, team.bearer('ann'))).status).toBe(nobody)
  })

  it('is refused to other sites, whoever’s cookie they bring', async () => {
    const cookie = await team.cookie('ann')
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${server.port}`, 'http://localhost:1']) {
      expect((await call(method, pattern, { ...cookie, origin })).status).toBe(403)
    }
    expect((await call(method, pattern, { ...cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(server.hub.asked).toEqual([])
    expect(server.audited).toEqual([])
  })

  it('[SAFE-3.36] [SAFE-3.37] is recorded where it changes something, with who and what came of it', async () => {
    expect(route.action).toBe(action)
    for (const headers of [{}, team.bearer('vic'), team.bearer('ann')]) await call(method, pattern, headers)
    const record = server.audited.map(({ context, outcome }) => [context.person?.name, outcome])
    const expected = [
      [undefined, 'refused'],
      ['vic', 'refused'],
      ['ann', 'done'],
    ]
    expect(record).toEqual(action === undefined ? [] : expected)
  })
})

describe('[SAFE-3] the record', () => {
  it('[SAFE-3.37] says on which run or container, in the hub’s own words where it failed', async () => {
    await call('POST', '/api/runs/{id}/stop', team.bearer('ann'))
    await call('POST', '/api/runs', team.bearer('ann'))
    server.hub.failure = new Error('out of order')
    await call('POST', '/api/containers/{id}/stop', team.bearer('ann'))
    expect(server.audited.map(({ action, outcome, facts }) => ({ action, outcome, ...facts }))).toEqual([
      { action: 'stop run', outcome: 'done', runId: 'r1' },
      { action: 'start run', outcome: 'done', spec: 'shop', runId: 'run-1-abcdef' },
      {
        action: 'stop container',
        outcome: 'failed',
        containerId: ID,
        why: 'out of order',
        path: `/api/containers/${ID}/stop`,
      },
    ])
  })

  it('[SAFE-3.38] names the person to the hub, for the run’s own log', async () => {
    await call('POST', '/api/runs', team.bearer('ann'))
    await call('POST', '/api/runs/{id}/stop', team.bearer('ann'))
    await call('POST', '/api/containers/{id}/stop', await team.cookie('ann'))
    expect(server.hub.asked).toEqual([
      ['start', { spec: 'shop' }, 'ann'],
      ['stop', 'r1', 'ann'],
      ['stopContainer', ID, 'ann'],
    ])
  })
})

it('[SAFE-5.81] who changes too much in a minute is told to wait, and nobody else is', async () => {
  for (let n = 0; n < 300; n++) await call('POST', '/api/runs/{id}/stop', team.bearer('vic'))
  const refused = await call('POST', '/api/runs/{id}/stop', team.bearer('vic'))
  expect(refused.status).toBe(429)
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await server.metrics.text()).split('\n')).toContain('groundtruth_refused_total{bound="changes"} 1')
  expect(refused.text).toMatch(/^{"error":"Too many calls\. Try again in \d+ s\."}$/)
  expect((await call('GET', '/api/runs', team.bearer('vic'))).status).toBe(200)
  expect((await call('POST', '/api/runs/{id}/stop', team.bearer('ann'))).status).toBe(202)
})

it('what is ready is for anyone to know, what it is linked to is not', async () => {
  expect((await server.call('GET', '/readyz')).text).toBe('{"ready":true}')
  expect((await server.call('GET', '/readyz', team.bearer('vic'))).text).toContain('"links"')
})

describe('[SAFE-2.19] paths of the framework', () => {
  it.each([
    ...['/_next/image?url=%2F', '/_next/data/x', '/_next', '/__nextjs_x', '/_NEXT/image', '/%5fnext/image'],
    ...['//_next/image', '/runs/..%2f_next/image', '/x/_next/static/y.js', '/_next/server/x.json', '/_next/static/./x'],
    ...['/_next/static/../../runs/r1', '/_next/static/%2e%2e/%2e%2e/runs/r1', '/_next/static\\..\\..\\runs'],
  ])('%s is served to nobody', async path => {
    expect((await server.call('GET', path)).status).toBe(404)
    expect((await server.call('GET', path, team.bearer('ann'))).status).toBe(404)
  })

  it('of which pages are made are served', async () => {
    for (const path of [
      '/_next/static/chunks/a-b.c.js',
      '/_next/static/media/x.woff2',
      '/_next/static/x/%5BrunId%5D.js',
    ])
      expect((await server.call('GET', path, team.bearer('vic'))).status).toBe(200)
  })
})

describe('[SAFE-3] pages', () => {
  it.each(['/', '/containers', '/runs/r1', '/nothing', '/Sign-in'])(
    '[SAFE-3.11] %s leads to the sign-in',
    async path => {
      const { status, headers } = await server.call('GET', path)
      expect([status, headers.location?.split('?')[0]]).toEqual([303, '/sign-in'])
      expect(await server.call('GET', path, team.bearer('vic'))).toMatchObject({ status: 200, text: 'a page' })
    },
  )

  it.each([
    ...['/_next/static//runs/r1', '/_next/static/', '/sign-in/../runs/r1', '/sign-in%2f..%2fruns', '/icon.svg/..'],
  ])('%s is no way around it', async path => {
    expect((await server.call('GET', path)).status).toBe(303)
  })

  it.each(['/sign-in', '/sign-in?next=%2F', '/icon.svg', '/_next/static/chunks/0y7n6-~_a.b.js'])(
    '[SAFE-3.16] %s is for anyone',
    async path => {
      expect(await server.call('GET', path)).toMatchObject({ status: 200, text: 'a page' })
    },
  )
})

it('[SAFE-5.80] who shows wrong tokens is told to wait, on calls and pages; who shows a right one, or signs in, is not', async () => {
  const wrong = { authorization: 'Bearer wrong' }
  for (let n = 0; n < 10; n += 1) expect((await server.call('GET', '/api/runs', wrong)).status).toBe(401)
  for (const [method, path] of [
    ['GET', '/api/runs'],
    ['POST', '/api/runs/r1/stop'],
    ['GET', '/metrics'],
    ['GET', '/runs/r1'],
  ] as const) {
    const refused = await server.call(method, path, wrong)
    expect([path, refused.status]).toEqual([path, 429])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(refused.text).toMatch(/^{"error":"Too many unknown tokens\. Try again in \d+ s\."}$/)
  }
  expect((await server.metrics.text()).split('\n')).toContain('groundtruth_refused_total{bound="tokens"} 4')
  for (const probe of ['/healthz', '/readyz']) expect((await server.call('GET', probe, wrong)).status).toBe(200)
  expect((await server.call('GET', '/api/runs', team.bearer('ann'))).status).toBe(200)
  expect((await server.call('GET', '/api/runs', await team.cookie('vic'))).status).toBe(200)
  expect((await server.call('GET', '/api/runs')).status).toBe(401)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await server.call('POST', '/sign-in', form, `token=${team.secret('vic')}`)).status).toBe(303)
})
