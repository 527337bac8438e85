import { afterEach, describe, expect, it, vi } from 'vitest'
import { startOwnEngine, whyNoOwnEngine, type OwnEngine } from '../../reference-backend/own-engine'
import {
  batchOf,
  startEngineHub,
  closeEngineHubs,
  ownContainers,
  sameAsDocker,
  texts,
  until,
  verdictsSeen,
  type EngineHub,
} from '../../testing/hub/engine-hub'

const whyNot = await whyNoOwnEngine()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

const engines: OwnEngine[] = []
afterEach(async () => {
  try {
    await closeEngineHubs()
  } finally {
    for (const engine of engines.splice(0)) await engine.close()
  }
})

async function ownEngine(): Promise<OwnEngine> {
  const engine = await startOwnEngine()
  engines.push(engine)
  return engine
}

const three = (id: (name: string) => string) => [
  { id: id('setup') },
  { id: id('a'), dependsOn: [id('setup')] },
  { id: id('b'), dependsOn: [id('setup')] },
]

const alarms = (setup: EngineHub) => verdictsSeen(setup).filter(seen => /ghost|late|orphan|conflict/.test(seen))

/** The output of the container as the Engine gives it, once it has at least `count` lines. */
const printed = ({ docker }: OwnEngine, containerId: string, count: number) =>
  vi.waitFor(
    async () => {
      const frames = await docker.getContainer(containerId).logs({ stdout: true, stderr: false, follow: false })
      const lines = frames.toString('latin1').match(/line \d+ of a burst in \S+/g) ?? []
      expect(lines.length).toBeGreaterThanOrEqual(count)
      return [...lines]
    },
    { timeout: 20_000, interval: 100 },
  )

describe.skipIf(whyNot !== null)(named('a daemon'), () => {
  it('[DOCK-3] that is stopped and started again alarms nobody, and loses no line', { timeout: 120_000 }, async () => {
    const engine = await ownEngine()
    const setup = await startEngineHub({ plan: three, dockerHost: engine.host })
    const { backend, hub, id, seen } = setup
    backend.hold(id('a'))
    backend.containers.silence(id('a'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await until(setup, runId, snapshot => {
      expect(batchOf(snapshot, id('a'))).toMatchObject({ verdict: 'agrees', container: { state: 'running' } })
      expect(snapshot.counts).toMatchObject({ completed: 2, running: 1 })
    })
    backend.burst(id('a'), 3_000)
    const lines = await printed(engine, await backend.containers.of(id('a')), 3_000)
    await sameAsDocker(setup)

    await engine.stop()
    const away = await until(setup, runId, ({ link }) => expect(link.docker).not.toBe('live'))
    expect(new Set(away.batches.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
    expect(away.batches[0]?.reason).toMatch(/^Docker can’t be reached since .+Z; no verdict\./)
    expect(await ownContainers(setup)).not.toEqual([])
    expect((await hub.containers()).docker).toMatchObject({ error: expect.stringContaining('Docker') as string })

    await engine.start()
    const back = await until(setup, runId, snapshot => {
      expect(snapshot.link.docker).toBe('live')
      expect(batchOf(snapshot, id('a')).container).toMatchObject({ state: 'exited', exitCode: 137 })
    })
    expect(batchOf(back, id('a')).verdict).toBe('agrees')
    expect(alarms(setup)).toEqual([])
    const lost = seen.filter(({ link }) => link.docker !== 'live')
    expect(new Set(lost.flatMap(({ batches }) => batches.map(({ verdict }) => verdict)))).toEqual(new Set(['unknown']))
    await vi.waitFor(async () => expect(await texts(setup, runId, id('a'))).toEqual(expect.arrayContaining(lines)))
    expect((await texts(setup, runId, id('a'))).filter(text => lines.includes(text))).toEqual(lines)
    await sameAsDocker(setup)

    const late = await until(setup, runId, snapshot => expect(batchOf(snapshot, id('a')).verdict).toBe('late'))
    expect(batchOf(late, id('a')).reason).toContain('The container exited 137, killed; the backend has not reported it')
    backend.release(id('a'))
    const over = await until(setup, runId, ({ status }) => expect(status).toBe('failed'))
    expect(batchOf(over, id('a'))).toMatchObject({ status: 'failed', verdict: 'agrees' })
    expect(alarms(setup)).toEqual(['running late'])
  })

  it('[DOCK-3] that stands still is no word about anybody, and stops nobody', { timeout: 120_000 }, async () => {
    const engine = await ownEngine()
    const setup = await startEngineHub({ plan: three, dockerHost: engine.host })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await until(setup, runId, snapshot => {
      expect(batchOf(snapshot, id('a'))).toMatchObject({ verdict: 'agrees', container: { state: 'running' } })
      expect(snapshot.counts).toMatchObject({ completed: 2, running: 1 })
    })
    const container = await backend.containers.of(id('a'))
    engine.pause()
    try {
      const away = await until(setup, runId, ({ link }) => expect(link.docker).toBe('stale'))
      expect(away).toMatchObject({ status: 'running', counts: { completed: 2, running: 1 }, findings: [] })
      expect(new Set(away.batches.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
      await expect(hub.stopContainer(container)).rejects.toMatchObject({ code: 'unreachable' })
    } finally {
      engine.resume()
    }
    const back = await until(setup, runId, ({ link }) => expect(link.docker).toBe('live'))
    expect(batchOf(back, id('a'))).toMatchObject({ verdict: 'agrees', container: { state: 'running' } })
    expect(await sameAsDocker(setup)).not.toBe(0)
    backend.release(id('a'))
    await until(setup, runId, ({ status, batches }) => {
      expect(status).toBe('completed')
      expect(batches.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees', 'agrees'])
    })
    expect(alarms(setup)).toEqual([])
  })
})
