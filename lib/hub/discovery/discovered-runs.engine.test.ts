import { afterEach, describe, expect, it, vi } from 'vitest'
import { BackendHttp } from '../../backend/http'
import { whyNoDocker } from '../../reference-backend/docker'
import type { RunSummary } from '../../run/model'
import {
  batchOf,
  startEngineHub,
  closeEngineHubs,
  ownContainers,
  printed,
  texts,
  until,
  verdictsSeen,
  type EngineHub,
} from '../../testing/hub/engine-hub'
import type { PlannedBatch } from '../../testing/hub/project'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

afterEach(closeEngineHubs)

/** A setup batch, twelve batches at once, and a last one. */
const fourteen = (id: (name: string) => string): PlannedBatch[] => {
  const middle = Array.from({ length: 12 }, (_, n) => id(`m${String(n + 1)}`))
  return [
    { id: id('setup') },
    ...middle.map(each => ({ id: each, dependsOn: [id('setup')] })),
    { id: id('end'), dependsOn: middle },
  ]
}
const three = (id: (name: string) => string): PlannedBatch[] => [
  { id: id('setup') },
  { id: id('a'), dependsOn: [id('setup')] },
  { id: id('b'), dependsOn: [id('setup')] },
]

const startThere = ({ http }: EngineHub, runId: string) =>
  http.start({ spec: '001-todo', runId, dryRun: false, model: undefined, resumeRunId: undefined })

/** The only run of the fleet, when it appears. */
const found = ({ hub }: EngineHub): Promise<RunSummary> =>
  vi.waitFor(
    async () => {
      const [run, ...others] = await hub.runs()
      if (!run) throw new Error('nothing found yet')
      expect(others).toEqual([])
      return run
    },
    { timeout: 10_000, interval: 40 },
  )

/** Resolves after more than `count` further reads of the history. */
async function rounds(count: number): Promise<void> {
  const looks = vi.spyOn(BackendHttp.prototype, 'historyList')
  await vi.waitFor(() => expect(looks.mock.results.length).toBeGreaterThan(count), { timeout: 15_000 })
  looks.mockRestore()
}

const mostAtOnce = ({ fleets }: EngineHub) => Math.max(...fleets.map(({ runs }) => runs.length))

describe.skipIf(whyNot !== null)(named('a run that was started elsewhere'), () => {
  it('[RUN-13] and that nobody follows is found, and counted to its end', { timeout: 90_000 }, async () => {
    const script = () => ({ ms: 1_500, lines: [{ stream: 'stdout' as const, text: 'working' }] })
    const setup = await startEngineHub({ plan: fourteen, script })
    const { backend, hub, id } = setup
    backend.hold(id('m1'))
    await startThere(setup, 'elsewhere')
    const { runId, historyId, basis } = await found(setup)
    expect([basis, historyId]).toEqual(['history', runId])
    expect(runId).not.toBe('elsewhere')
    const running = await until(setup, runId, snapshot => {
      expect(batchOf(snapshot, id('m1'))).toMatchObject({ status: 'running', verdict: 'agrees', basis: 'plan' })
      expect(snapshot.counts).toMatchObject({ total: 14, totalKnown: true, completed: 12, running: 1, pending: 1 })
    })
    expect(running.status).toBe('running')
    expect(batchOf(running, id('m1')).container).toMatchObject({ id: await backend.containers.of(id('m1')) })
    expect(await printed(setup, runId, id('m1'))).toEqual(['working'])
    await expect(hub.stop(runId)).rejects.toMatchObject({ code: 'conflict' })
    backend.release(id('m1'))
    const over = await until(setup, runId, ({ status }) => expect(status).toBe('completed'))
    expect(over).toMatchObject({ basis: 'history', inferred: false, findings: [] })
    expect(over.counts).toMatchObject({ total: 14, completed: 14, running: 0 })
    const settled = await until(setup, runId, ({ batches }) =>
      expect(batches.map(({ verdict }) => verdict)).toEqual(Array(14).fill('agrees')),
    )
    expect(settled.batches.map(({ containers }) => containers.length)).toEqual(Array(14).fill(1))
    for (const { id } of settled.batches) expect(await printed(setup, runId, id)).toEqual(['working'])
    expect(await texts(setup, runId)).toEqual([])
    expect(mostAtOnce(setup)).toBe(1)
    expect(verdictsSeen(setup).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))).toEqual([])
  })

  it('[RUN-13] is one with the run that is followed later, by either address', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: three })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    await startThere(setup, 'elsewhere')
    const { runId: historyId } = await found(setup)
    const before = await until(setup, historyId, snapshot => {
      expect(batchOf(snapshot, id('a')).container).toMatchObject({ state: 'running' })
      expect(snapshot.counts.completed).toBe(2)
    })
    await hub.follow('elsewhere')
    const merged = await until(setup, historyId, snapshot => expect(snapshot.runId).toBe('elsewhere'))
    expect(merged).toMatchObject({ basis: 'stream', historyId, status: 'running' })
    const { id: containerId } = batchOf(before, id('a')).container!
    expect(batchOf(merged, id('a')).container).toMatchObject({ id: containerId, state: 'running' })
    expect((await hub.runs()).map(({ runId }) => runId)).toEqual(['elsewhere'])
    expect(await printed(setup, historyId, id('a'))).toEqual(['working'])
    for (const { id, runId } of await ownContainers(setup)) expect([id, runId]).toEqual([id, 'elsewhere'])
    backend.release(id('a'))
    const over = await until(setup, historyId, ({ status, batches }) => {
      expect(status).toBe('completed')
      expect(batches.map(({ verdict }) => verdict)).toEqual(Array(3).fill('agrees'))
    })
    expect(over.batches.map(({ containers }) => containers.length)).toEqual([1, 1, 1])
    for (const { id } of over.batches) expect(await printed(setup, 'elsewhere', id)).toEqual(['working'])
    expect((await texts(setup, historyId)).length).toBeGreaterThan(5)
    expect(mostAtOnce(setup)).toBe(1)
    expect(verdictsSeen(setup).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))).toEqual([])
  })

  it('[RUN-13] and followed at once is never shown twice, nor is one started here', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: three })
    const { hub, fleets } = setup
    await startThere(setup, 'elsewhere')
    await hub.follow('elsewhere')
    await until(setup, 'elsewhere', ({ status }) => expect(status).toBe('completed'))
    expect(mostAtOnce(setup)).toBe(1)
    expect(new Set(fleets.flatMap(({ runs }) => runs.map(({ runId }) => runId)))).toEqual(new Set(['elsewhere']))

    const here = await startEngineHub({ plan: three })
    here.backend.hold(here.id('b'))
    const { runId } = await here.hub.start({ spec: '001-todo' })
    await until(here, runId, ({ counts }) => expect(counts).toMatchObject({ completed: 2, running: 1 }))
    await rounds(2)
    here.backend.release(here.id('b'))
    await until(here, runId, ({ status }) => expect(status).toBe('completed'))
    expect(new Set(here.fleets.flatMap(({ runs }) => runs.map(({ runId }) => runId)))).toEqual(new Set([runId]))
  })

  it('[RUN-13.19] and goes on with one that has ended here is a run of its own', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: three })
    const { backend, hub, http, id, fleets } = setup
    backend.failBatch(id('a'))
    const { runId: first } = await hub.start({ spec: '001-todo' })
    const failed = await until(setup, first, ({ status }) => expect(status).toBe('failed'))
    const historyId = failed.historyId ?? ''
    // The dashboard must see that the entry ended before it can see it begin again.
    await rounds(2)
    expect(fleets.at(-1)?.runs.map(({ runId }) => runId)).toEqual([first])

    backend.hold(id('a'))
    const order = { spec: '001-todo', runId: 'elsewhere', dryRun: false, model: undefined, resumeRunId: historyId }
    await http.start(order)
    const atWork = await backend.containers.of(id('a'))
    await until(setup, historyId, snapshot => {
      expect(snapshot).toMatchObject({
        runId: historyId,
        basis: 'history',
        status: 'running',
        startedAt: failed.endedAt,
      })
      expect(batchOf(snapshot, id('a'))).toMatchObject({
        status: 'running',
        verdict: 'agrees',
        container: { id: atWork },
      })
    })
    expect(await hub.snapshot(first)).toMatchObject({ runId: first, status: 'failed' })

    await hub.follow('elsewhere')
    await until(setup, historyId, ({ runId }) => expect(runId).toBe('elsewhere'))
    backend.release(id('a'))
    const over = await until(setup, 'elsewhere', ({ status }) => expect(status).toBe('completed'))
    expect(over.counts).toMatchObject({ total: 3, completed: 3 })
    expect((await hub.runs()).map(({ runId }) => runId).sort()).toEqual([first, 'elsewhere'].sort())
    expect(verdictsSeen(setup).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))).toEqual([])
  })

  it('[RUN-13] keeps its place beside the run that is started here to go on with it', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: three })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    backend.failBatch(id('a'))
    await startThere(setup, 'elsewhere')
    const { runId: historyId } = await found(setup)
    await hub.follow('elsewhere')
    backend.release(id('a'))
    await until(setup, 'elsewhere', ({ status }) => expect(status).toBe('failed'))
    backend.hold(id('a'))
    const { runId } = await hub.start({ spec: '001-todo', resumeRunId: historyId })
    await until(setup, runId, snapshot => expect(snapshot.historyId).toBe(historyId))
    await rounds(2)
    backend.release(id('a'))
    await until(setup, runId, ({ status }) => expect(status).toBe('completed'))
    expect(await hub.snapshot('elsewhere')).toMatchObject({ runId: 'elsewhere', status: 'failed' })
    expect((await hub.runs()).map(run => run.runId)).toEqual([runId, 'elsewhere'])
  })

  it('[DOCK-4] at a backend without history shows as agents at work for nobody', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: three, generation: 'A' })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    backend.hold(id('b'))
    await startThere(setup, 'elsewhere')
    const ids = [await backend.containers.of(id('a')), await backend.containers.of(id('b'))]
    const findings = await vi.waitFor(
      async () => {
        const own = (await hub.fleet()).findings.filter(({ containerId }) => ids.includes(containerId ?? ''))
        expect(own).toHaveLength(2)
        return own
      },
      { timeout: 25_000, interval: 50 },
    )
    const waited = Date.now() - Date.parse(findings[0]?.at ?? '')
    expect(waited).toBeGreaterThanOrEqual(10_000)
    expect(waited).toBeLessThan(20_000)
    expect(findings.map(({ batchId }) => batchId).sort()).toEqual([id('a'), id('b')])
    const listed = (await ownContainers(setup)).filter(({ id }) => ids.includes(id))
    expect(listed.map(({ batchId, runId, stoppable }) => [batchId, runId, stoppable]).sort()).toEqual([
      [id('a'), null, false],
      [id('b'), null, false],
    ])
    for (const each of ids) await expect(hub.stopContainer(each)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await hub.runs()).toEqual([])
    await hub.follow('elsewhere')
    await until(setup, 'elsewhere', snapshot => expect(batchOf(snapshot, id('a')).container?.id).toBe(ids[0]))
    await vi.waitFor(async () => {
      expect((await hub.fleet()).findings.filter(({ containerId }) => ids.includes(containerId ?? ''))).toEqual([])
    })
    expect(await texts(setup, 'elsewhere', id('a'))).toContain('working')
  })
})
