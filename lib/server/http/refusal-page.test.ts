import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultsOf } from '../../testing/support/error-words'
import { serve } from '../../testing/server/fake-hub'
import { Team } from '../../testing/server/team'

let server: Awaited<ReturnType<typeof serve>>
beforeEach(async () => (server = await serve()))
afterEach(() => server.close())

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

const errorOf = (text: string): string => {
  const answer: unknown = JSON.parse(text)
  if (typeof answer === 'object' && answer !== null && 'error' in answer) return String(answer.error)
  throw new Error(`no error: ${text}`)
}

describe('[SAY-3] a host that is not served', () => {
  it.each(['localhost:8080', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080', '127.1.2.3:8080'])(
    '[SAY-3.1] through a tunnel (%s) is told the port, and PUBLIC_URL',
    async host => {
      const { status, text } = await server.call('GET', '/', { host })
      const required = {
        what: new RegExp(`listens on port ${server.port} and was asked for on port 8080, as through a tunnel`),
        where: new RegExp(`open http://localhost:${server.port}`),
        next: new RegExp(
          `ssh -L ${server.port}:localhost:${server.port} .*PUBLIC_URL=http://localhost:8080, .*TOKENS_FILE`,
        ),
      }
      expect([status, ...faultsOf(errorOf(text), required)]).toEqual([421])
    },
  )

  it.each(['localhost', '127.0.0.1', '[::1]'])('[SAY-3.1] without a port (%s) is told the port', async host => {
    const { text } = await server.call('GET', '/', { host })
    expect(errorOf(text)).toMatch(/was asked for without a port.*PUBLIC_URL=http:\/\/localhost,/)
  })

  it.each([
    'evil.example',
    'evil.example:4400',
    'localhost.evil.example',
    '192.168.0.7:8080',
    'user@localhost:1',
    '::1:80',
  ])('[SAY-3.3] of another name (%s) is not repeated', async host => {
    const { status, text } = await server.call('GET', '/', { host })
    const required = {
      what: /not served under the host name/,
      where: new RegExp(`http://localhost:${server.port} on the machine`),
      next: /PUBLIC_URL set to the address that browsers show/,
    }
    expect([status, ...faultsOf(errorOf(text), required)]).toEqual([421])
    expect(text).not.toContain(host)
  })

  it('[SAY-3.2] is told the address that PUBLIC_URL says, where there is one', async () => {
    const behind = await serve({ team: new Team(), publicUrl: new URL('https://groundtruth.example.org') })
    for (const host of ['localhost:8080', 'evil.example', '10.0.0.7']) {
      const { status, text } = await behind.call('GET', '/', { host })
      expect([status, errorOf(text)]).toEqual([
        421,
        expect.stringContaining('at https://groundtruth.example.org, as PUBLIC_URL'),
      ])
      expect(text).not.toContain(host)
    }
    await behind.close()
  })
})

describe('[SAY-3] a refusal', () => {
  it.each<[string, number, string, string, Record<string, string>]>([
    ['a host that is not served', 421, 'GET', '/', { host: 'localhost:8080' }],
    ['a host that is not served, on a call', 421, 'GET', '/api/runs', { host: 'localhost:8080' }],
    ['another site', 403, 'GET', '/', { origin: 'http://evil.example' }],
    ['a path that names nothing', 400, 'GET', '/runs/%zz', {}],
    ['a page that is written to', 405, 'POST', '/runs/r1', {}],
    ['a body of another type', 415, 'POST', '/api/runs', { 'content-type': 'text/plain', 'content-length': '3' }],
    ['a large body', 413, 'POST', '/api/runs', { 'content-type': 'application/json', 'content-length': '65537' }],
  ])(
    '[SAY-3.4] [SAY-3.5] [SAFE-2.20] is a page for a browser, and JSON for a program: %s',
    async (_, status, method, path, headers) => {
      const page = await server.call(method, path, { ...headers, accept: BROWSER })
      expect([page.status, page.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
      expect(page.text).toMatch(/^<!doctype html>[^]*<h1>[^<]+<\/h1>\n<p>[^<]+\.<\/p>/)
      expect(page.headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+';.*frame-ancestors 'none'$/,
      )
      expect(page.headers['cache-control']).toBe('no-store')

      for (const accept of ['*/*', 'application/json', '', 'text/*', 'application/xhtml+xml']) {
        const answer = await server.call(method, path, { ...headers, accept })
        expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json; charset=utf-8'])
        expect(faultsOf(errorOf(answer.text), { what: /./, where: /./, next: /./ })).toEqual([])
        const shown = page.text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
        expect(shown).toContain(`<p>${errorOf(answer.text)}</p>`)
      }
    },
  )

  it('[SAY-3.6] shows nothing of a hostile request as markup', async () => {
    const hostile = '"><script>alert(1)</script>'
    for (const headers of [{ host: `localhost:1${hostile}` }, { host: hostile }, { origin: hostile }]) {
      const { text } = await server.call('GET', `/${hostile}`, { ...headers, accept: BROWSER })
      expect(text).toContain('<!doctype html>')
      expect(text).not.toContain('<script>')
    }
  })
})
