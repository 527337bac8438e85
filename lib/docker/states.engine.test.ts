import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ContainerFacts } from '../run/evidence/container-facts'
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
const WITHIN = 60_000

/** The table of DOCK-9, tested on the local Engine: each row that it can produce. */
describe.skipIf(whyNot !== null)(
  `[DOCK-9] each state that the Engine at hand reports${whyNot === null ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    const docker = new Docker({ socketPath: socketAtHand })
    const made: Docker.Container[] = []
    const open: DockerWatcher[] = []
    let image = ''
    beforeAll(async () => void (image = await importBusybox(docker)))
    afterEach(async () => {
      open.splice(0).forEach(watcher => watcher.close())
      await Promise.allSettled(made.splice(0).map(container => container.remove({ force: true })))
    })
    afterAll(() => docker.getImage(image).remove())

    async function watch() {
      const told = new Told()
      const watcher = new DockerWatcher(new Engine({ socketPath: socketAtHand }), told)
      open.push(watcher)
      watcher.start()
      await told.until(() => watcher.link === 'live' && told.lists > 0)
      return { told, watcher }
    }

    type Settings = Partial<Docker.ContainerCreateOptions>

    /** Creates a container without starting it, and watches it. */
    async function watched(script: string, more: Settings = {}, by = watch()) {
      const { told, watcher } = await by
      const container = await createAgent(docker, image, script, more.HostConfig, more)
      made.push(container)
      const facts = () => told.latest.get(container.id)
      const until = async (check: (facts: ContainerFacts) => boolean) => {
        await told.until(() => {
          const known = facts()
          return known !== undefined && check(known)
        })
        return facts()
      }
      return { container, told, watcher, facts, until, status: () => statusOf(container.id) }
    }
    const sleeps = 'exec /bin/busybox sleep 600'

    it('[DOCK-9.1] created', { timeout: WITHIN }, async () => {
      const { until, status } = await watched(sleeps)
      const facts = await until(({ state }) => state === 'created')
      expect(facts).toMatchObject({ startFailed: false, exitCode: null, error: null, seenEndedAt: null })
      await expect.poll(status).toBe('Created')
    })

    it('[DOCK-9.2] [DOCK-9.14] created, and its start failed, which no event tells', { timeout: WITHIN }, async () => {
      const by = watch()
      const failing = [
        ['/no/such/binary', 127, 'no such file or directory'],
        ['/bin', 126, 'permission denied'],
      ] as const
      const containers = await Promise.all(failing.map(([Entrypoint]) => watched('', { Entrypoint }, by)))
      for (const { container, until } of containers) {
        await until(({ state }) => state === 'created')
        await expect(container.start()).rejects.toThrow()
      }
      const { told } = await by
      const { lists } = told
      for (const [n, [entrypoint, exitCode, words]] of failing.entries()) {
        const { until, status } = containers[n]!
        const facts = await until(({ startFailed }) => startFailed)
        expect(facts).toMatchObject({ state: 'created', exitCode, startedAt: null, removed: false })
        expect(facts?.seenEndedAt).not.toBeNull()
        expect(facts?.error).toContain(words)
        expect(facts?.error).toContain(entrypoint)
        await expect.poll(status).toBe('Created')
      }
      // If no other inspection is under way, one of the next two lists triggers it.
      expect(told.lists - lists).toBeLessThanOrEqual(2)
      expect(JSON.stringify(told.all)).not.toContain('sk-ant-planted')
    })

    it('[DOCK-9.3] paused, and running again', { timeout: WITHIN }, async () => {
      const { container, until, status } = await watched(sleeps)
      await container.start()
      const running = await until(({ state }) => state === 'running')
      await container.pause()
      const paused = await until(({ state }) => state === 'paused')
      expect(paused).toMatchObject({ exitCode: null, seenEndedAt: null, seenRunningAt: running?.seenRunningAt })
      expect(paused?.seenStateAt).toBeGreaterThanOrEqual(running?.seenStateAt ?? Infinity)
      await expect.poll(status).toBe('Up (Paused)')
      await container.unpause()
      await until(({ state }) => state === 'running')
      await expect.poll(status).toBe('Up')
    })

    it('[DOCK-9.3] [DOCK-9.16] paused, and stopped from here', { timeout: WITHIN }, async () => {
      const { container, watcher, until, status } = await watched(`trap 'exit 0' TERM; while :; do sleep 0.1; done`)
      await container.start()
      await until(({ state }) => state === 'running')
      await container.pause()
      await until(({ state }) => state === 'paused')
      await watcher.stop(container.id)
      const facts = await until(({ state }) => state === 'exited')
      await expect.poll(status).toBe(`Exited (${facts?.exitCode ?? ''})`)
    })

    it('[DOCK-9.4] [DOCK-9.18] restarting, without a moment in which it has ended', { timeout: WITHIN }, async () => {
      const { container, told, facts, until } = await watched('exit 3', {
        HostConfig: { RestartPolicy: { Name: 'always' } },
      })
      await container.start()
      const first = await until(({ restarted }) => (restarted?.count ?? 0) >= 1)
      const { since } = first?.restarted ?? {}
      const from = told.all.length
      await until(({ restarted, state }) => (restarted?.count ?? 0) >= 4 && state === 'restarting')
      expect(facts()?.restarted).toMatchObject({ exitCode: 3, since })
      const states = told.all.slice(from).filter(({ id }) => id === container.id)
      expect(states.filter(({ state }) => state !== 'running' && state !== 'restarting')).toEqual([])
      expect(states.filter(({ seenEndedAt }) => seenEndedAt !== null)).toEqual([])
    })

    it(
      '[DOCK-9.4] [DOCK-9.16] [DOCK-9.17] restarting, as docker ps has it, and stopped from here',
      { timeout: WITHIN },
      async () => {
        const { container, watcher, until, status } = await watched('exit 3', {
          HostConfig: { RestartPolicy: { Name: 'always' } },
        })
        await container.start()
        // From here on the Engine waits for over a second before each restart.
        await until(({ restarted, state }) => (restarted?.count ?? 0) >= 4 && state === 'restarting')
        await expect.poll(status).toBe('Restarting (3)')
        await watcher.stop(container.id)
        const facts = await until(({ state }) => state === 'exited')
        expect(facts).toMatchObject({ exitCode: 3, removed: false })
        await expect.poll(status).toBe('Exited (3)')
      },
    )

    it('[DOCK-9.4] exited after its restarts were used up', { timeout: WITHIN }, async () => {
      const { container, until, status } = await watched('exit 3', {
        HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
      })
      await container.start()
      const facts = await until(({ state, restarted }) => state === 'exited' && restarted?.count === 2)
      expect(facts).toMatchObject({ exitCode: 3 })
      await expect.poll(status).toBe('Exited (3)')
    })

    const ends: [string, number, Settings?][] = [
      ...[0, 1, 125, 126, 127, 134, 137, 139, 143, 255].map((code): [string, number] => [`exit ${code}`, code]),
      // The kernel does not deliver such signals to the first process of a container, so an init process comes first.
      ...(
        [
          ['TERM', 143],
          ['SEGV', 139],
          ['KILL', 137],
        ] as const
      ).map(([signal, code]): [string, number, Settings] => [
        `kill -${signal} $$; exec /bin/busybox sleep 600`,
        code,
        { HostConfig: { Init: true } },
      ]),
    ]

    it('[DOCK-9.5] exited with each code, and by each signal', { timeout: WITHIN }, async () => {
      const by = watch()
      await Promise.all(
        ends.map(async ([script, exitCode, settings]) => {
          const { container, until, status } = await watched(script, settings, by)
          await container.start()
          const facts = await until(({ state }) => state === 'exited')
          expect([script, facts]).toMatchObject([script, { exitCode, oomKilled: false, timedOut: false, error: null }])
          await expect.poll(status, { timeout: 10_000 }).toBe(`Exited (${exitCode})`)
        }),
      )
    })

    it('[DOCK-9.6] exited out of memory', { timeout: WITHIN }, async () => {
      const { container, until } = await watched(RUNS_OUT_OF_MEMORY, {
        HostConfig: { Memory: 8 * 1024 ** 2, MemorySwap: 8 * 1024 ** 2 },
      })
      await container.start()
      const facts = await until(({ state, oomKilled }) => state === 'exited' && oomKilled)
      expect(facts?.exitCode).not.toBe(0)
    })

    it.each([
      ['true', 'healthy', 'Up (healthy)'],
      ['false', 'unhealthy', 'Up (unhealthy)'],
    ] as const)('[DOCK-9.7] running, its health check %s: %s', { timeout: WITHIN }, async (check, health, words) => {
      const every = 300_000_000
      const { container, told, until, status } = await watched(sleeps, {
        Healthcheck: { Test: ['CMD', '/bin/busybox', check], Interval: every, Timeout: 10 * every, Retries: 1 },
      })
      await container.start()
      await until(facts => facts.health === health)
      await expect.poll(status).toBe(words)
      expect(told.all.some(facts => facts.health === 'starting')).toBe(true)
      await container.kill()
      expect(await until(({ state }) => state === 'exited')).toMatchObject({ health: null })
      expect(told.odds).toEqual([])
    })

    it('[DOCK-9.9] renamed and updated, it stays what it is', { timeout: WITHIN }, async () => {
      const { container, told, until } = await watched(sleeps)
      await container.start()
      await until(({ state }) => state === 'running')
      await container.rename({ name: `ckrv-renamed-${container.id.slice(0, 12)}` })
      await container.update({ RestartPolicy: { Name: 'no' } })
      const facts = await until(({ name }) => name.startsWith('ckrv-renamed-'))
      expect(facts).toMatchObject({ state: 'running', restarted: null })
      expect([told.odds, told.failures]).toEqual([[], []])
    })
  },
)

const run = promisify(execFile)

/**
 * The status that `docker ps -a` shows of a container, without the duration. It may change a moment later than the
 * Engine's own.
 */
async function statusOf(id: string): Promise<string> {
  const format = ['ps', '-a', '--no-trunc', '--filter', `id=${id}`, '--format', '{{.Status}}']
  const { stdout } = await run('docker', format, {
    env: { ...process.env, DOCKER_HOST: `unix://${socketAtHand}` },
  })
  return stdout
    .trim()
    .replace(/ (?:(?:About|Less than) )?an? \w+( ago)?| \d+ \w+( ago)?/, '')
    .replace(/^Restarting \((\d+)\).*/, 'Restarting ($1)')
}
