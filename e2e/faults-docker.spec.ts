import { join } from 'node:path'
import { z } from 'zod'
import { copyProject } from '../lib/reference-backend/copy-project'
import { startOwnEngine, whyNoOwnEngine } from '../lib/reference-backend/own-engine'
import { startReferenceBackend } from '../lib/reference-backend/server'
import type { Snapshot } from '../lib/run/model'
import { often } from '../lib/testing/support/often'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'

/** Faults under agents that work in real containers. */

const DEATHS = often(5, 20)

const listed = z.object({
  docker: z.object({ link: z.string() }),
  containers: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      runId: z.string().nullable(),
      batchId: z.string().nullable(),
      verdict: z.string(),
    }),
  ),
})

const containersOf = async (dashboard: Dashboard) =>
  listed.parse((await dashboard.api('GET', '/api/containers')).body).containers

const batchOf = async (dashboard: Dashboard, runId: string, batchId: string) =>
  (await dashboard.snapshot(runId)).batches.find(({ id }) => id === batchId)

/** Expects every batch to be completed, each beside a container that agrees. */
async function isRight(dashboard: Dashboard, runId: string, prefix = ''): Promise<void> {
  const { status, counts, findings, batches } = await dashboard.snapshot(runId)
  expect({ status, counts, findings }).toMatchObject({
    ...{ status: 'completed', findings: [] },
    counts: { total: 14, totalKnown: true, completed: 14, failed: 0, aborted: 0, running: 0, pending: 0 },
  })
  expect(batches.map(({ id, verdict, container }) => [id, verdict, container?.exitCode])).toEqual(
    PORTAL_BATCHES.map(id => [prefix + id, 'agrees', 0]),
  )
}

const isOver = async (dashboard: Dashboard, runId: string, status: Snapshot['status']) =>
  expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 120_000 }).toBe(status)

test('[DOCK-3] a Docker daemon that is stopped and started during a run: no alarm, exact numbers, and the next run is right', async ({
  folder,
  page,
}) => {
  test.setTimeout(300_000)
  const why = await whyNoOwnEngine()
  test.skip(why !== null && process.env['CI'] === undefined, `An Engine of its own ${why ?? ''}`)
  const project = join(folder, 'project')
  await copyProject(join(import.meta.dirname, '../lib/reference-backend/demo-project'), project)
  const engine = await startOwnEngine()
  const backend = await startReferenceBackend({
    ...{ project, generation: 'B', speed: 100, docker: 'on', dockerHost: engine.host },
  })
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: 'on', DOCKER_HOST: engine.host })
  try {
    backend.hold('models')
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await expect(run.card('models')).toHaveAttribute('data-status', 'running', { timeout: 60_000 })
    const id = await backend.containers.of('models')
    await expect(run.card('models')).toContainText(id.slice(0, 12))
    const { counts: before } = await dashboard.snapshot(runId)

    await engine.stop()
    await expect(page.getByTestId('link-docker')).not.toHaveAttribute('data-link', 'live', { timeout: 20_000 })
    // The daemon's containers stopped with it, and the backend reports this: the evidence plays no part.
    await isOver(dashboard, runId, 'failed')
    const away = await dashboard.snapshot(runId)
    expect(away.link.docker).not.toBe('live')
    expect(new Set(away.batches.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
    expect(away.counts).toMatchObject({ total: 14, completed: before.completed, running: 0 })
    await run.expectStatus('failed')
    await expect(run.card('models')).toHaveAttribute('data-verdict', 'unknown')

    await engine.start()
    await expect(page.getByTestId('link-docker')).toHaveAttribute('data-link', 'live', { timeout: 30_000 })
    await expect(run.card('models')).toHaveAttribute('data-verdict', 'agrees', { timeout: 20_000 })
    const { counts, batches, findings } = await dashboard.snapshot(runId)
    expect(counts).toEqual(away.counts)
    expect(batches.filter(({ verdict }) => verdict !== 'agrees')).toEqual([])
    expect(batches.find(batch => batch.id === 'models')?.container).toMatchObject({ id, exitCode: 137 })
    expect(findings).toEqual([])
    await expect(run.completed).toHaveText(`${before.completed}/14`)

    backend.release('models')
    const next = await dashboard.start(PORTAL)
    await isOver(dashboard, next, 'completed')
    const { counts: final } = await dashboard.snapshot(next)
    expect(final).toMatchObject({ total: 14, completed: 14 })
    await expect
      .poll(async () => (await containersOf(dashboard)).filter(({ state }) => state === 'running').length)
      .toBe(0)
    const exists = await engine.docker.listContainers({ all: true })
    expect((await containersOf(dashboard)).map(container => container.id).sort()).toEqual(
      exists.map(({ Id }) => Id).sort(),
    )
    await page.goto(`${dashboard.url}/runs/${next}`)
    await expect(run.completed).toHaveText('14/14')
  } finally {
    await page.close()
    await dashboard.stop()
    await backend.close()
    await engine.close()
  }
})

test.describe('agents in containers', () => {
  test.use({ docker: 'on' })

  test(`[RUN-11] [DOCK-4] whose backend dies under them, ${DEATHS} times, are each shown beside their own run; the next is right`, async ({
    backend,
    dashboard,
    prefix,
    page,
  }) => {
    test.setTimeout(300_000)
    const setup = `${prefix}setup`
    const agents: { runId: string; id: string }[] = []
    backend.hold(setup)
    for (let time = 0; time < DEATHS; time += 1) {
      const runId = await dashboard.start(PORTAL)
      const state = async () => (await batchOf(dashboard, runId, setup))?.container?.state
      await expect.poll(state, { timeout: 20_000 }).toBe('running')
      const id = await backend.containers.of(setup)
      expect((await batchOf(dashboard, runId, setup))?.container?.id).toBe(id)
      // The run's last message is older than its container, and the next run begins a moment later.
      await backend.restart()
      await isOver(dashboard, runId, 'failed')
      await expect.poll(async () => (await batchOf(dashboard, runId, setup))?.verdict).toBe('orphan')
      const over = await dashboard.snapshot(runId)
      expect(over).toMatchObject({ inferred: true, counts: { total: 14, completed: 0, running: 0 } })
      expect(over.error).not.toBeNull()
      expect(over.findings).toMatchObject([{ kind: 'orphan', containerId: id, batchId: setup }])
      agents.push({ runId, id })
    }
    const own = new Set(agents.map(({ id }) => id))
    expect(own.size).toBe(DEATHS)
    const shown = (await containersOf(dashboard)).filter(({ id }) => own.has(id))
    expect(shown.map(({ runId, id, batchId, verdict }) => ({ runId, id, batchId, verdict }))).toEqual(
      expect.arrayContaining(agents.map(agent => ({ ...agent, batchId: setup, verdict: 'orphan' }))),
    )
    await page.goto(`${dashboard.url}/containers`)
    for (const { id } of agents) {
      await expect(page.locator(`[data-container-id="${id}"]`)).toHaveAttribute('data-verdict', 'orphan')
      expect((await dashboard.api('POST', `/api/containers/${id}/stop`)).status).toBe(202)
      await expect(page.locator(`[data-container-id="${id}"][data-verdict="orphan"]`)).toHaveCount(0)
    }

    backend.release(setup)
    const runId = await dashboard.start(PORTAL)
    await isOver(dashboard, runId, 'completed')
    await expect.poll(async () => (await dashboard.snapshot(runId)).batches.at(-1)?.verdict).toBe('agrees')
    await isRight(dashboard, runId, prefix)
  })
})
