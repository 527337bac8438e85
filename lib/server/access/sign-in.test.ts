import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readAddresses } from '../bounds/addresses'
import { localPath } from './sign-in'
import { serve } from '../../testing/server/fake-hub'
import { Team } from '../../testing/server/team'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

let team: Team
let server: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  team = new Team()
  server = await serve({ team })
})
afterEach(() => server.close())

const signIn = (token: string, next = '/', headers = {}) =>
  server.call('POST', '/sign-in', { ...form, ...headers }, new URLSearchParams({ token, next }).toString())
const cookieOf = (answer: { headers: { 'set-cookie'?: string[] | undefined } }) =>
  answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''

describe('[SAFE-3] signing in', () => {
  it('[SAFE-2.20] [SAFE-3.11] [SAFE-3.36] leads from a page to the form and on to the page', async () => {
    const asked = await server.call('GET', '/runs/r%2F1?batch=a%20b')
    expect(asked).toMatchObject({ status: 303, text: '' })
    expect(asked.headers.location).toBe('/sign-in?next=%2Fruns%2Fr%252F1%3Fbatch%3Da%2520b')
    expect((await server.call('GET', '/')).headers.location).toBe('/sign-in')
    expect(await server.call('GET', asked.headers.location ?? '')).toMatchObject({ status: 200, text: 'a page' })

    const next = new URLSearchParams(asked.headers.location?.split('?')[1]).get('next') ?? ''
    const signed = await signIn(`  ${team.secret('vic')}\n`, next)
    expect(signed.status).toBe(303)
    expect(signed.headers).toMatchObject({ location: '/runs/r%2F1?batch=a%20b', 'cache-control': 'no-store' })
    expect(await server.call('GET', '/runs/r%2F1', { cookie: cookieOf(signed) })).toMatchObject({ text: 'a page' })
    expect(server.audited.map(({ action, outcome, context }) => [action, outcome, context.person?.name])).toEqual([
      ['sign in', 'done', 'vic'],
    ])
  })

  it('refuses an unknown token with the page that says so, and records it', async () => {
    for (const token of ['', 'wrong', team.hash('ann'), 'x'.repeat(10_000)]) {
      expect(await signIn(token)).toMatchObject({ status: 401, text: 'unknown-token' })
    }
    expect(server.audited.map(({ outcome, context }) => [outcome, context.address])).toEqual(
      Array.from({ length: 4 }, () => ['refused', '127.0.0.1']),
    )
  })

  it('[SAFE-2.18] takes its one form from its own page, and none elsewhere', async () => {
    const body = `token=${team.secret('ann')}`
    const post = (path: string, headers: Record<string, string>) => server.call('POST', path, headers, body)
    expect((await post('/sign-in', { ...form, origin: 'http://evil.example' })).status).toBe(403)
    expect((await post('/sign-in', { ...form, origin: 'null' })).status).toBe(403)
    expect(
      (await post('/sign-in', { ...form, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status,
    ).toBe(403)
    expect((await post('/sign-in', { 'content-type': 'application/json' })).status).toBe(415)
    expect((await post('/sign-in', { 'content-type': 'text/plain' })).status).toBe(415)
    for (const path of ['/sign-in/', '/sign-in2', '/sign-out', '/api/runs', '/']) {
      expect([path, (await post(path, form)).status]).toEqual([path, 415])
    }
    expect((await post('/sign-in', { ...form, origin: `http://127.0.0.1:${server.port}` })).status).toBe(303)
    const large = await server.call('POST', '/sign-in', { ...form, 'transfer-encoding': 'chunked' }, 'x'.repeat(70_000))
    expect(large.status).toBe(413)
  })

  it('[SAFE-5.79] is refused to who tries too often, says until when, and is recorded once', async () => {
    for (let n = 0; n < 10; n++) expect((await signIn('wrong')).status).toBe(401)
    for (let n = 0; n < 5; n++) {
      const refused = await signIn('wrong again')
      expect(refused).toMatchObject({ status: 429, text: 'too-often' })
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect(refused.headers['set-cookie']).toBeUndefined()
    }
    expect(server.audited.filter(({ facts }) => facts['why'] === 'too many tries')).toHaveLength(1)
    expect(server.audited).toHaveLength(11)
    expect((await server.metrics.text()).split('\n')).toContain('groundtruth_refused_total{bound="sign-ins"} 5')
    // A known person never waits for unknown ones.
    expect((await signIn(team.secret('ann'))).status).toBe(303)
  })

  it('[SAFE-3.28] over a session ends the old one', async () => {
    const old = await team.cookie('vic')
    const signed = await signIn(team.secret('ann'), '/', old)
    expect((await server.call('GET', '/api/runs', old)).status).toBe(401)
    expect((await server.call('GET', '/api/runs', { cookie: cookieOf(signed) })).status).toBe(200)
    // A failed sign-in ends no session.
    const still = await team.cookie('vic')
    await signIn('wrong', '/', still)
    expect((await server.call('GET', '/api/runs', still)).status).toBe(200)
  })
})

describe('[SAFE-2] behind a proxy', () => {
  const proxy = readAddresses('127.0.0.1') ?? undefined
  const publicUrl = new URL('https://gt.example')
  const host = { host: 'gt.example' }

  beforeEach(async () => {
    await server.close()
    const proxyUser = proxy ? { from: proxy, header: 'x-forwarded-user', role: 'viewer' as const } : null
    server = await serve({ team, publicUrl, proxyUser, ...(proxy && { trustedProxy: proxy }) })
  })

  it('[SAFE-2.28] [SAFE-3.24] the cookie is for https alone, and works there', async () => {
    const signed = await signIn(team.secret('ann'), '/', { ...host, origin: 'https://gt.example' })
    expect(signed.headers['set-cookie']?.[0]).toMatch(/^__Host-groundtruth=.*; Secure$/)
    expect(signed.headers['strict-transport-security']).toBeDefined()
    const cookie = cookieOf(signed)
    expect((await server.call('GET', '/api/runs', { ...host, cookie })).status).toBe(200)
    expect((await server.call('GET', '/api/runs', { cookie })).status).toBe(401)
  })

  it('[SAFE-5.79] many who try too often, from everywhere, keep out nobody with a right token', async () => {
    const try_ = (token: string, from: string) => signIn(token, '/', { ...host, 'x-forwarded-for': from })
    for (let from = 0; from < 31; from++) for (let n = 0; n < 10; n++) await try_('wrong', `198.51.100.${from}`)
    expect((await try_('wrong', '203.0.113.9')).status).toBe(429)
    expect((await try_(team.secret('vic'), '203.0.113.9')).status).toBe(303)
  })

  it('[SAFE-2.29] whoever tries too often shuts out nobody who comes from elsewhere, and can’t pretend to', async () => {
    const flood = (from: string) => signIn('wrong', '/', { ...host, 'x-forwarded-for': from })
    for (let n = 0; n < 10; n++) await flood(`198.51.100.${n}, 203.0.113.9`)
    expect((await flood('198.51.100.77, 203.0.113.9')).status).toBe(429)
    expect((await flood('203.0.113.9, 198.51.100.7')).status).toBe(401)
    expect(new Set(server.audited.map(({ context }) => context.address))).toEqual(
      new Set(['203.0.113.9', '198.51.100.7']),
    )
  })

  it('whom the proxy names sees, and changes nothing', async () => {
    const eve = { ...host, 'x-forwarded-user': 'eve' }
    server.hub.add('r1')
    expect(await server.call('GET', '/runs/r1', eve)).toMatchObject({ status: 200, text: 'a page' })
    expect((await server.call('GET', '/api/runs', eve)).status).toBe(200)
    expect((await server.call('POST', '/api/runs/r1/stop', eve)).status).toBe(403)
    expect((await server.call('POST', '/api/runs/r1/stop', { ...eve, ...team.bearer('ann') })).status).toBe(202)
    expect(server.audited.map(({ context }) => context.person?.name)).toEqual(['eve', 'ann'])
  })
})

describe('[SAFE-3] signing out', () => {
  it('[SAFE-3.27] [SAFE-3.36] ends the session and no other, and tells who holds connections open', async () => {
    const left = vi.spyOn(server.left, 'then')
    const [here, elsewhere] = [await team.cookie('ann'), await team.cookie('ann')]
    const answer = await server.call('POST', '/sign-out', here)
    expect(answer).toMatchObject({ status: 303, headers: { location: '/sign-in' } })
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^groundtruth=; .*Max-Age=0$/)
    expect(left).toHaveBeenCalledOnce()
    expect((await server.call('GET', '/api/runs', here)).status).toBe(401)
    expect((await server.call('GET', '/api/runs', elsewhere)).status).toBe(200)
    expect(server.audited.map(({ action, context }) => [action, context.person?.name])).toEqual([['sign out', 'ann']])
  })

  it('[SAFE-3.27] ends whatever the cookie proves, also beside a token, and while its own does not count', async () => {
    const [beside, without] = [await team.cookie('ann'), await team.cookie('ann')]
    const copies = { ...beside }
    expect((await server.call('POST', '/sign-out', { ...beside, ...team.bearer('vic') })).status).toBe(303)
    expect((await server.call('GET', '/api/runs', copies)).status).toBe(401)
    const session = await team.sessions.read(without.cookie, false)
    expect(session && team.sessions.isOpen(session, Date.now())).toBe(true)
    team.change('ann', null)
    expect((await server.call('POST', '/sign-out', without)).status).toBe(303)
    expect(server.audited.map(({ action }) => action)).toEqual(['sign out', 'sign out'])
    expect(session && team.sessions.isOpen(session, Date.now())).toBe(false)
  })

  it('of nobody changes nothing, and other sites can’t bring it about', async () => {
    const left = vi.spyOn(server.left, 'then')
    expect((await server.call('POST', '/sign-out')).status).toBe(303)
    const here = await team.cookie('ann')
    expect((await server.call('POST', '/sign-out', { ...here, origin: 'http://evil.example' })).status).toBe(403)
    expect((await server.call('GET', '/api/runs', here)).status).toBe(200)
    expect(left).not.toHaveBeenCalled()
  })
})

describe('[SAFE-3.35] where signing in leads to', () => {
  it.each(['/', '/runs/r1', '/runs/r1?batch=a%20b', '/containers', '/runs/%2F%2Fevil', '/a//b'])('%s is ours', next => {
    expect(localPath(next)).toBe(next)
  })

  it.each([
    ...[
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      '/\n/evil.example',
      '/..//evil.example',
    ],
    ...[
      'https://evil.example',
      'javascript:alert(1)',
      'evil.example',
      '',
      '/sign-in',
      '/sign-in?next=/x',
      '/./sign-in',
    ],
    ...['/api/runs', '/x/../api/runs', 'http://[', '/.//evil.example', '/%2e%2e//evil.example'],
  ])('%j is home', next => {
    expect(localPath(next)).toBe('/')
  })

  it('is never another site, nor a second header, whatever is asked for', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map(rest => `/${rest}`),
      fc.stringMatching(/^[/\\.\t\r\n:@a%2f]{1,12}$/),
    )
    fc.assert(
      fc.property(text, next => {
        const path = localPath(next)
        expect(path).toMatch(/^\/(?!\/)[!-~]*$/)
        expect(new URL(path, 'https://gt.example').origin).toBe('https://gt.example')
      }),
      { numRuns: 2_000 },
    )
  })
})
