import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEdge, drain, listen } from './edge'
import { atHome, serve } from '../../testing/server/fake-hub'

let server: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  server = await serve()
})
afterEach(() => server.close())

/** Sends raw bytes, and reads until the other side closes. */
async function raw(port: number, ...lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) answer += chunk
  return answer
}

const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAA']

describe('edge', () => {
  it('gives pages what is not the interface, by the path as it stands', async () => {
    expect((await server.call('GET', '/')).text).toBe('a page')
    expect((await server.call('GET', '/runs/api')).text).toBe('a page')
    expect((await server.call('GET', '/api/runs')).headers['content-type']).toContain('json')
    expect((await server.call('GET', '/api/nothing')).status).toBe(404)
  })

  it.each(['/runs/%zz', '/runs/%', '/runs/%E0%A4%A'])('refuses the page %s, which names nothing', async path => {
    expect((await server.call('GET', path)).status).toBe(400)
    expect((await server.call('GET', '/runs/100%25?x=%zz')).status).toBe(200)
  })

  it('gives pages to those that read alone', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const { status, headers } = await server.call(method, '/runs/r1')
      expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD'])
    }
    expect((await server.call('HEAD', '/runs/r1')).status).toBe(200)
  })

  it('gives sockets their path alone', async () => {
    server.live.on('request', (_, response) => response.end('live'))
    expect((await server.call('GET', '/api/live/?EIO=4')).text).toBe('live')
    expect((await server.call('GET', '/api/live')).status).toBe(404)
  })

  it.each([
    ['what is no request', ['no request']],
    ['an upgrade to nothing', ['GET /nothing HTTP/1.1', 'Host: 127.0.0.1', ...handshake]],
    ['an upgrade of a foreign page', ['GET /api/live/ HTTP/1.1', 'Host: evil.example', ...handshake]],
  ])(
    '[SAFE-5.66] lets go of a connection that it refused for %s, though the other side never closes it',
    async (_, lines) => {
      const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      await once(socket.resume(), 'end')
      const open = () =>
        new Promise<number>((resolve, reject) =>
          server.edge.getConnections((error, count) => (error ? reject(error) : resolve(count))),
        )
      await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 10_000 })
      socket.destroy()
    },
  )

  it('[SAFE-2.11] [SAFE-2.12] [SAFE-2.13] refuses foreign hosts and origins on every path', async () => {
    for (const path of ['/', '/api/runs', '/api/live/?EIO=4', '/healthz']) {
      expect((await server.call('GET', path, { host: 'evil.example' })).status).toBe(421)
      expect((await server.call('GET', path, { origin: 'http://evil.example' })).status).toBe(403)
    }
    expect(server.hub.asked).toEqual([])
  })

  it('[SAFE-2.11] [SAFE-2.15] [SAFE-2.16] refuses a form before anything reads it', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await server.call('POST', '/api/runs', form, 'spec=shop')).status).toBe(415)
    const large = { 'content-type': 'application/json', 'content-length': '65537' }
    expect((await server.call('POST', '/api/runs', large)).status).toBe(413)
    expect(server.hub.asked).toEqual([])
  })

  it('[SAFE-2.16] [SAFE-5.31] [SAFE-5.61] counts bodies that are too large, whether or not they say so', async () => {
    const json = { 'content-type': 'application/json' }
    expect((await server.call('POST', '/api/runs', { ...json, 'content-length': '65537' })).status).toBe(413)
    const chunked = { ...json, 'transfer-encoding': 'chunked' }
    expect((await server.call('POST', '/api/runs', chunked, 'x'.repeat(70_000))).status).toBe(413)
    expect((await server.call('POST', '/api/runs', json, 'x'.repeat(65_536))).status).toBe(422)
    await vi.waitFor(async () =>
      expect((await server.metrics.text()).split('\n')).toContain('groundtruth_refused_total{bound="body-size"} 2'),
    )
  })

  it('[SAFE-2] refuses a target that is no path', async () => {
    const answer = await raw(server.port, 'GET http://evil.example/ HTTP/1.1', `Host: 127.0.0.1:${server.port}`)
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
  })

  it('[SAFE-2.21] [SAFE-2.24] [SAFE-2.25] gives every answer its headers, and pages a nonce that no visitor can choose', async () => {
    const seen: unknown[] = []
    const pages = async (request: IncomingMessage, response: ServerResponse) => {
      seen.push(request.headers['content-security-policy'])
      response.end()
    }
    const edge = createEdge({ ...atHome, api: async (_, response) => void response.end(), pages, live: createServer() })
    const { origin } = await listen(edge, '127.0.0.1', 0)
    const policies: unknown[] = []
    for (const path of ['/', '/', '/api/runs', '/runs/%zz', '/healthz']) {
      const { headers } = await fetch(origin + path, {
        headers: { 'content-security-policy': "script-src 'nonce-mine'" },
      })
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      policies.push(headers.get('content-security-policy'))
    }
    expect(new Set(policies).size).toBe(5)
    expect(seen).toEqual(policies.slice(0, 2))
    expect(policies.join()).not.toContain('nonce-mine')
    edge.close()
    await once(edge, 'close')
  })

  it.each([
    ['Host: evil.example', 421],
    ['Host: 127.0.0.1:{port}\r\nOrigin: http://evil.example', 403],
  ])('[SAFE-2.11] [SAFE-2.12] [SAFE-2.13] refuses an upgrade with %j', async (headers, status) => {
    let upgrades = 0
    server.live.on('upgrade', () => upgrades++)
    const own = headers.replace('{port}', String(server.port))
    const answer = await raw(server.port, 'GET /api/live/?EIO=4 HTTP/1.1', own, ...handshake)
    expect(answer.split(' ')[1]).toBe(String(status))
    expect(upgrades).toBe(0)
  })

  it('refuses an upgrade that nobody takes, so no socket is left hanging', async () => {
    for (const path of ['/', '/api/runs', '/api/live', '/_next/webpack-hmr']) {
      const answer = await raw(server.port, `GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...handshake)
      expect(answer).toMatch(/^HTTP\/1.1 400 /)
    }
  })

  it('hands upgrades under /_next/ to hot reload where there is one, and sockets theirs', async () => {
    const hotReload = createServer()
    const live = createServer()
    const edge = createEdge({ ...atHome, api: async () => {}, pages: async () => {}, live, hotReload })
    const port = Number((await listen(edge, '127.0.0.1', 0)).port)
    for (const [owner, path] of [
      [hotReload, '/_next/hmr'],
      [live, '/api/live/'],
    ] as const) {
      const upgrade = once(owner, 'upgrade')
      const answer = raw(port, `GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...handshake)
      const [request] = (await upgrade) as [IncomingMessage]
      request.socket.end('taken')
      expect(await answer).toBe('taken')
    }
    edge.close()
    await once(edge, 'close')
  })

  it('names the address it is bound to, and fails where that is taken', async () => {
    const [one, two] = [createServer(), createServer()]
    const url = await listen(one, '::1', 0)
    expect(url.href).toMatch(/^http:\/\/\[::1\]:\d+\/$/)
    await expect(listen(two, '::1', Number(url.port))).rejects.toThrow('EADDRINUSE')
    one.close()
  })

  it('[SAFE-5.89] lets answers under way finish when it stops, and cuts what takes too long', async () => {
    const answer = new Map<string, () => void>()
    const pages = async (request: IncomingMessage, response: ServerResponse) => {
      answer.set(request.url ?? '', () => void response.end('finished'))
    }
    const edge = createEdge({ ...atHome, api: async () => {}, pages, live: createServer() })
    const port = Number((await listen(edge, '127.0.0.1', 0)).port)
    const quick = raw(port, 'GET /quick HTTP/1.1', `Host: 127.0.0.1:${port}`)
    const endless = raw(port, 'GET /endless HTTP/1.1', `Host: 127.0.0.1:${port}`)
    const idle = raw(port)
    await vi.waitFor(() => expect(answer.size).toBe(2))
    const drained = drain(edge, 500)
    answer.get('/quick')?.()
    expect(await quick).toMatch(/finished$/)
    await drained
    expect(await endless).toBe('')
    expect(await idle).toBe('')
  })

  it('survives a page that fails, and one that fails half-way', async () => {
    const pages = async (request: IncomingMessage, response: { write(text: string): void }) => {
      if (request.url === '/half') response.write('half')
      throw new Error('broken page')
    }
    const edge = createEdge({ ...atHome, api: async () => {}, pages, live: createServer() })
    const port = Number((await listen(edge, '127.0.0.1', 0)).port)
    const host = `Host: 127.0.0.1:${port}`
    expect(await raw(port, 'GET / HTTP/1.1', host, 'Connection: close')).toMatch(/^HTTP\/1.1 500 /)
    expect(await raw(port, 'GET /half HTTP/1.1', host)).not.toMatch(/0\r\n\r\n$/)
    edge.close()
    await once(edge, 'close')
  })
})
