import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HubError } from '../../hub/api/hub-api'
import { someAgent } from '../../testing/run/documents'
import { FakeHub, IMPORT, serve, type Answer } from '../../testing/server/fake-hub'
import { Team } from '../../testing/server/team'

/** Calls to a dashboard of several sites, over real sockets. */

const json = { 'content-type': 'application/json' }
const [ID, OTHER] = ['a'.repeat(64), `${'a'.repeat(12)}${'b'.repeat(52)}`]

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** Two sites: both know `both`, each has a run of its own. */
async function setUp(team?: Team) {
  const [ann, bob] = [new FakeHub('ann'), new FakeHub('bob')]
  for (const hub of [ann, bob]) hub.add('both')
  ann.add('of-ann')
  bob.add('of-bob')
  const server = await serve({ hubs: [ann, bob], ...(team && { team }) })
  ends.push(server.close)
  const post = (path: string, body: unknown, headers = {}) =>
    server.call('POST', path, { ...json, ...headers }, JSON.stringify(body))
  return { ann, bob, server, call: server.call, post }
}

const parsed = (answer: Answer): unknown => JSON.parse(answer.text)
const errorOf = (answer: Answer) => z.strictObject({ error: z.string() }).parse(parsed(answer)).error
const runsIn = (answer: Answer) =>
  z.object({ runs: z.array(z.object({ runId: z.string(), site: z.string().optional() })) }).parse(parsed(answer)).runs

/** Every call about a run. */
const OF_RUN = [
  ['GET', ''],
  ['GET', '?at=2026-01-02T03:04:05Z'],
  ['PUT', ''],
  ['POST', '/stop'],
  ['POST', '/notes'],
  ['GET', '/moments'],
  ['GET', '/usual'],
  ['GET', '/logs'],
  ['GET', '/logs/search?text=x'],
  ['GET', '/recording'],
] as const

const withSite = (path: string, site: string) => `${path}${path.includes('?') ? '&' : '?'}site=${site}`

describe.each(OF_RUN)('a call about a run: %s %s', (method, rest) => {
  const send = ({ call }: Pick<Awaited<ReturnType<typeof setUp>>, 'call'>, path: string, headers = {}) =>
    rest === '/notes'
      ? call(method, path, { ...json, ...headers }, '{"text":"seen"}')
      : call(method, path, { ...headers })

  it('[SITE-5.1] goes to the site that it names, in every one of them', async () => {
    const at = await setUp()
    expect((await send(at, withSite(`/api/runs/both${rest}`, 'bob'))).status).toBeLessThan(300)
    expect(at.ann.asked).toEqual([])
    expect(at.bob.asked).not.toEqual([])
    expect((await send(at, withSite(`/api/runs/of-ann${rest}`, 'ann'))).status).toBeLessThan(300)
  })

  it('[SITE-5.2] goes to the only site that knows the run', async () => {
    const at = await setUp()
    expect((await send(at, `/api/runs/of-bob${rest}`)).status).toBeLessThan(300)
    expect(at.ann.asked).toEqual([])
    expect(at.bob.asked).not.toEqual([])
  })

  it('[SITE-5.3] is refused with 409 where several know the run, and asks none of them', async () => {
    const at = await setUp()
    const refused = await send(at, `/api/runs/both${rest}`)
    expect([refused.status, errorOf(refused)]).toEqual([409, expect.stringMatching(/ann, bob\b.*\?site=ann/)])
    expect([...at.ann.asked, ...at.bob.asked]).toEqual([])
  })

  it('[SITE-5.6] is refused with 404 where there is no such site, and asks none', async () => {
    const at = await setUp()
    for (const site of ['cleo', '', 'ANN', 'ann,bob', '__proto__', 'constructor', '%00', '%ff', 'default', 'ann%20']) {
      const refused = await send(at, withSite(`/api/runs/of-ann${rest}`, site))
      expect([site, refused.status, errorOf(refused)]).toEqual([site, 404, expect.stringContaining('no such site')])
    }
    expect([...at.ann.asked, ...at.bob.asked]).toEqual([])
  })

  it('[SITE-5.7] is refused with 422 where it names a site twice, even the same, and asks none', async () => {
    const at = await setUp()
    for (const sites of ['ann&site=bob', 'ann&site=ann', 'ann&site=', 'cleo&site=ann']) {
      const refused = await send(at, withSite(`/api/runs/of-ann${rest}`, sites))
      expect([sites, refused.status, errorOf(refused)]).toEqual([sites, 422, expect.stringMatching(/^site: /)])
    }
    expect([...at.ann.asked, ...at.bob.asked]).toEqual([])
  })

  // A follow may be of an unknown run.
  if (method === 'PUT') return

  it('[SITE-6.2] answers a person of another site as if the run did not exist', async () => {
    const team = new Team({ ann: ['bob'] })
    const at = await setUp(team)
    const by = team.bearer('ann')
    const hidden = await send(at, `/api/runs/of-ann${rest}`, by)
    const missing = await send(at, `/api/runs/of-cleo${rest}`, by)
    expect([hidden.status, hidden.text.replaceAll('of-ann', '')]).toEqual([404, missing.text.replaceAll('of-cleo', '')])
    const named = await send(at, withSite(`/api/runs/of-ann${rest}`, 'ann'), by)
    expect([named.status, errorOf(named)]).toEqual([404, expect.stringMatching(/here are bob; asked for was ann\./)])
    expect((await send(at, `/api/runs/both${rest}`, by)).status).toBeLessThan(300)
    expect(at.ann.asked).toEqual([])
  })
})

describe('a run that no site knows', () => {
  it('[SITE-5.2] is not found, whichever call asks', async () => {
    const { call } = await setUp()
    for (const path of ['/api/runs/nowhere', '/api/runs/nowhere/logs', '/api/runs/%00', '/api/runs/nowhere?site=ann'])
      expect((await call('GET', path)).status).toBe(404)
  })

  it('[SITE-5.4] is followed at the site that is named, and at none without', async () => {
    const { call, ann, bob } = await setUp()
    const refused = await call('PUT', '/api/runs/new')
    expect([refused.status, errorOf(refused)]).toEqual([422, expect.stringMatching(/^site: is missing.*ann, bob\./)])
    expect((await call('PUT', '/api/runs/new?site=bob')).status).toBe(201)
    expect([ann.has('new'), bob.has('new')]).toEqual([false, true])
    // Now that one site knows it, that one is meant.
    expect((await call('PUT', '/api/runs/new')).status).toBe(200)
    expect(ann.asked).toEqual([])
  })

  it('[SITE-5.2] a run’s earlier id is looked for, too, and HEAD is answered like GET', async () => {
    const { call, bob } = await setUp()
    bob.renamed.set('old', 'of-bob')
    const at = '2026-01-02T03:04:05Z'
    expect(await call('GET', '/api/runs/old')).toMatchObject({ status: 307, headers: { location: location() } })
    expect(await call('HEAD', '/api/runs/old')).toMatchObject({
      status: 307,
      text: '',
      headers: { location: location() },
    })
    expect((await call('GET', '/api/runs/old?site=bob')).headers.location).toBe(location())
    expect((await call('HEAD', '/api/runs/both')).status).toBe(409)
    expect((await call('HEAD', '/api/runs/both?site=ann')).status).toBe(200)
    bob.past = async () => bob.snapshot('of-bob')
    expect((await call('GET', `/api/runs/old?at=${at}`)).headers.location).toBe(location(at))
    expect((await call('GET', `/api/runs/old?site=bob&at=${at}`)).headers.location).toBe(location(at))
  })

  /** The run's own address [SITE-5.9]. */
  const location = (at?: string) =>
    `/api/runs/of-bob?${String(new URLSearchParams({ site: 'bob', ...(at && { at }) }))}`
})

describe('POST /api/runs', () => {
  it('[SITE-5.4] [SITE-5.9] starts at the site that it names, and says where the run is', async () => {
    const { post, ann, bob } = await setUp()
    const started = await post('/api/runs', { spec: 'shop', runId: 'r 9', site: 'bob' })
    expect(started).toMatchObject({ status: 201, text: '{"runId":"r 9"}' })
    expect(started.headers.location).toBe('/api/runs/r%209?site=bob')
    expect([ann.asked, bob.asked]).toEqual([[], [['start', { spec: 'shop', runId: 'r 9' }]]])
    expect((await post('/api/runs?site=ann', { spec: 'shop' })).headers.location).toMatch(/\?site=ann$/)
  })

  it.each([
    ['no site', '', {}, 422],
    ['an empty one', '', { site: '' }, 404],
    ['an unknown one', '', { site: 'cleo' }, 404],
    ['a property of every object', '', { site: 'constructor' }, 404],
    ['a number', '', { site: 5 }, 422],
    ['two that differ', '?site=ann', { site: 'bob' }, 404],
    ['one of the query, twice', '?site=ann&site=ann', {}, 422],
  ])('[SITE-5.4] [SITE-5.6] with %s starts nothing', async (_, query, body, status) => {
    const { post, ann, bob } = await setUp()
    expect((await post(`/api/runs${query}`, { spec: 'shop', ...body })).status).toBe(status)
    expect([...ann.asked, ...bob.asked]).toEqual([])
  })

  it('[SITE-6.2] starts nothing at a site of others, and needs no site where a person sees one', async () => {
    const team = new Team({ ann: ['bob'] })
    const { post, ann, bob } = await setUp(team)
    expect((await post('/api/runs', { spec: 'shop', site: 'ann' }, team.bearer('ann'))).status).toBe(404)
    expect((await post('/api/runs?site=ann', { spec: 'shop' }, team.bearer('ann'))).status).toBe(404)
    expect(ann.asked).toEqual([])
    expect((await post('/api/runs', { spec: 'shop' }, team.bearer('ann'))).status).toBe(201)
    expect(bob.asked).toEqual([['start', { spec: 'shop' }, 'ann']])
  })
})

describe('GET /api/runs', () => {
  it('[SITE-4.1] lists the runs of all sites, newest first on our clock; those that have not begun come first', async () => {
    const { call, ann, bob } = await setUp()
    const begun = async (hub: FakeHub, ...times: (readonly [startedAt: string | null, clockOffset?: number])[]) => {
      const [run] = await hub.runs()
      hub.runs = async () =>
        times.flatMap(([startedAt, clockOffset = 0], n) =>
          run ? [{ ...run, runId: `${hub.site}-${n}`, startedAt, clockOffset }] : [],
        )
    }
    await begun(ann, ['2026-01-01T10:00:00.000Z', 3_600_000], ['2026-01-01T09:00:00.000Z'])
    await begun(bob, [null], ['2026-01-01T10:30:00.000Z'], ['2026-01-01T08:00:00.000Z'])
    expect(runsIn(await call('GET', '/api/runs')).map(({ runId }) => runId)).toEqual([
      ...['bob-0', 'ann-0', 'bob-1', 'ann-1', 'bob-2'],
    ])
  })

  it('[SITE-4.1] [SITE-5.1] names the site of each run, and lists those of one site alone', async () => {
    const { call } = await setUp()
    const listed = runsIn(await call('GET', '/api/runs')).map(({ runId, site }) => `${site}/${runId}`)
    expect(listed.sort()).toEqual(['ann/both', 'ann/of-ann', 'bob/both', 'bob/of-bob'])
    expect(runsIn(await call('GET', '/api/runs?site=bob')).map(({ runId }) => runId)).toEqual(['both', 'of-bob'])
  })
})

describe('unions', () => {
  it('[SITE-4.2] of containers name each one’s site, beside the state of each Engine', async () => {
    const { call, ann, bob } = await setUp()
    ann.agents.push(someAgent(ID))
    bob.agents.push(someAgent('b'.repeat(64)))
    bob.dockerError = 'permission denied'
    const answer = parsed(await call('GET', '/api/containers'))
    expect(answer).toMatchObject({
      sites: [
        { site: 'ann', docker: { link: 'off' } },
        { site: 'bob', docker: { link: 'off', error: 'permission denied' } },
      ],
      containers: [
        { id: ID, site: 'ann' },
        { id: 'b'.repeat(64), site: 'bob' },
      ],
    })
    expect(parsed(await call('GET', '/api/containers?site=ann'))).toMatchObject({ containers: [{ id: ID }] })
  })

  it('[SITE-4.3] of specs are those of the backends that answer; `unread` says which do not, and why', async () => {
    const { call, ann, bob } = await setUp()
    const spec = (await ann.specs())[0]
    bob.specs = () => Promise.reject(new HubError('unreachable', 'The backend does not answer.'))
    expect(parsed(await call('GET', '/api/specs'))).toEqual({
      specs: [{ ...spec, site: 'ann' }],
      unread: [{ site: 'bob', error: 'The backend does not answer.' }],
    })
    expect(parsed(await call('GET', '/api/specs?site=ann'))).toEqual({ specs: [spec] })
    expect((await call('GET', '/api/specs?site=bob')).status).toBe(502)
    bob.specs = () => Promise.reject(new TypeError('a fault of our own'))
    expect((await call('GET', '/api/specs')).status).toBe(500)
  })

  it(
    '[SITE-4.4] of specs wait 2 s for a backend that does not answer, and then do without',
    { timeout: 30_000 },
    async () => {
      const { call, bob } = await setUp()
      bob.specs = () => new Promise(() => undefined)
      const answer = await Promise.race([call('GET', '/api/specs'), sleep(10_000, null)])
      expect(answer && parsed(answer)).toMatchObject({
        specs: [{ site: 'ann' }],
        unread: [{ site: 'bob', error: expect.stringMatching(/within 2 s/) as string }],
      })
      let refuse: (error: Error) => void = () => undefined
      bob.specs = () => new Promise((_, reject) => (refuse = reject))
      await call('GET', '/api/specs')
      // It fails after its answer was given up: that ends nothing.
      refuse(new HubError('unreachable', 'too late'))
      expect((await call('GET', '/healthz')).status).toBe(200)
    },
  )

  it('[SITE-4.5] of overviews, links and readiness hold one part for each site', async () => {
    const { call } = await setUp()
    for (const [method, path] of [
      ['GET', '/api/spec-overview'],
      ['POST', '/api/sources/ask'],
      ['GET', '/readyz'],
    ] as const) {
      expect(parsed(await call(method, path))).toMatchObject({ sites: [{ site: 'ann' }, { site: 'bob' }] })
      const only = parsed(await call(method, `${path}?site=bob`))
      expect(only).not.toHaveProperty('sites')
    }
  })

  it('[SITE-4.6] GET /api/sites lists every site, its links and how many runs are known of it', async () => {
    const { call, ann, bob } = await setUp()
    ann.add('another')
    const site = (hub: FakeHub, name: string, runs: number) => ({
      ...{ name, backend: hub.backend, owner: null, self: true, age: 0, runs },
      link: { backend: 'live', docker: 'off', store: 'off' },
    })
    expect(parsed(await call('GET', '/api/sites'))).toEqual({ sites: [site(ann, 'ann', 3), site(bob, 'bob', 2)] })
    expect(parsed(await call('GET', '/api/sites?site=bob'))).toEqual({ sites: [site(bob, 'bob', 2)] })
  })
})

describe('a call about a spec', () => {
  it.each(['/plan', '/runs', '/tasks?batch=b1'])('[SITE-5.4] %s goes to the site that it names', async rest => {
    const { call, ann, bob } = await setUp()
    const refused = await call('GET', `/api/specs/shop${rest}`)
    expect([refused.status, errorOf(refused)]).toEqual([422, expect.stringMatching(/^site: is missing/)])
    expect((await call('GET', withSite(`/api/specs/shop${rest}`, 'bob'))).status).toBe(200)
    expect(ann.asked).toEqual([])
    expect(bob.asked).toHaveLength(1)
  })
})

describe('POST /api/containers/{id}/stop', () => {
  const stop = (call: Awaited<ReturnType<typeof setUp>>['call'], id: string, headers = {}) =>
    call('POST', `/api/containers/${id}`, headers)

  it('[SITE-5.5] goes to the only site whose Engine has the container, also by the short id', async () => {
    const { call, ann, bob } = await setUp()
    bob.agents.push({ ...someAgent(ID), stoppable: true })
    expect((await stop(call, `${ID}/stop`)).status).toBe(202)
    expect((await stop(call, `${ID.slice(0, 12)}/stop`)).status).toBe(202)
    const stopped = [ID, ID.slice(0, 12)].map(id => ['stopContainer', id])
    expect(bob.asked.filter(asked => Array.isArray(asked) && asked[0] === 'stopContainer')).toEqual(stopped)
    expect(ann.asked).not.toContainEqual(expect.arrayContaining(['stopContainer']))
  })

  it('[SITE-5.5] stops nothing where several sites have a container that the id fits', async () => {
    const { call, ann, bob } = await setUp()
    ann.agents.push({ ...someAgent(ID), stoppable: true })
    bob.agents.push({ ...someAgent(OTHER), stoppable: true })
    const short = ID.slice(0, 12)
    const refused = await stop(call, `${short}/stop`)
    expect([refused.status, errorOf(refused)]).toEqual([
      409,
      expect.stringContaining(`ann, bob. Name one of them, as in /api/containers/${short}/stop?site=ann`),
    ])
    for (const hub of [ann, bob]) expect(hub.asked).toEqual([['containers']])
    expect((await stop(call, `${short}/stop?site=bob`)).status).toBe(202)
    expect((await stop(call, `${OTHER}/stop`)).status).toBe(202)
    expect(ann.asked).not.toContainEqual(expect.arrayContaining(['stopContainer']))
  })

  it('[SITE-5.5] [SITE-6.2] is not found where no site has it, or none that the person may see', async () => {
    const team = new Team({ ann: ['bob'] })
    const { call, ann, bob } = await setUp(team)
    ann.agents.push({ ...someAgent(ID), stoppable: true })
    for (const id of [ID, 'c'.repeat(64), 'xyz', ID.slice(0, 11)]) {
      expect((await stop(call, `${id}/stop`, team.bearer('ann'))).status).toBe(404)
    }
    expect(ann.asked).toEqual([])
    expect(bob.asked).not.toContainEqual(expect.arrayContaining(['containers']))
  })
})

describe('imports', () => {
  it('[SITE-5.10] belong to no site: a call about them takes one that is shown, and is answered as without it', async () => {
    const { call } = await setUp()
    for (const path of ['', `/${IMPORT}`, `/${IMPORT}/logs`, `/${IMPORT}/logs/search?text=x`, `/${IMPORT}/recording`]) {
      const plain = await call('GET', `/api/imports${path}`)
      expect(plain.status).toBe(200)
      expect(await call('GET', withSite(`/api/imports${path}`, 'bob'))).toMatchObject({ status: 200, text: plain.text })
      expect((await call('GET', withSite(`/api/imports${path}`, 'cleo'))).status).toBe(404)
    }
  })

  it('[SITE-6.7] are for people of every site', async () => {
    const team = new Team({ vic: ['bob'] })
    const { call } = await setUp(team)
    expect((await call('GET', `/api/imports/${IMPORT}`, team.bearer('vic'))).status).toBe(200)
    expect((await call('GET', '/api/imports', team.bearer('vic'))).status).toBe(200)
  })
})

describe('the audit log', () => {
  it('[SITE-5.8] [SAFE-3.37] names the site, of what is done and of what is refused there', async () => {
    const { call, post, ann, server } = await setUp()
    ann.agents.push({ ...someAgent(ID), stoppable: true })
    await post('/api/runs', { spec: 'shop', site: 'bob' })
    await call('POST', '/api/runs/both/stop?site=bob')
    await call('PUT', '/api/runs/of-ann')
    await call('POST', `/api/containers/${ID}/stop`)
    await post('/api/runs/both/notes?site=ann', { text: '' })
    await call('POST', '/api/runs/both/stop')
    await post('/api/runs', { spec: 'shop' })
    expect(server.audited.map(({ action, outcome, facts }) => [action, outcome, facts['site']])).toEqual([
      ['start run', 'done', 'bob'],
      ['stop run', 'done', 'bob'],
      ['follow run', 'done', 'ann'],
      ['stop container', 'done', 'ann'],
      ['leave note', 'refused', 'ann'],
      ['stop run', 'refused', undefined],
      ['start run', 'refused', undefined],
    ])
    expect(server.audited.at(-1)?.facts).toMatchObject({ spec: 'shop' })
  })
})

describe('[SITE-6] a person of one site', () => {
  it('[SITE-6.2] gets lists of theirs alone, in the form of a dashboard with one site', async () => {
    const team = new Team({ vic: ['bob'] })
    const { call, ann, bob } = await setUp(team)
    ann.agents.push(someAgent(ID))
    bob.agents.push(someAgent(OTHER))
    const by = team.bearer('vic')
    const [runs, containers, specs, sites, ready, overview] = await Promise.all(
      ['/api/runs', '/api/containers', '/api/specs', '/api/sites', '/readyz', '/api/spec-overview'].map(path =>
        call('GET', path, by),
      ),
    )
    expect(runs && runsIn(runs).map(({ runId }) => runId)).toEqual(['both', 'of-bob'])
    expect(containers && parsed(containers)).toMatchObject({ containers: [{ id: OTHER }] })
    expect(specs && parsed(specs)).toEqual({ specs: await bob.specs() })
    expect(sites && parsed(sites)).toMatchObject({ sites: [{ name: 'bob' }] })
    expect(ready && parsed(ready)).toMatchObject({ links: bob.links() })
    for (const each of [runs, containers, specs, sites, ready, overview]) expect(each?.text).not.toMatch(/\bann\b/)
    expect((await call('POST', '/api/sources/ask', by)).text).not.toMatch(/\bann\b/)
    expect(ann.asked).toEqual([])
  })

  it('[SITE-6.2] follows its token: other sites as soon as its line names others', async () => {
    const team = new Team({ vic: ['bob'] })
    const { call } = await setUp(team)
    const cookie = await team.cookie('vic')
    const seen = async () => runsIn(await call('GET', '/api/runs', cookie)).map(({ runId }) => runId)
    expect(await seen()).toEqual(['both', 'of-bob'])
    team.change('vic', 'viewer', ['ann'])
    expect(await seen()).toEqual(['both', 'of-ann'])
    team.change('vic', 'viewer', ['ann', 'bob', 'cleo'])
    expect((await seen()).sort()).toEqual(['both', 'both', 'of-ann', 'of-bob'])
  })

  it('[SITE-6.2] whose token names no site that is here sees none, and is told so', async () => {
    const team = new Team({ ann: ['cleo'] })
    const { call, post, ann, bob } = await setUp(team)
    const by = team.bearer('ann')
    expect(parsed(await call('GET', '/api/runs', by))).toEqual({ runs: [] })
    expect(parsed(await call('GET', '/api/sites', by))).toEqual({ sites: [] })
    expect(parsed(await call('GET', '/api/containers', by))).toEqual({ sites: [], containers: [] })
    for (const refused of [
      await call('GET', '/api/specs/shop/plan', by),
      await call('PUT', '/api/runs/both', by),
      await call('GET', '/api/runs?site=ann', by),
      await post('/api/runs', { spec: 'shop' }, by),
      await post('/api/runs', { spec: 'shop', site: 'ann' }, by),
    ]) {
      expect([refused.status, errorOf(refused)]).toEqual([404, expect.stringMatching(/^There is no such site/)])
      expect(refused.text).not.toMatch(/\b(ann|bob)\b/)
    }
    expect([...ann.asked, ...bob.asked]).toEqual([])
  })
})

it('[SITE-6.6] the metrics that a person of one site reads name no other', async () => {
  const team = new Team({ vic: ['bob'] })
  const { call, server } = await setUp(team)
  const state = (logBytes: number) => () => ({
    ...{ links: { backend: 'live', docker: 'off' } as const, runs: new Map() },
    ...{ logBytes, queuedBytes: 0 },
  })
  const hubs = ['ann', 'bob'].map((site, n) => ({ site, state: state(n + 1) }))
  server.metrics.watch({
    hubs,
    gateway: { connectionStats: () => ({ sockets: 0, slow: 0, subscriptions: new Map() }) },
  })
  const read = async (path: string, name: 'ann' | 'vic') => (await call('GET', path, team.bearer(name))).text
  const labels = (text: string) => new Set([...text.matchAll(/site="(\w+)"/g)].map(([, site]) => site))
  expect(labels(await read('/metrics', 'ann'))).toEqual(new Set(['ann', 'bob']))
  expect(labels(await read('/metrics', 'vic'))).toEqual(new Set(['bob']))
  expect(labels(await read('/metrics?site=ann', 'ann'))).toEqual(new Set(['ann']))
  expect(await read('/metrics', 'vic')).toContain('groundtruth_log_bytes 3\n')
  expect((await call('GET', '/metrics?site=ann', team.bearer('vic'))).status).toBe(404)
})

describe('[SITE-6] a stranger', () => {
  it('[SITE-6.3] learns of no site, whatever the query names', async () => {
    const team = new Team()
    const { call, server } = await setUp(team)
    for (const query of ['', '?site=ann', '?site=cleo', '?site=ann&site=bob']) {
      for (const path of ['/api/runs', '/api/sites', '/api/runs/both', '/api/specs/shop/plan', '/metrics']) {
        const refused = await call('GET', `${path}${query}`)
        expect([path, refused.status, refused.text]).toEqual([path, 401, expect.not.stringMatching(/\b(ann|bob)\b/)])
      }
      expect(await call('GET', `/readyz${query}`)).toMatchObject({ status: 200, text: '{"ready":true}' })
      expect((await call('GET', `/healthz${query}`)).status).toBe(200)
    }
    expect((await call('POST', '/api/runs/both/stop?site=cleo')).status).toBe(401)
    expect(server.audited.map(({ action, outcome }) => [action, outcome])).toEqual([['stop run', 'refused']])
  })
})

describe('[SITE-3] a dashboard with BACKEND_URL alone', () => {
  it('[SITE-3.1] answers without a word of sites, and takes the name of its only one', async () => {
    const server = await serve()
    ends.push(server.close)
    const { hub, call } = server
    hub.add('r1')
    hub.agents.push({ ...someAgent(ID), stoppable: true })
    hub.renamed.set('old', 'r1')
    const get = async (path: string) => (await call('GET', path)).text
    for (const path of ['/api/runs', '/api/runs/r1', '/api/containers', '/api/specs', '/api/spec-overview', '/readyz'])
      expect(await get(path)).not.toContain('"site')
    expect((await call('GET', '/api/runs/old')).headers.location).toBe('/api/runs/r1')
    const started = await call('POST', '/api/runs', json, '{"spec":"shop"}')
    expect(started.headers.location).not.toContain('?')
    await call('POST', '/api/runs/r1/stop')
    await call('POST', `/api/containers/${ID}/stop`)
    for (const { facts } of server.audited) expect(facts).not.toHaveProperty('site')
    expect(await get('/api/runs?site=default')).toBe(await get('/api/runs'))
    expect((await call('GET', '/api/runs?site=ann')).status).toBe(404)
  })
})
