import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Snapshot } from '../run/model'
import type { Hub } from './hub'
import { dashboardsOf } from '../testing/hub/dashboards'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** A backend of two batches, one after the other, and dashboards that use the same folder one after the other. */
async function world() {
  const script = () => ({ ms: 50, lines: [{ stream: 'stdout' as const, text: 'working' }] })
  return dashboardsOf([{ id: 'a' }, { id: 'b', dependsOn: ['a'] }], { generation: 'B', script, speed: 10 }, step =>
    cleanUp.push(step),
  )
}

const until = (hub: Hub, runId: string, check: (snapshot: Snapshot) => void) =>
  vi.waitFor(
    async () => {
      const snapshot = await hub.snapshot(runId)
      if (!snapshot) throw new Error('no such run')
      check(snapshot)
      return snapshot
    },
    { timeout: 15_000, interval: 20 },
  )

const atB = async (hub: Hub) => {
  const { runId } = await hub.start({ spec: '001-todo' })
  await until(hub, runId, ({ counts }) => expect(counts).toMatchObject({ completed: 1, running: 1 }))
  return runId
}

describe('a dashboard that is started again', () => {
  it('[REC-7.4] [RUN-9] shows a run as last known until its stream has caught up, and then as it is', async () => {
    const { backend, dashboard } = await world()
    backend.hold('b')
    const first = await dashboard()
    const runId = await atB(first.hub)
    await first.end()
    await backend.kill()
    const { hub } = await dashboard()
    const known = await until(hub, runId, ({ link }) => expect(link.backend).toBe('down'))
    expect(known).toMatchObject({ status: 'running', counts: { completed: 1, running: 1 } })
  })

  it('[REC-7.8] [RUN-11] finds that the backend died meanwhile: the run has failed', async () => {
    const { backend, dashboard } = await world()
    backend.hold('b')
    const first = await dashboard()
    const runId = await atB(first.hub)
    await first.end()
    await backend.restart()
    const { hub } = await dashboard()
    const over = await until(hub, runId, ({ status }) => expect(status).toBe('failed'))
    expect(over).toMatchObject({ inferred: true, counts: { completed: 1, running: 0, aborted: 1 } })
  })

  it('[REC-7.9] [RUN-4] a run that was aborted here stays aborted, though its backend has forgotten it', async () => {
    const { backend, dashboard } = await world()
    backend.hold('b')
    const first = await dashboard()
    const runId = await atB(first.hub)
    await first.hub.stop(runId)
    const before = await until(first.hub, runId, ({ status }) => expect(status).toBe('aborted'))
    await first.end()
    await backend.restart()
    const { hub } = await dashboard()
    await until(hub, runId, ({ link }) => expect(link.backend).toBe('live'))
    await vi.waitFor(() => expect(hub.liveRuns).toBe(0), { timeout: 15_000 })
    const { status, endedAt, counts } = before
    expect(await hub.snapshot(runId)).toMatchObject({ status, endedAt, counts })
  })

  it('[REC-1.6] [SAFE-4] has recorded no secret that an agent printed', async () => {
    const { backend, dashboard, dataDir } = await world()
    backend.hold('b')
    const { hub, end } = await dashboard()
    const runId = await atB(hub)
    backend.print('b', 'stdout', 'the key is sk-ant-api03-abcdefghijklmnop0123456789')
    backend.release('b')
    await until(hub, runId, ({ status }) => expect(status).toBe('completed'))
    await end()
    const folder = join(dataDir, 'recordings')
    const [name = ''] = await readdir(folder)
    const recording = await readFile(join(folder, name), 'utf8')
    expect(recording).toContain('the key is sk-ant-•••')
    expect(recording).not.toContain('abcdefghijklmnop')
  })

  it('[REC-5.5] forgets a start that the backend never heard', async () => {
    const { backend, dashboard } = await world()
    const first = await dashboard()
    backend.hold('a')
    const following = first.hub.follow('never-heard')
    await expect(following).rejects.toMatchObject({ code: 'not-found' })
    await first.end()
    const { hub } = await dashboard()
    expect(await hub.runs()).toEqual([])
  })
})

describe('a data folder that can’t be made', () => {
  it('[REC-6.1] [REC-6.2] [REC-6.4] is said to every page, with what to do, and the dashboard goes on', async () => {
    const { dashboard, dataDir } = await world()
    await writeFile(dataDir, 'in the way')
    const { hub } = await dashboard()
    expect(hub.recording()).toMatchObject({ state: 'failing' })
    const { findings } = await hub.fleet()
    expect(findings).toMatchObject([{ kind: 'recording', containerId: null }])
    expect(findings[0]?.text).toContain('Check DATA_DIR.')
    expect(findings[0]?.text).not.toContain(dataDir)
    const { runId } = await hub.start({ spec: '001-todo' })
    await until(hub, runId, ({ status }) => expect(status).toBe('completed'))
  })
})
