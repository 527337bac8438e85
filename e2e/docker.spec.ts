import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { dockerAt } from '../lib/reference-backend/docker'
import type { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'

const listed = z.object({
  containers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      state: z.string(),
      image: z.string(),
      runId: z.string().nullable(),
      batchId: z.string().nullable(),
    }),
  ),
})
const printed = z.object({ ID: z.string(), Names: z.string(), State: z.string(), Image: z.string() })
const run = promisify(execFile)

/** The current output of the `docker` client about the agents' containers. */
async function dockerPs() {
  const { stdout } = await run('docker', [
    'ps',
    '-a',
    '--no-trunc',
    '--filter',
    'name=^ckrv-',
    '--format',
    '{{json .}}',
  ])
  const lines = stdout.split('\n').filter(line => line !== '')
  return lines
    .map(line => printed.parse(JSON.parse(line)))
    .map(({ ID: id, Names: name, State: state, Image: image }) => ({ id, name, state, image }))
    .sort((a, b) => a.id.localeCompare(b.id))
}

async function containersOf(dashboard: Dashboard) {
  const { containers } = listed.parse((await dashboard.api('GET', '/api/containers')).body)
  return containers.sort((a, b) => a.id.localeCompare(b.id))
}

/** The dashboard's answer and the client's output, read while nothing changes in between. */
async function sameMoment(dashboard: Dashboard) {
  for (;;) {
    const before = await dockerPs()
    const shown = await containersOf(dashboard)
    const after = await dockerPs()
    if (JSON.stringify(before) === JSON.stringify(after)) return { shown, printed: after }
  }
}

test.use({ docker: 'on' })

test('[DOCK-2] every batch stands beside its container, and agrees with it', async ({
  dashboard,
  backend,
  prefix,
  page,
}) => {
  test.setTimeout(120_000)
  backend.hold(`${prefix}setup`)
  const runId = await dashboard.start(PORTAL)
  const shown = await new RunPage(page, dashboard, runId).open()
  const setup = shown.card(`${prefix}setup`)
  await expect(setup).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  const id = await backend.containers.of(`${prefix}setup`)
  await expect(setup).toContainText(id.slice(0, 12))
  await expect(setup).toHaveAttribute('data-verdict', 'agrees')
  await expect(page.getByTestId('link-docker')).toHaveAttribute('data-link', 'live')

  await expect(async () => {
    const { shown, printed } = await sameMoment(dashboard)
    expect(shown.map(({ id, name, state, image }) => ({ id, name, state, image }))).toEqual(printed)
  }).toPass({ timeout: 15_000 })
  const own = (await containersOf(dashboard)).find(container => container.id === id)
  expect(own).toMatchObject({ runId, batchId: `${prefix}setup` })

  backend.release(`${prefix}setup`)
  await expect(shown.completed).toHaveText('14/14', { timeout: 90_000 })
  const { batches, status } = await dashboard.snapshot(runId)
  expect(status).toBe('completed')
  expect(batches.map(({ id, verdict, container }) => [id, verdict, container?.exitCode])).toEqual(
    PORTAL_BATCHES.map(id => [prefix + id, 'agrees', 0]),
  )
  const answers = await Promise.all(
    [
      `/api/runs/${runId}`,
      `/api/runs/${runId}/logs?limit=10000`,
      '/api/containers',
      `/runs/${runId}`,
      '/containers',
      '/',
    ]
      .concat(PORTAL_BATCHES.map(id => `/api/runs/${runId}/logs?batch=${prefix}${id}`))
      .map(path => dashboard.api('GET', path)),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(JSON.stringify(answers) + dashboard.log + (await page.content())).not.toContain('sk-ant-planted')
})

test('[DOCK-4] [SAFE-2.33] [SAFE-3] agents that outlive their run are found, and stopped from the page', async ({
  dashboard,
  backend,
  prefix,
  page,
}) => {
  backend.hold(`${prefix}setup`)
  const runId = await dashboard.start(PORTAL)
  const id = await backend.containers.of(`${prefix}setup`)
  const shown = await new RunPage(page, dashboard, runId).open()
  await expect(shown.card(`${prefix}setup`)).toHaveAttribute('data-verdict', 'agrees')
  expect((await dashboard.api('POST', `/api/containers/${id}/stop`)).status).toBe(403)

  await backend.restart()
  await shown.expectStatus('failed')
  await expect(shown.card(`${prefix}setup`)).toHaveAttribute('data-verdict', 'orphan')
  await expect(page.getByTestId('findings')).toContainText(id.slice(0, 12))

  await page.goto(`${dashboard.url}/containers`)
  const row = page.locator(`[data-container-id="${id}"]`)
  await row.getByRole('button', { name: /Stop/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: /Stop/ }).click()
  await expect(row).toContainText('137', { timeout: 20_000 })
  await expect(row.getByRole('button', { name: /Stop/ })).toHaveCount(0)
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await expect(shown.card(`${prefix}setup`)).toHaveAttribute('data-verdict', 'agrees')
})

test('[RUN-13] a run that was begun behind the dashboard’s back appears, is counted to its end, and is one with its stream', async ({
  dashboard,
  backend,
  prefix,
  page,
}) => {
  test.setTimeout(120_000)
  await page.goto(dashboard.url)
  backend.hold(`${prefix}setup`)
  const started = await fetch(`${backend.url}/api/execution/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ spec: PORTAL, run_id: 'run-elsewhere' }),
  })
  expect(started.ok).toBe(true)
  const runs = z.object({ runs: z.array(z.object({ runId: z.string(), basis: z.string() })) })
  const found = async () => runs.parse((await dashboard.api('GET', '/api/runs')).body).runs
  await expect.poll(async () => (await found()).length, { timeout: 10_000 }).toBe(1)
  const [only] = await found()
  expect(only?.basis).toBe('history')
  const historyId = only?.runId ?? ''
  await page.locator(`a[href="/runs/${historyId}"]`).first().click()
  const shown = new RunPage(page, dashboard, historyId)
  await expect(shown.card(`${prefix}setup`)).toHaveAttribute('data-status', 'running', { timeout: 15_000 })
  await expect(shown.card(`${prefix}setup`)).toHaveAttribute('data-verdict', 'agrees')
  expect((await dashboard.api('POST', `/api/runs/${historyId}/stop`)).status).toBe(409)

  backend.release(`${prefix}setup`)
  await expect(shown.completed).not.toHaveText('0/14', { timeout: 30_000 })
  // From now on the run's stream is followed, and the open page moves to the run's new address by itself.
  expect((await dashboard.api('PUT', '/api/runs/run-elsewhere', {})).status).toBe(201)
  await page.waitForURL(/\/runs\/run-elsewhere$/, { timeout: 20_000 })
  await expect(shown.completed).toHaveText('14/14', { timeout: 90_000 })
  expect(await found()).toMatchObject([{ runId: 'run-elsewhere', basis: 'stream' }])
  const { batches } = await dashboard.snapshot('run-elsewhere')
  expect(batches.map(({ container }) => container?.exitCode)).toEqual(PORTAL_BATCHES.map(() => 0))
})

test('from an event of Docker’s to the changed page', async ({ dashboard, backend, prefix, page }) => {
  const docker = dockerAt()
  backend.hold(`${prefix}setup`)
  const runId = await dashboard.start(PORTAL)
  const id = await backend.containers.of(`${prefix}setup`)
  const shown = await new RunPage(page, dashboard, runId).open()
  await expect(shown.card(`${prefix}setup`)).toContainText(id.slice(0, 12))
  await shown.live()
  await page.evaluate(() => {
    const states: { text: string; at: number }[] = []
    Reflect.set(window, 'states', states)
    const card = document.querySelector('[data-testid="batch-card"][data-status="running"]')
    new MutationObserver(() => {
      const text = card?.textContent.includes('paused') === true ? 'pause' : 'unpause'
      if (states.at(-1)?.text !== text) states.push({ text, at: Date.now() })
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
  })

  const events = await docker.getEvents({ filters: { container: [id], event: ['pause', 'unpause'] } })
  const told: number[] = []
  events.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) {
      told.push(Math.floor(z.object({ timeNano: z.number() }).parse(JSON.parse(line)).timeNano / 1e6))
    }
  })
  const changes = z.array(z.object({ text: z.string(), at: z.number() }))
  const states = async () => changes.parse(await page.evaluate(() => Reflect.get(window, 'states') as unknown))
  const container = docker.getContainer(id)
  for (let n = 1; n <= 20; n += 1) {
    await (n % 2 === 1 ? container.pause() : container.unpause())
    await expect.poll(async () => (await states()).at(-1)?.text).toBe(n % 2 === 1 ? 'pause' : 'unpause')
    await expect.poll(() => told.length).toBe(n)
  }
  const seen = (await states()).slice(-20)
  const latencies = seen.map(({ at }, n) => at - (told[n] ?? NaN)).sort((a, b) => a - b)
  expect(latencies).toHaveLength(20)
  const report = `Docker to page, 20 events: median ${latencies[10]} ms, worst ${latencies.at(-1)} ms`
  console.log(report)
  test.info().annotations.push({ type: 'latency', description: report })
  events.removeAllListeners('error')
  backend.release(`${prefix}setup`)
})
