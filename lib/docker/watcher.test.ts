import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Engine } from './engine/engine'
import { idOf, Told } from '../testing/docker/fixtures'
import { DockerWatcher } from './watcher'

const closes: (() => void)[] = []
afterEach(() => closes.splice(0).forEach(close => close()))

/** An Engine of `count` containers. It answers at once unless a test says otherwise, and records the requests. */
class FakeEngine {
  readonly asked: string[] = []
  ids: string[]
  /** Answers a path in another way. Returns false for the usual answer. */
  instead: (path: string, response: ServerResponse) => boolean = () => false

  constructor(count: number) {
    this.ids = Array.from({ length: count }, (_, n) => idOf(n + 1))
  }

  answer(url: string, response: ServerResponse): void {
    const path = url.split('?')[0] ?? ''
    this.asked.push(path)
    if (this.instead(path, response)) return
    if (path === '/events') response.flushHeaders()
    else response.end(path === '/containers/json' ? this.#list() : path === '/_ping' ? 'OK' : this.#inspection(path))
  }

  #list = () =>
    JSON.stringify(this.ids.map(Id => ({ Id, Names: [`/ckrv-${Id}`], Image: 'agent:7', State: 'running', Created: 1 })))

  #inspection = (path: string) =>
    JSON.stringify({
      Id: path.split('/')[2],
      Name: `/ckrv-${path.split('/')[2] ?? ''}`,
      State: { Status: 'running', Running: true },
      Config: { Image: 'agent:7', Labels: { 'ckrv.batch_id': 'b' } },
    })
}

async function watch(fake: FakeEngine) {
  const server = createServer((request, response) => fake.answer(request.url ?? '', response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const told = new Told()
  const watcher = new DockerWatcher(new Engine({ protocol: 'http', host: '127.0.0.1', port: address.port }), told)
  closes.push(() => {
    watcher.close()
    server.closeAllConnections()
    server.close()
  })
  watcher.start()
  return { told, watcher }
}

describe('a watcher', () => {
  it('[DOCK-1.1] [DOCK-1.15] [DOCK-1.19] subscribes before it lists, and says that it has listed when all of that is told', async () => {
    const fake = new FakeEngine(50)
    const held: (() => void)[] = []
    let open = 0
    let most = 0
    fake.instead = (path, response) => {
      if (!/^\/containers\/\w{64}\//.test(path)) return false
      most = Math.max(most, ++open)
      held.push(() => {
        open -= 1
        fake.instead = () => false
        fake.answer(path, response)
      })
      setImmediate(() => held.shift()?.())
      return true
    }
    const { told, watcher } = await watch(fake)
    const listed = told.listed.bind(told)
    told.listed = () => {
      expect(told.latest.size).toBe(50)
      listed()
    }
    await told.until(() => told.lists === 1)
    expect(fake.asked.indexOf('/events')).toBeLessThan(fake.asked.indexOf('/containers/json'))
    expect(most).toBeLessThanOrEqual(8)
    expect([watcher.link, watcher.existing().length]).toEqual(['live', 50])
    expect([told.odds, told.failures]).toEqual([[], []])
  })

  it('[DOCK-1.12] [DOCK-1.16] tells a container also where it can’t be inspected, but does not count that list', async () => {
    const fake = new FakeEngine(1)
    fake.instead = (path, response) => {
      if (!path.includes(idOf(1))) return false
      response.end('no JSON')
      return true
    }
    const { told, watcher } = await watch(fake)
    await vi.waitFor(() => expect(fake.asked).toContain('/images/ckrv-agent%3Alatest/json'))
    // The answer about the image was requested later, as the last one for a list. Once it is here, the earlier ones are,
    // too.
    await expect(watcher.inspectNow(idOf(1))).rejects.toThrow("can't be read")
    expect([watcher.link, told.lists]).toEqual(['live', 0])
    expect(told.latest.get(idOf(1))).toMatchObject({ state: 'running', role: 'other' })
    expect(told.odds).toEqual([expect.stringMatching(/^Docker's answer can't be read: .* Check DOCKER_HOST\.$/)])
  })

  it('[DOCK-1.4] takes a list that fails for a gap, and begins again', async () => {
    const fake = new FakeEngine(1)
    let lists = 0
    fake.instead = (path, response) => {
      if (path !== '/containers/json' || lists++ > 0) return false
      response.statusCode = 500
      response.end('{}')
      return true
    }
    const { told, watcher } = await watch(fake)
    await told.until(() => told.lists === 1)
    expect(fake.asked.filter(path => path === '/events')).toHaveLength(2)
    expect(watcher.link).toBe('live')
  })

  it.each([
    ['there', 200, false, 1, '/images/agent%3A7/json', []],
    ['missing', 404, true, 1, '/images/agent%3A7/json', []],
    ['missing, and none was seen yet', 404, true, 0, '/images/ckrv-agent%3Alatest/json', []],
    [
      'nothing that the Engine can say',
      500,
      false,
      1,
      '/images/agent%3A7/json',
      ['GET /images/{id}/json with HTTP 500'],
    ],
  ] as const)('[DOCK-2.51] knows the image of the latest agent: %s', async (_, status, missing, count, asked, odds) => {
    const fake = new FakeEngine(count)
    fake.instead = (path, response) => {
      if (!path.startsWith('/images/')) return false
      response.statusCode = status
      response.end('{}')
      return true
    }
    const { told, watcher } = await watch(fake)
    await told.until(() => told.lists === 1)
    expect(watcher.imageMissing).toBe(missing)
    expect(fake.asked).toContain(asked)
    expect([watcher.link, told.odds]).toEqual(['live', odds.map(text => expect.stringContaining(text) as string)])
  })

  it('[DOCK-1.6] [DOCK-3.5] [DOCK-3.57] is not live while inspections are denied, and says which permission is missing', async () => {
    const fake = new FakeEngine(2)
    let denies = true
    fake.instead = (path, response) => {
      if (!denies || !/^\/containers\/\w{64}\/json/.test(path)) return false
      response.statusCode = 403
      response.end('{}')
      return true
    }
    const { told, watcher } = await watch(fake)
    await told.until(() => watcher.link !== 'live' && watcher.error !== null && told.latest.size === 2)
    expect(watcher.error).toMatch(/GET \/containers\/\{id\}\/json with HTTP 403: access is denied.*CONTAINERS=1/)
    await expect(watcher.inspectNow(idOf(1))).rejects.toThrow('access is denied')
    expect([watcher.link, told.lists]).toEqual(['stale', 0])
    denies = false
    await watcher.inspectNow(idOf(1))
    // The next list restores the link.
    await vi.waitFor(() => expect(watcher.link).toBe('live'), { timeout: 15_000 })
  }, 20_000)

  it('[DOCK-1] tells nothing once it is closed', async () => {
    const fake = new FakeEngine(20)
    const { told, watcher } = await watch(fake)
    await told.until(() => told.latest.size > 0)
    watcher.close()
    const count = told.all.length
    const { lists } = told
    await expect(watcher.inspectNow(idOf(1))).resolves.toMatchObject({ id: idOf(1) })
    expect([told.all.length, told.lists, told.failures]).toEqual([count, lists, []])
  })
})
