import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOwnEngine, whyNoOwnEngine, type OwnEngine } from '../reference-backend/own-engine'
import { Engine } from './engine/engine'
import { createAgent, importBusybox, Told } from '../testing/docker/fixtures'
import { DockerWatcher } from './watcher'

const whyNot = await whyNoOwnEngine()
const WITHIN = 120_000

/** A proxy to an Engine that cuts each stream of events after `cutAfter` ms; `null`: it cuts none. */
async function proxyTo(target: string, cutAfter: number | null) {
  const folder = await mkdtemp(join(tmpdir(), 'watch-proxy-'))
  const path = join(folder, 'docker.sock')
  const open = new Set<Socket>()
  const proxy = { path, cutAfter, cuts: 0, close: async () => {} }
  const server = createServer(client => {
    const engine = connect(target)
    const ends = [client, engine]
    const end = () => ends.forEach(socket => open.delete(socket.destroy()))
    for (const socket of ends) {
      open.add(socket)
      socket.on('error', end).on('close', end)
    }
    client.on('data', (chunk: Buffer) => {
      engine.write(chunk)
      if (proxy.cutAfter === null || !chunk.toString().includes('GET /events')) return
      setTimeout(() => {
        proxy.cuts += 1
        end()
      }, proxy.cutAfter)
    })
    engine.on('data', (chunk: Buffer) => client.write(chunk))
  })
  server.listen(path)
  await once(server, 'listening')
  proxy.close = async () => {
    open.forEach(socket => socket.destroy())
    server.close()
    await rm(folder, { recursive: true })
  }
  return proxy
}

describe.skipIf(whyNot !== null)(
  `a watcher whose Engine comes and goes${whyNot === null ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    let own: OwnEngine
    let image = ''
    const open: DockerWatcher[] = []
    beforeAll(async () => {
      own = await startOwnEngine()
      image = await importBusybox(own.docker)
    }, WITHIN)
    afterEach(() => open.splice(0).forEach(watcher => watcher.close()))
    afterAll(() => own.close(), WITHIN)

    function watch(socketPath = own.host.replace('unix://', '')) {
      const told = new Told()
      const watcher = new DockerWatcher(new Engine({ socketPath }), told)
      open.push(watcher)
      watcher.start()
      return { told, watcher }
    }

    it(
      '[DOCK-1.17] [DOCK-3.54] [DOCK-3.56] [DOCK-3.57] says that the Engine is down, and why; is live once it has listed',
      { timeout: WITHIN },
      async () => {
        await own.stop()
        const { told, watcher } = watch()
        expect(watcher.link).toBe('stale')
        await told.until(() => watcher.link === 'down')
        expect(watcher.error).toMatch(/docker\.sock\. Start Docker, or set DOCKER_HOST\.$/)
        expect([watcher.existing(), told.lists]).toEqual([[], 0])
        await own.start()
        await told.until(() => watcher.link === 'live' && told.lists === 1)
        expect(watcher.error).toBeNull()
        expect(Date.now() - watcher.since).toBeLessThan(5_000)
        expect([told.odds, told.failures]).toEqual([[], []])
      },
    )

    it('[DOCK-1] [DOCK-5] learns what a restart of the Engine did to its containers', { timeout: WITHIN }, async () => {
      const { told, watcher } = watch()
      const [stays, goes] = [
        await createAgent(own.docker, image, 'sleep 600'),
        await createAgent(own.docker, image, 'sleep 600', { AutoRemove: true }),
      ]
      await Promise.all([stays.start(), goes.start()])
      await told.until(() => [stays, goes].every(({ id }) => told.latest.get(id)?.state === 'running'))
      await own.stop()
      await told.until(() => watcher.link === 'down')
      await own.start()
      await told.until(() => watcher.link === 'live')
      await told.until(() => told.latest.get(stays.id)?.exitCode === 137 && told.latest.get(goes.id)?.removed === true)
      expect(told.latest.get(stays.id)).toMatchObject({
        state: 'exited',
        removed: false,
        oomKilled: false,
        timedOut: false,
      })
      await stays.remove()
      await told.until(() => told.latest.get(stays.id)?.removed === true)
      expect([told.odds, told.failures]).toEqual([[], []])
    })

    it(
      '[DOCK-3.51] is not live for more than 10 s of silence, and live again after it',
      { timeout: WITHIN },
      async () => {
        const { told, watcher } = watch()
        await told.until(() => watcher.link === 'live')
        own.pause()
        const paused = Date.now()
        await told.until(() => watcher.link !== 'live')
        expect(Date.now() - paused).toBeLessThan(10_500)
        expect(watcher.error).toMatch(/did not answer within/)
        own.resume()
        const container = await createAgent(own.docker, image, 'exit 4')
        await container.start()
        await told.until(() => watcher.link === 'live' && told.latest.get(container.id)?.exitCode === 4)
        await container.remove()
        await told.until(() => told.latest.get(container.id)?.removed === true)
        expect([told.odds, told.failures]).toEqual([[], []])
      },
    )

    it(
      '[DOCK-1.2] [DOCK-1.4] loses nothing where the events are cut again and again',
      { timeout: WITHIN },
      async () => {
        const proxy = await proxyTo(own.host.replace('unix://', ''), 100)
        const { told, watcher } = watch(proxy.path)
        try {
          await told.until(() => watcher.link === 'live')
          const links = new Set<string>()
          const changed = told.changed.bind(told)
          told.changed = () => {
            links.add(watcher.link)
            changed()
          }
          const ids: string[] = []
          while (proxy.cuts < 12) {
            const container = await createAgent(own.docker, image, 'exit 6', { AutoRemove: true })
            ids.push(container.id)
            await container.start()
            await container.wait({ condition: 'removed' })
          }
          await told.until(() => ids.every(id => told.latest.get(id)?.removed === true))
          expect(ids.map(id => told.latest.get(id)?.exitCode)).toEqual(ids.map(() => 6))
          expect([...links]).toEqual(['live'])
          expect([told.odds, told.failures]).toEqual([[], []])
        } finally {
          watcher.close()
          await proxy.close()
        }
      },
    )
  },
)
