import { afterEach, describe, expect, it, vi } from 'vitest'
import { whyNoDocker } from '../../reference-backend/docker'
import type { Snapshot } from '../../run/model'
import {
  batchOf,
  delays,
  startEngineHub,
  closeEngineHubs,
  sameAsDocker,
  texts,
  until,
  verdictsSeen,
  type EngineHub,
} from '../../testing/hub/engine-hub'
import type { PlannedBatch } from '../../testing/hub/project'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

afterEach(closeEngineHubs)

const diamond = (id: (name: string) => string): PlannedBatch[] => [
  { id: id('setup'), name: 'Project Setup' },
  { id: id('a'), dependsOn: [id('setup')] },
  { id: id('b'), dependsOn: [id('setup')] },
  { id: id('end'), dependsOn: [id('a'), id('b')] },
]
const one = (id: (name: string) => string): PlannedBatch[] => [{ id: id('only') }]

const exits = ({ batches }: Snapshot) => batches.map(({ containers }) => containers.map(({ exitCode }) => exitCode))
const alarms = (setup: EngineHub, batchId?: string) =>
  verdictsSeen(setup, batchId).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))
const firstWith = ({ seen }: EngineHub, batchId: string, verdict: string) =>
  seen.find(({ batches }) => batches.some(batch => batch.id === batchId && batch.verdict === verdict))
const isAtWork = (setup: EngineHub, runId: string, id: string) =>
  until(setup, runId, snapshot => expect(batchOf(snapshot, id).container?.state).toBe('running'))

describe.skipIf(whyNot !== null)(named('a clean run in containers'), () => {
  it.each([
    ['B' as const, 1],
    ['A' as const, 4],
  ])('[DOCK-2] of generation %s agrees from its begin to its end', { timeout: 60_000 }, async (generation, each) => {
    const setup = await startEngineHub({ plan: diamond, generation })
    const { runId } = await setup.hub.start({ spec: '001-todo' })
    const middle = await isAtWork(setup, runId, setup.id('a'))
    expect(middle.status).toBe('running')
    await sameAsDocker(setup)
    const snapshot = await until(setup, runId, ({ status, batches }) => {
      expect(status).toBe('completed')
      expect(batches.map(({ verdict }) => verdict)).toEqual(Array(4).fill('agrees'))
    })
    expect(exits(snapshot)).toEqual(Array(4).fill(Array(each).fill(0)))
    for (const { id, container, containers, reason } of snapshot.batches) {
      expect(reason).toBe('Backend says completed; the container exited 0.')
      expect(container).toEqual(containers.at(-1))
      expect(await texts(setup, runId, id)).toContain('working')
    }
    expect(snapshot.findings).toEqual([])
    expect(alarms(setup)).toEqual([])
    await sameAsDocker(setup)
    const late = delays(setup)
    const [median, most] = [late[Math.floor(late.length / 2)] ?? NaN, late.at(-1) ?? NaN]
    console.log(`pages know of ${late.length} begins and ends after ${median} ms (median), ${most} ms (at most)`)
  })

  it('[DOCK-5.58] whose containers come and go between two lists misses none', { timeout: 60_000 }, async () => {
    const script = () => ({ ms: 1, lines: [{ stream: 'stdout' as const, text: 'only a moment' }] })
    const plan = (id: (name: string) => string) => Array.from({ length: 8 }, (_, n) => ({ id: id(`m${String(n)}`) }))
    const setup = await startEngineHub({ plan, script })
    const { runId } = await setup.hub.start({ spec: '001-todo' })
    const snapshot = await until(setup, runId, ({ status, batches }) => {
      expect(status).toBe('completed')
      expect(batches.map(({ verdict }) => verdict)).toEqual(Array(8).fill('agrees'))
    })
    expect(exits(snapshot)).toEqual(Array(8).fill([0]))
    await sameAsDocker(setup)
    // A container that was removed before it could be read may have lost lines, and its log says so.
    for (const { id } of snapshot.batches) {
      const [text, ...more] = await vi.waitFor(
        async () => {
          const printed = await texts(setup, runId, id)
          expect(printed).not.toEqual([])
          return printed
        },
        { timeout: 5_000, interval: 50 },
      )
      expect(text).toMatch(/^only a moment$|^The container was removed before/)
      expect(more).toEqual([])
    }
    expect(alarms(setup)).toEqual([])
  })

  it('[DOCK-2] without containers is local where it is a dry run', { timeout: 30_000 }, async () => {
    const setup = await startEngineHub({ plan: diamond })
    const { runId } = await setup.hub.start({ spec: '001-todo', dryRun: true })
    const snapshot = await until(setup, runId, ({ status }) => expect(status).toBe('completed'))
    expect(snapshot.batches.map(({ verdict }) => verdict)).toEqual(Array(4).fill('local'))
    expect(snapshot.batches[0]?.reason).toBe('Runs without a container: dry run.')
    expect([0, -1]).toContain(await sameAsDocker(setup))
    expect(snapshot.findings).toEqual([])
    expect(verdictsSeen(setup).filter(seen => !/local|unknown|pending agrees/.test(seen))).toEqual([])
  })
})

describe.skipIf(whyNot !== null)(named('a container that does not end well'), () => {
  it('[RUN-10] names the batch of a failure that names none', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: diamond })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    backend.hold(id('b'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await isAtWork(setup, runId, id('a'))
    await isAtWork(setup, runId, id('b'))
    await backend.containers.kill(id('a'))
    const snapshot = await until(setup, runId, snapshot => {
      expect(snapshot.status).toBe('failed')
      expect(batchOf(snapshot, id('a'))).toMatchObject({ status: 'failed', basis: 'inferred', verdict: 'agrees' })
    })
    expect(batchOf(snapshot, id('a')).reason).toContain('exited 137, killed')
    await until(setup, runId, snapshot =>
      expect(batchOf(snapshot, id('b'))).toMatchObject({ status: 'aborted', verdict: 'orphan' }),
    )
    expect(await sameAsDocker(setup)).not.toBe(0)
    backend.release(id('b'))
    await until(setup, runId, ({ findings }) => expect(findings).toEqual([]))
    expect(alarms(setup, id('a'))).toEqual([])
  })

  it('[DOCK-2] is late once its backend has said nothing for 5 s, never before', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: diamond })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    backend.containers.silence(id('a'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await isAtWork(setup, runId, id('a'))
    await backend.containers.kill(id('a'))
    const late = await until(setup, runId, snapshot => expect(batchOf(snapshot, id('a')).verdict).toBe('late'))
    const { reason, reasonSince, container } = batchOf(late, id('a'))
    expect(reason).toBe(
      `The container exited 137, killed; the backend has not reported it since ${reasonSince ?? ''}. Check its log, or stop the run.`,
    )
    expect(late.findings).toMatchObject([{ kind: 'late', batchId: id('a'), containerId: container?.id }])
    const first = firstWith(setup, id('a'), 'late')
    const after = Date.parse(first?.now ?? '') - Date.parse(reasonSince ?? '')
    expect(after).toBeGreaterThanOrEqual(5_000)
    expect(after).toBeLessThan(10_000)
    expect(late.status).toBe('running')
    await sameAsDocker(setup)
    backend.release(id('a'))
    const over = await until(setup, runId, ({ status }) => expect(status).toBe('failed'))
    expect(batchOf(over, id('a'))).toMatchObject({ status: 'failed', verdict: 'agrees' })
    expect(over.findings.filter(({ kind }) => kind === 'late')).toEqual([])
  })

  it('[DOCK-5.55] was out of memory, and that outlives it', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: one })
    const { backend, hub, id } = setup
    backend.hold(id('only'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await isAtWork(setup, runId, id('only'))
    await backend.containers.oom(id('only'))
    await sameAsDocker(setup)
    const snapshot = await until(setup, runId, ({ status, batches }) => {
      expect(status).toBe('failed')
      expect(batches[0]?.container?.removed).toBe(true)
    })
    expect(snapshot.batches[0]).toMatchObject({
      status: 'failed',
      verdict: 'agrees',
      reason: 'Failed; its container exited 137, out of memory.',
      container: { exitCode: 137, oomKilled: true },
    })
    await sameAsDocker(setup)
  })

  it('[DOCK-2] exited 3 under a batch that is said to be completed: a conflict', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: diamond })
    const { backend, hub, id } = setup
    backend.failBatch(id('a'), { exitCode: 3, unnoticed: true })
    const { runId } = await hub.start({ spec: '001-todo' })
    const snapshot = await until(setup, runId, snapshot => {
      expect(snapshot.status).toBe('completed')
      expect(batchOf(snapshot, id('a')).verdict).toBe('conflict')
    })
    expect(batchOf(snapshot, id('a')).reason).toBe(
      'Backend says completed; the container exited 3. Check the branch before merging it.',
    )
    expect(snapshot.findings).toMatchObject([{ kind: 'conflict', batchId: id('a') }])
    expect(snapshot.counts).toMatchObject({ completed: 4, failed: 0 })
    await sameAsDocker(setup)
    expect(alarms(setup).filter(seen => seen !== 'completed conflict')).toEqual([])
  })

  it(
    '[DOCK-7.52] was one of four, and the oldest backend calls it completed: a conflict',
    { timeout: 60_000 },
    async () => {
      const setup = await startEngineHub({ plan: diamond, generation: 'A' })
      const { backend, hub, id } = setup
      backend.hold(id('a'))
      const { runId } = await hub.start({ spec: '001-todo' })
      const killed = await backend.containers.of(id('a'))
      await backend.containers.kill(id('a'))
      backend.release(id('a'))
      await sameAsDocker(setup)
      const snapshot = await until(setup, runId, ({ status, batches }) => {
        expect(status).toBe('completed')
        expect(batches.map(({ verdict }) => verdict)).toEqual(['agrees', 'conflict', 'agrees', 'agrees'])
      })
      expect(batchOf(snapshot, id('a')).containers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 137, 0])
      expect(batchOf(snapshot, id('a')).reason).toBe(
        `Backend says completed; container ${killed.slice(0, 12)} exited 137, killed. Check the branch before merging it.`,
      )
      expect(alarms(setup).filter(seen => seen !== 'completed conflict')).toEqual([])
    },
  )
})

describe.skipIf(whyNot !== null)(named('a batch said to run'), () => {
  it(
    '[DOCK-2] without a container is a ghost after 15 s and two lists, never before',
    { timeout: 90_000 },
    async () => {
      const setup = await startEngineHub({ plan: diamond })
      const { backend, hub, id } = setup
      backend.containers.ghost(id('a'))
      const { runId } = await hub.start({ spec: '001-todo' })
      await until(setup, runId, snapshot => expect(batchOf(snapshot, id('a')).status).toBe('running'))
      const ghost = await until(setup, runId, snapshot => expect(batchOf(snapshot, id('a')).verdict).toBe('ghost'))
      const { reason, startedAt, container } = batchOf(ghost, id('a'))
      expect(reason).toMatch(/^Backend says running; no container since .+Z\. The backend may have lost its agent/)
      expect(container).toBeNull()
      await sameAsDocker(setup)
      expect(ghost.findings).toMatchObject([{ kind: 'ghost', batchId: id('a'), containerId: null }])
      const first = firstWith(setup, id('a'), 'ghost')
      const after = Date.parse(first?.now ?? '') - Date.parse(startedAt ?? '')
      expect(after).toBeGreaterThanOrEqual(15_000)
      expect(after).toBeLessThan(30_000)
      backend.release(id('a'))
      const over = await until(setup, runId, ({ status }) => expect(status).toBe('completed'))
      expect(batchOf(over, id('a'))).toMatchObject({ status: 'completed', verdict: 'unknown' })
      expect(over.findings).toEqual([])
      expect(alarms(setup).filter(seen => seen !== 'running ghost')).toEqual([])
    },
  )
})
