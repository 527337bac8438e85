import { afterEach, describe, expect, it, vi } from 'vitest'
import { whyNoDocker } from '../../reference-backend/docker'
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
import type { PlannedBatch } from '../../testing/hub/project'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

afterEach(closeEngineHubs)

const twoAtOnce = (id: (name: string) => string): PlannedBatch[] => [
  { id: id('setup') },
  { id: id('a'), dependsOn: [id('setup')] },
  { id: id('b'), dependsOn: [id('setup')] },
  { id: id('end'), dependsOn: [id('a'), id('b')] },
]

/** A run with its two middle batches permanently at work in containers. */
async function twoAtWork(setup: EngineHub): Promise<{ runId: string; a: string; b: string }> {
  const { backend, hub, id } = setup
  backend.hold(id('a'))
  backend.hold(id('b'))
  const { runId } = await hub.start({ spec: '001-todo' })
  await until(setup, runId, snapshot => {
    for (const name of ['a', 'b']) {
      expect(batchOf(snapshot, id(name))).toMatchObject({ status: 'running', container: { state: 'running' } })
    }
  })
  return { runId, a: await backend.containers.of(id('a')), b: await backend.containers.of(id('b')) }
}

describe.skipIf(whyNot !== null)(named('agents of a run that is over'), () => {
  it(
    '[RUN-11] [DOCK-2] whose backend died are orphans, and can be stopped from here',
    { timeout: 60_000 },
    async () => {
      const setup = await startEngineHub({ plan: twoAtOnce })
      const { backend, hub, id } = setup
      const { runId, a, b } = await twoAtWork(setup)
      await expect(hub.stopContainer(a)).rejects.toMatchObject({ code: 'forbidden' })
      await backend.restart()
      const over = await until(setup, runId, snapshot => {
        expect(snapshot).toMatchObject({ status: 'failed', inferred: true })
        expect(snapshot.findings.filter(({ kind }) => kind === 'orphan')).toHaveLength(2)
      })
      expect(over.counts).toMatchObject({ running: 0, completed: 1 })
      const finding = over.findings.find(({ batchId }) => batchId === id('a'))
      expect(finding).toMatchObject({ kind: 'orphan', containerId: a })
      expect(finding?.text).toContain(`Container ${a.slice(0, 12)} still runs; its run ended at ${over.endedAt ?? ''}`)
      const listed = await ownContainers(setup)
      expect(listed.map(({ id, runId, stoppable, verdict }) => ({ id, runId, stoppable, verdict }))).toEqual(
        expect.arrayContaining([a, b].map(id => ({ id, runId, stoppable: true, verdict: 'orphan' }))),
      )
      expect(listed.slice(0, 2).every(({ stoppable }) => stoppable)).toBe(true)
      expect(await sameAsDocker(setup)).not.toBe(0)

      await hub.stopContainer(a)
      const stopped = await until(setup, runId, snapshot =>
        expect(batchOf(snapshot, id('a'))).toMatchObject({ verdict: 'agrees', container: { exitCode: 137 } }),
      )
      expect(batchOf(stopped, id('b'))).toMatchObject({ verdict: 'orphan', container: { state: 'running' } })
      await expect(hub.stopContainer(a)).rejects.toMatchObject({ code: 'over' })
      // An unknown id, an empty one, or the beginning of one stops no container.
      for (const none of ['0'.repeat(64), '', b.slice(0, 5)]) {
        await expect(hub.stopContainer(none)).rejects.toMatchObject({ code: 'not-found' })
      }
      expect((await texts(setup, runId)).filter(text => text.includes('was stopped from the dashboard'))).toHaveLength(
        1,
      )
      expect((await texts(setup, runId, id('a'))).at(-1)).toContain('was stopped from the dashboard')
      expect((await texts(setup, runId, id('b'))).join()).not.toContain('was stopped from the dashboard')

      await hub.stopContainer(b.slice(0, 12))
      const quiet = await until(setup, runId, ({ batches }) =>
        expect(batches.map(({ verdict }) => verdict)).toEqual(Array(4).fill('agrees')),
      )
      expect(quiet.findings.filter(({ kind }) => kind === 'orphan')).toEqual([])
      await sameAsDocker(setup)
      expect(verdictsSeen(setup).filter(seen => /ghost|late|conflict/.test(seen))).toEqual([])
    },
  )

  it('[DOCK-2] are orphans until they end by themselves, where one was aborted', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: twoAtOnce })
    const { backend, hub, id } = setup
    const { runId, a } = await twoAtWork(setup)
    await hub.stop(runId)
    const over = await until(setup, runId, snapshot => {
      expect(snapshot.status).toBe('aborted')
      expect(snapshot.batches.filter(({ verdict }) => verdict === 'orphan')).toHaveLength(2)
    })
    expect(over.counts).toMatchObject({ running: 0, aborted: 2, completed: 1, pending: 1 })
    await sameAsDocker(setup)
    backend.release(id('a'))
    const half = await until(setup, runId, snapshot => expect(batchOf(snapshot, id('a')).verdict).toBe('agrees'))
    expect(batchOf(half, id('a')).reason).toBe('Aborted; its container exited 0.')
    expect(half.findings.map(({ batchId }) => batchId)).toEqual([id('b')])
    await expect(hub.stopContainer(a)).rejects.toMatchObject({
      code: expect.stringMatching(/over|not-found/) as string,
    })
    backend.release(id('b'))
    await until(setup, runId, ({ batches, findings }) => {
      expect(batches.filter(({ verdict }) => verdict === 'orphan')).toEqual([])
      expect(findings).toEqual([])
    })
    await vi.waitFor(async () => expect(await ownContainers(setup)).toEqual([]), { timeout: 10_000 })
    await sameAsDocker(setup)
    expect(verdictsSeen(setup).filter(seen => /ghost|late|conflict/.test(seen))).toEqual([])
  })

  it(
    '[DOCK-7] are not the helpers, which are listed by their role and never counted',
    { timeout: 60_000 },
    async () => {
      const setup = await startEngineHub({ plan: twoAtOnce })
      const { backend, hub, helpers } = setup
      const { runId } = await twoAtWork(setup)
      const before = await hub.snapshot(runId)
      const roles = ['planning', 'merge-help', 'session', 'terminal'] as const
      const started = await Promise.all(
        roles.map(async role => ({ role, ...(await backend.containers.startHelper(role)) })),
      )
      for (const { id } of started) helpers.add(id)
      await vi.waitFor(
        async () => {
          const listed = (await ownContainers(setup)).filter(({ id }) => helpers.has(id))
          expect(
            listed.map(({ id, role, runId, stoppable, state }) => [id, role, runId, stoppable, state]).sort(),
          ).toEqual(started.map(({ id, role }) => [id, role, null, false, 'running']).sort())
          expect(listed.every(({ reason }) => reason?.endsWith('no batch.'))).toBe(true)
        },
        { timeout: 10_000 },
      )
      for (const { id } of started) await expect(hub.stopContainer(id)).rejects.toMatchObject({ code: 'forbidden' })
      expect(await sameAsDocker(setup)).not.toBe(0)
      const after = await hub.snapshot(runId)
      expect(after?.counts).toEqual(before?.counts)
      expect(after?.batches.map(({ containers }) => containers.length)).toEqual([1, 1, 1, 0])
      expect(after?.findings).toEqual([])
      await Promise.all(started.map(helper => helper.end()))
      await vi.waitFor(async () => {
        expect((await ownContainers(setup)).filter(({ id }) => helpers.has(id))).toEqual([])
      })
    },
  )
})
