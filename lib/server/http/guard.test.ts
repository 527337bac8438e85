import { describe, expect, it } from 'vitest'
import { isLive, refusalOf, siteOf } from './guard'

const own = { host: 'localhost:4400' }
const json = { 'content-type': 'application/json' }

function judge(method: string, target: string, headers: Record<string, string>): number | undefined {
  return refusalOf({ method, target, headers }, 4400, null)?.status
}

describe('[SAFE-2] guard', () => {
  it.each(['localhost:4400', 'LOCALHOST:4400', '127.0.0.1:4400', '127.1.2.3:4400', '[::1]:4400'])(
    '[SAFE-2.12] serves the host %s',
    host => expect(judge('GET', '/', { host })).toBeUndefined(),
  )

  it.each([
    '',
    'localhost',
    'localhost:3000',
    'localhost:',
    'evil.example:4400',
    'localhost.evil.example:4400',
    'localhost.:4400',
    '127.0.0.1.evil.example:4400',
    '192.168.0.7:4400',
    '0.0.0.0:4400',
    '[::]:4400',
    '::1:4400',
    'user@localhost:4400',
    'localhost:4400:4400',
  ])('[SAFE-2.12] refuses the host "%s", as after DNS rebinding', host => expect(judge('GET', '/', { host })).toBe(421))

  it('[SAFE-2.12] refuses a request without a host', () => expect(judge('GET', '/', {})).toBe(421))

  it('takes a host without a port as port 80', () => {
    expect(refusalOf({ method: 'GET', target: '/', headers: { host: 'localhost' } }, 80, null)).toBeUndefined()
  })

  it.each(['http://localhost:4400', 'HTTP://LOCALHOST:4400'])('[SAFE-2.13] accepts its own origin %s', origin =>
    expect(judge('POST', '/api/runs', { ...own, origin })).toBeUndefined(),
  )

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1:4400',
    'https://localhost:4400',
    'http://localhost:4400.evil.example',
    'http://evil.example',
    'null',
    '',
  ])('[SAFE-2.13] refuses the origin "%s", on pages, calls and sockets alike', origin => {
    expect(judge('GET', '/', { ...own, origin })).toBe(403)
    expect(judge('POST', '/api/runs', { ...own, origin })).toBe(403)
    expect(judge('GET', '/api/live/?transport=websocket', { ...own, origin, upgrade: 'websocket' })).toBe(403)
  })

  it.each([
    ['GET', '/api/runs', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 403],
    ['GET', '/api/runs', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 403],
    ['GET', '/', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
    ['GET', '/', { 'sec-fetch-mode': 'no-cors' }, 403],
    ['GET', '/', {}, 403],
    ['POST', '/', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 403],
    ['GET', '/', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, undefined],
    ['GET', '/runs/r1', { 'sec-fetch-mode': 'navigate' }, undefined],
  ])('[SAFE-2.14] answers a cross-site %s %s %j without an origin with %s', (method, target, headers, status) => {
    expect(judge(method, target, { ...own, ...headers, 'sec-fetch-site': 'cross-site' })).toBe(status)
  })

  it.each(['same-origin', 'none'])('lets a request from the site itself in (%s)', site =>
    expect(judge('GET', '/api/runs', { ...own, 'sec-fetch-site': site })).toBeUndefined(),
  )

  it.each([
    [{ ...json, 'content-length': '10' }, undefined],
    [{ 'content-type': 'Application/JSON; charset=utf-8', 'content-length': '10' }, undefined],
    [{ ...json, 'transfer-encoding': 'chunked' }, undefined],
    [{ 'content-length': '0' }, undefined],
    [{}, undefined],
    [{ 'content-length': '10' }, 415],
    [{ 'content-type': 'text/plain', 'content-length': '10' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded', 'content-length': '10' }, 415],
    [{ 'content-type': 'text/plain; application/json', 'content-length': '10' }, 415],
    [{ 'content-type': 'application/jsonp', 'content-length': '10' }, 415],
    [{ 'transfer-encoding': 'chunked' }, 415],
    [{ ...json, 'content-length': '65536' }, undefined],
    [{ ...json, 'content-length': '65537' }, 413],
  ])('[SAFE-2.15] [SAFE-2.16] answers a body announced as %j with %s', (headers, status) => {
    expect(judge('POST', '/api/runs', { ...own, ...headers })).toBe(status)
    expect(judge('PUT', '/api/imports', { ...own, ...headers })).toBe(status)
  })

  it.each([
    [{ 'content-type': 'application/x-ndjson', 'content-length': '900000000' }, undefined],
    [{ 'content-type': 'application/x-ndjson; charset=utf-8', 'transfer-encoding': 'chunked' }, undefined],
    [{ ...json, 'content-length': '10' }, 415],
    [{ 'content-type': 'text/plain', 'content-length': '10' }, 415],
    [{ 'content-type': 'multipart/form-data; boundary=x', 'content-length': '10' }, 415],
  ])('[IMP-4] [SAFE-2.17] [IMP-4.2] answers a recording announced as %j with %s', (headers, status) => {
    expect(judge('POST', '/api/imports', { ...own, ...headers })).toBe(status)
    if (status === undefined) expect(judge('POST', '/api/runs', { ...own, ...headers })).toBe(415)
  })

  it('leaves the bodies of long polling to the gateway', () => {
    const polling = { ...own, 'content-type': 'text/plain;charset=UTF-8', 'content-length': '10' }
    expect(judge('POST', '/api/live/?transport=polling', polling)).toBeUndefined()
    expect(judge('POST', '/api/liver', polling)).toBe(415)
  })

  it.each(['http://evil.example/', '*', 'localhost:4400', ''])('refuses the request target "%s"', target =>
    expect(judge('GET', target, own)).toBe(400),
  )

  it.each([
    ['/api/live/', true],
    ['/api/live/?EIO=4', true],
    ['/api/live', false],
    ['/api/live?x', false],
    ['/api/lively', false],
    ['/api/./live', false],
    ['/?/api/live', false],
  ])('%s is the path of sockets: %s', (target, expected) => expect(isLive(target)).toBe(expected))

  describe('behind a proxy', () => {
    const publicUrl = new URL('https://gt.example')
    const from = (headers: Record<string, string>, method = 'POST', target = '/api/runs') =>
      refusalOf({ method, target, headers }, 4400, publicUrl)?.status

    it.each([
      ['gt.example', 'https://gt.example', undefined],
      ['GT.example', 'https://gt.example', undefined],
      ['localhost:4400', 'http://localhost:4400', undefined],
      ['gt.example', 'http://gt.example', 403],
      ['gt.example', 'https://gt.example.evil.example', 403],
      ['gt.example', 'http://localhost:4400', 403],
      ['localhost:4400', 'https://gt.example', 403],
      ['gt.example', 'null', 403],
      ['evil.example', 'https://gt.example', 421],
      ['gt.example:4400', 'https://gt.example', 421],
      ['gt.example.evil.example', 'https://gt.example', 421],
      ['gt.example.', 'https://gt.example', 421],
    ])('[SAFE-2.12] [SAFE-2.13] answers the host %s from the origin %s with %s', (host, origin, status) => {
      expect(from({ host, origin })).toBe(status)
    })

    it('[SAFE-2.28] knows the site by the host alone, and no header says otherwise', () => {
      expect(siteOf('gt.example', publicUrl)).toEqual({ origin: 'https://gt.example', secure: true })
      expect(siteOf('localhost:4400', publicUrl)).toEqual({ origin: 'http://localhost:4400', secure: false })
      expect(siteOf('gt.example', null).secure).toBe(false)
    })
  })

  it('[SAFE-2.18] lets the form of the sign-in page in, there and by POST alone', () => {
    const form = { ...own, 'content-type': 'application/x-www-form-urlencoded', 'content-length': '10' }
    expect(judge('POST', '/sign-in', form)).toBeUndefined()
    expect(judge('POST', '/sign-in?next=%2F', form)).toBeUndefined()
    for (const target of ['/sign-in/', '/sign-in/x', '/Sign-in', '/./sign-in', '/api/runs?/sign-in']) {
      expect(judge('POST', target, form)).toBe(415)
    }
    expect(judge('PUT', '/sign-in', form)).toBe(415)
    expect(judge('POST', '/sign-in', { ...form, origin: 'http://evil.example' })).toBe(403)
    expect(judge('POST', '/sign-in', { ...form, 'content-length': '65537' })).toBe(413)
  })
})
