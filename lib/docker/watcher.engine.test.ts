import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Engine } from './engine/engine'
import {
  createAgent,
  importBusybox,
  RUNS_OUT_OF_MEMORY,
  socketAtHand,
  Told,
  whyNoContainers,
} from '../testing/docker/fixtures'
import { DockerWatcher } from './watcher'

const whyNot = await whyNoContainers()
const WITHIN = 120_000

describe.skipIf(whyNot !== null)(
  `a watcher of the Engine at hand${whyNot === null ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    const docker = new Docker({ socketPath: socketAtHand })
    const made: Docker.Container[] = []
    const open: DockerWatcher[] = []
    const projects: string[] = []
    let image = ''
    beforeAll(async () => void (image = await importBusybox(docker)))
    afterEach(async () => {
      open.splice(0).forEach(watcher => watcher.close())
      await Promise.allSettled(made.splice(0).map(container => container.remove({ force: true })))
      await Promise.all(projects.splice(0).map(project => rm(project, { recursive: true })))
    })
    afterAll(() => docker.getImage(image).remove())

    const create = async (script: string, host?: Docker.HostConfig) => {
      const container = await createAgent(docker, image, script, host)
      made.push(container)
      return container
    }

    async function watch() {
      const told = new Told()
      const watcher = new DockerWatcher(new Engine({ socketPath: socketAtHand }), told)
      open.push(watcher)
      watcher.start()
      await told.until(() => watcher.link === 'live' && told.lists > 0)
      const facts = (id: string) => told.latest.get(id)
      const all = (id: string) => told.all.filter(of => of.id === id)
      return { told, watcher, facts, all }
    }

    it('[DOCK-1] [DOCK-5.52] follows a container from its creation past its removal', { timeout: WITHIN }, async () => {
      const { told, watcher, facts, all } = await watch()
      const repository = await mkdtemp(join(tmpdir(), 'a project '))
      projects.push(repository)
      const source = join(repository, '.chakravarti/worktrees/batch-a b-c-0a1b2c_1')
      const container = await create(`: "MISSION: It's a test"; exit 3`, { Binds: [`${source}:/workspace`] })
      const { id } = container
      await told.until(() => facts(id)?.state === 'created')
      expect(watcher.existing().map(of => of.id)).toContain(id)
      await container.start()
      await told.until(() => facts(id)?.exitCode === 3)
      const looked = await watcher.inspectNow(id)
      await container.remove()
      await told.until(() => facts(id)?.removed === true)
      expect(await watcher.inspectNow(id)).toBeNull()
      expect(facts(id)).toEqual({ ...looked, removed: true })
      expect(facts(id)).toMatchObject({
        role: 'batch',
        marks: {
          tree: { repository, batchId: 'a b-c', suffix: '0a1b2c' },
          mission: 'It\'s a test"; exit 3',
        },
        image,
        state: 'exited',
        exitCode: 3,
        oomKilled: false,
        timedOut: false,
      })
      expect(all(id)[0]).toMatchObject({ state: 'created', exitCode: null, removed: false })
      expect(JSON.stringify(told.all)).not.toContain('sk-ant-planted')
      expect(watcher.existing().map(of => of.id)).not.toContain(id)
      expect([told.odds, told.failures]).toEqual([[], []])
    })

    it('[DOCK-5] knows what was killed', { timeout: WITHIN }, async () => {
      const { told, facts } = await watch()
      const container = await create('sleep 600')
      await container.start()
      await told.until(() => facts(container.id)?.state === 'running')
      await container.kill()
      await told.until(() => facts(container.id)?.state === 'exited')
      expect(facts(container.id)).toMatchObject({ exitCode: 137, timedOut: false, removed: false })
    })

    it('[DOCK-5] stops what it is asked to, and what has stopped is no error', { timeout: WITHIN }, async () => {
      const { told, watcher, facts } = await watch()
      const container = await create(`trap 'exit 7' TERM; while :; do sleep 0.1; done`)
      await container.start()
      await told.until(() => facts(container.id)?.state === 'running')
      await watcher.stop(container.id)
      await told.until(() => facts(container.id)?.exitCode === 7)
      await watcher.stop(container.id)
      await container.remove()
      await expect(watcher.stop(container.id)).rejects.toMatchObject({ kind: 'not-found' })
    })

    it('[DOCK-5.55] knows what ran out of memory', { timeout: WITHIN }, async () => {
      const { told, facts } = await watch()
      const container = await create(RUNS_OUT_OF_MEMORY, { Memory: 8 * 1024 ** 2, MemorySwap: 8 * 1024 ** 2 })
      await container.start()
      await told.until(() => facts(container.id)?.state === 'exited' && facts(container.id)?.oomKilled === true)
      expect(facts(container.id)?.exitCode).not.toBe(0)
    })

    it('[DOCK-5.58] knows what came and went between two lists', { timeout: WITHIN }, async () => {
      const { told, facts } = await watch()
      const { lists } = told
      const container = await create('exit 5', { AutoRemove: true })
      await container.start()
      await told.until(() => facts(container.id)?.removed === true)
      expect(facts(container.id)).toMatchObject({ exitCode: 5, image })
      expect(told.lists).toBe(lists)
    })

    it('[DOCK-1] finds what was there before, 200 at once', { timeout: WITHIN }, async () => {
      const { told: first } = await watch()
      const containers = await Promise.all(Array.from({ length: 200 }, () => create('exit 0')))
      const knowsAll = (told: Told, removed: boolean) => () =>
        containers.every(({ id }) => told.latest.get(id)?.removed === removed && told.latest.get(id)?.role === 'other')
      await first.until(knowsAll(first, false))
      const { told: second } = await watch()
      expect(knowsAll(second, false)()).toBe(true)
      await Promise.all(containers.map(container => container.remove()))
      await first.until(knowsAll(first, true))
      await second.until(knowsAll(second, true))
      expect([first.odds, first.failures, second.odds, second.failures]).toEqual([[], [], [], []])
    })

    it('[DOCK-1.11] has nothing to say of containers that are no agents', { timeout: WITHIN }, async () => {
      const { told, watcher } = await watch()
      const other = await docker.createContainer({
        Image: image,
        Cmd: ['/bin/busybox', 'true'],
        HostConfig: { NetworkMode: 'none' },
      })
      made.push(other)
      expect(await watcher.inspectNow(other.id)).toBeNull()
      expect(await watcher.inspectNow('0'.repeat(64))).toBeNull()
      expect(await watcher.inspectNow('../../info')).toBeNull()
      expect(told.latest.has(other.id)).toBe(false)
    })

    it('[DOCK-2.51] says whether the image of the latest agent is there', { timeout: WITHIN }, async () => {
      const engine = new Engine({ socketPath: socketAtHand })
      expect(await engine.imageExists(image)).toBe(true)
      expect(await engine.imageExists('no/such:image')).toBe(false)
    })
  },
)
