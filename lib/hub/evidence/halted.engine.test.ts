import { randomUUID } from 'node:crypto'
import Docker from 'dockerode'
import { afterEach, describe, expect, it } from 'vitest'
import { whyNoDocker } from '../../reference-backend/docker'
import {
  batchOf,
  startEngineHub,
  closeEngineHubs,
  ownContainers,
  sameAsDocker,
  until,
  type EngineHub,
} from '../../testing/hub/engine-hub'
import { socketAtHand } from '../../testing/docker/fixtures'
import type { PlannedBatch } from '../../testing/hub/project'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

const docker = new Docker({ socketPath: socketAtHand })
const made: Docker.Container[] = []
afterEach(async () => {
  await Promise.allSettled(made.splice(0).map(container => container.remove({ force: true })))
  await closeEngineHubs()
})

const one = (id: (name: string) => string): PlannedBatch[] => [{ id: id('only') }]

/** A run with its only batch permanently at work in a container. */
async function oneAtWork() {
  const setup = await startEngineHub({ plan: one })
  const { backend, hub, id } = setup
  const only = id('only')
  backend.hold(only)
  backend.containers.silence(only)
  const { runId } = await hub.start({ spec: '001-todo' })
  await until(setup, runId, snapshot => expect(batchOf(snapshot, only).container?.state).toBe('running'))
  const agent = docker.getContainer(await backend.containers.of(only))
  const batch = (check: (batch: ReturnType<typeof batchOf>) => void) =>
    until(setup, runId, snapshot => check(batchOf(snapshot, only))).then(snapshot => batchOf(snapshot, only))
  return { setup, runId, only, agent, batch }
}

/** Starts another container in the agent's work tree, and kills the agent's. The backend mentions neither. */
async function inItsPlace(agent: Docker.Container, options: Docker.ContainerCreateOptions) {
  const { Config, Mounts } = await agent.inspect()
  const Source = Mounts.find(({ Destination }) => Destination === '/workspace')?.Source ?? ''
  const container = await docker.createContainer({
    Image: Config.Image,
    Env: ['ANTHROPIC_API_KEY=sk-ant-planted-5e8d1c', 'PLAIN=some plain words'],
    name: `ckrv-${randomUUID()}`,
    ...options,
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'bind', Source, Target: '/workspace' }],
      ...options.HostConfig,
    },
  })
  made.push(container)
  await agent.kill()
  return container
}

const alwaysExits = { Cmd: ['/bin/busybox', 'sh', '-c', 'exit 3'], HostConfig: { RestartPolicy: { Name: 'always' } } }

async function agents(setup: EngineHub) {
  const listed = await ownContainers(setup)
  return Object.fromEntries(listed.map(agent => [agent.id, agent]))
}

describe.skipIf(whyNot !== null)(named('a batch that is said to run, beside a container that does not'), () => {
  it('[DOCK-9.2] [DOCK-9.20] is late where its container could not be started', { timeout: 90_000 }, async () => {
    const { setup, agent, batch } = await oneAtWork()
    const container = await inItsPlace(agent, { Entrypoint: ['/no/such/binary'] })
    await expect(container.start()).rejects.toThrow()
    const late = await batch(({ verdict, container: shown }) => {
      expect(shown?.id).toBe(container.id)
      expect(verdict).toBe('late')
      expect(shown?.startFailed).toBe(true)
    })
    expect(late.reason).toMatch(
      /^The container could not be started, exit 127, command not found; the backend has not reported it since /,
    )
    expect(late.container).toMatchObject({ state: 'created', exitCode: 127 })
    expect(late.container?.error).toContain('"/no/such/binary"')
    const shown = (await agents(setup))[container.id]
    expect(shown).toMatchObject({
      state: 'created',
      startFailed: true,
      exitCode: 127,
      verdict: 'late',
      stoppable: false,
    })
    expect(JSON.stringify([late, shown])).not.toMatch(/sk-ant-|plain words/)
  })

  it(
    '[DOCK-9.4] [DOCK-9.16] [DOCK-9.18] [DOCK-9.20] is in conflict where Docker restarts its container, and stays so',
    { timeout: 90_000 },
    async () => {
      const { setup, runId, only, agent, batch } = await oneAtWork()
      const container = await inItsPlace(agent, alwaysExits)
      await container.start()
      const conflict = await batch(({ verdict }) => expect(verdict).toBe('conflict'))
      expect(conflict.reason).toMatch(
        /^Backend says running; Docker restarts its container again and again since \S+: \d+ times so far, last after it exited 3\. Read its log, or stop the run\.$/,
      )
      const from = setup.seen.length
      const { count = 0 } = conflict.container?.restarted ?? {}
      await batch(({ container: shown }) => expect(shown?.restarted?.count).toBeGreaterThan(count))
      const verdicts = setup.seen.slice(from).map(snapshot => batchOf(snapshot, only).verdict)
      expect(verdicts.filter(verdict => verdict !== 'conflict')).toEqual([])

      await setup.hub.stop(runId)
      const orphan = await batch(({ verdict }) => expect(verdict).toBe('orphan'))
      expect(orphan.reason).toContain('still runs, and Docker restarts it; its run ended at')
      expect((await agents(setup))[container.id]).toMatchObject({ stoppable: true, verdict: 'orphan' })
      await setup.hub.stopContainer(container.id)
      const over = await batch(({ verdict }) => expect(verdict).toBe('agrees'))
      expect(over.container).toMatchObject({ id: container.id, state: 'exited', exitCode: 3 })
      await sameAsDocker(setup)
    },
  )

  it(
    '[DOCK-9.3] [DOCK-9.16] [DOCK-9.20] is in conflict where its container is paused for 10 s, until it runs on',
    { timeout: 90_000 },
    async () => {
      const { setup, runId, agent, batch } = await oneAtWork()
      await agent.pause()
      const paused = await batch(({ container }) => expect(container?.state).toBe('paused'))
      expect(paused).toMatchObject({ verdict: 'agrees', reason: 'Backend says running; its container is paused.' })
      const conflict = await batch(({ verdict }) => expect(verdict).toBe('conflict'))
      const since = conflict.reasonSince ?? ''
      expect(conflict.reason).toBe(
        `Backend says running; its container is paused since ${since}. Unpause it, or stop the run.`,
      )
      const first = setup.seen.find(({ batches }) => batches.some(({ verdict }) => verdict === 'conflict'))
      expect(Date.parse(first?.now ?? '') - Date.parse(since)).toBeGreaterThanOrEqual(10_000)
      await sameAsDocker(setup)
      await agent.unpause()
      const on = await batch(({ verdict }) => expect(verdict).toBe('agrees'))
      expect(on.reason).toBe('Backend and Docker both say running.')

      await agent.pause()
      await setup.hub.stop(runId)
      const orphan = await batch(({ verdict }) => expect(verdict).toBe('orphan'))
      expect(orphan.reason).toContain('is still paused; its run ended at')
      expect((await agents(setup))[agent.id]).toMatchObject({ stoppable: true, state: 'paused' })
      await setup.hub.stopContainer(agent.id)
      const over = await batch(({ verdict }) => expect(verdict).toBe('agrees'))
      expect(over.container?.state).toBe('exited')
      await sameAsDocker(setup)
    },
  )
})
