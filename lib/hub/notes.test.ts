import { afterEach, describe, expect, it, vi } from 'vitest'
import { needsYou } from '../run/attention'
import { dashboardsOf } from '../testing/hub/dashboards'
import type { Hub } from './hub'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

const world = () => dashboardsOf([{ id: 'a' }], { generation: 'B', speed: Infinity }, step => void cleanUp.push(step))

async function run(hub: Hub, status: 'running' | 'failed') {
  const { runId } = await hub.start({ spec: '001-todo' })
  await vi.waitFor(async () => expect(await hub.snapshot(runId)).toMatchObject({ status }), { timeout: 15_000 })
  return runId
}

const linesOf = async (hub: Hub, runId: string) => {
  const page = await hub.logs.page(runId, { after: 0, limit: 1_000 })
  return page?.lines.map(({ text }) => text) ?? []
}

describe('who started a run', () => {
  it('[RUN-18.9] is told with the run, also after a restart, and of no run that was started by nobody known', async () => {
    const { backend, dashboard } = await world()
    const first = await dashboard()
    backend.hold('a')
    const { runId } = await first.hub.start({ spec: '001-todo' }, 'ann')
    await vi.waitFor(async () => expect(await first.hub.snapshot(runId)).toMatchObject({ status: 'running' }))
    expect((await first.hub.snapshot(runId))?.startedBy).toBe('ann')
    backend.release('a')
    await vi.waitFor(async () => expect(await first.hub.snapshot(runId)).toMatchObject({ status: 'completed' }))
    const { runId: other } = await first.hub.start({ spec: '001-todo' })
    expect(await first.hub.snapshot(other)).not.toHaveProperty('startedBy')
    await first.end()
    const { hub } = await dashboard()
    expect((await hub.snapshot(runId))?.startedBy).toBe('ann')
    expect((await hub.fleet()).runs.find(run => run.runId === runId)?.startedBy).toBe('ann')
  })
})

describe('the model of a run', () => {
  it('[RUN-18.10] is the one that its start named, also after a restart', async () => {
    const { dashboard } = await world()
    const first = await dashboard()
    const { runId } = await first.hub.start({ spec: '001-todo', model: 'some/model-2' })
    await vi.waitFor(async () => expect(await first.hub.snapshot(runId)).toMatchObject({ status: 'completed' }))
    expect((await first.hub.snapshot(runId))?.model).toBe('some/model-2')
    const { runId: other } = await first.hub.start({ spec: '001-todo' })
    expect(await first.hub.snapshot(other)).not.toHaveProperty('model')
    await first.end()
    const { hub } = await dashboard()
    expect((await hub.snapshot(runId))?.model).toBe('some/model-2')
  })
})

describe('a note of an operator', () => {
  it('[RUN-18.1] [RUN-18.2] is on the run and in its log, without secrets, also after a restart', async () => {
    const { backend, dashboard } = await world()
    const first = await dashboard()
    backend.hold('a')
    const runId = await run(first.hub, 'running')
    await first.hub.leaveNote(runId, { text: 'flaky network, password=hunter22' }, 'ann')
    const notes = [{ at: expect.any(String) as string, by: 'ann', text: 'flaky network, password=•••' }]
    expect(await first.hub.snapshot(runId)).toMatchObject({ notes })
    expect(await linesOf(first.hub, runId)).toContain('Note by ann: flaky network, password=•••')
    const told = await first.hub.snapshot(runId)
    await first.end()

    const { hub } = await dashboard()
    expect((await hub.snapshot(runId))?.notes).toEqual(told?.notes)
    expect(await linesOf(hub, runId)).toContain('Note by ann: flaky network, password=•••')
  })

  it('[RUN-18.4] settles a run that has failed, and none that goes on', async () => {
    const { backend, dashboard } = await world()
    const first = await dashboard()
    backend.hold('a')
    const runId = await run(first.hub, 'running')
    await expect(first.hub.leaveNote(runId, { text: 'seen', settles: true })).rejects.toMatchObject({
      code: 'conflict',
    })
    backend.failBatch('a')
    backend.release('a')
    await vi.waitFor(async () => expect(await first.hub.snapshot(runId)).toMatchObject({ status: 'failed' }))
    const needs = async (hub: Hub) => needsYou((await hub.fleet()).runs, Date.now()).length
    await vi.waitFor(async () => expect(await needs(first.hub)).toBe(1))
    await first.hub.leaveNote(runId, { text: 'looking into it' })
    expect(await needs(first.hub)).toBe(1)
    await first.hub.leaveNote(runId, { text: 'network is back', settles: true })
    await vi.waitFor(async () => expect(await needs(first.hub)).toBe(0))
    await first.end()

    const { hub } = await dashboard()
    expect(await needs(hub)).toBe(0)
    expect((await hub.snapshot(runId))?.notes).toHaveLength(2)
  })

  it('[RUN-18.2] is refused where the run is not known', async () => {
    const { dashboard } = await world()
    const { hub } = await dashboard()
    await expect(hub.leaveNote('none', { text: 'seen' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
