import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const SLOW = ['setup', 'db', 'models']

test('[PAGE-12.11] [PAGE-12.12] [PAGE-12.13] a failed run shows the whole row of its failure, and starts its spec again', async ({
  backend,
  dashboard,
  page,
}) => {
  for (const id of SLOW) backend.hold(id)
  backend.failBatch('release', { exitCode: 3 })
  const runId = await dashboard.start(PORTAL)
  for (const id of SLOW) {
    const began = async () => {
      const { batches, now } = await dashboard.snapshot(runId)
      const batch = batches.find(each => each.id === id)
      return batch?.status === 'running' ? Date.parse(now) - Date.parse(batch.startedAt ?? '') : 0
    }
    await expect.poll(began, { timeout: 20_000 }).toBeGreaterThan(1_100)
    backend.release(id)
  }
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('failed')

  const run = await new RunPage(page, dashboard, runId).open()
  const summary = page.getByTestId('run-summary')
  for (const height of [900, 800, 720]) {
    await page.setViewportSize({ width: 1280, height })
    await page.reload()
    await run.live()
    await expect(page.getByTestId('batch-panel')).toHaveAttribute('data-batch-id', 'release')
    await expect(summary.getByTestId('slowest')).toHaveText(/^Slowest of the completed: /)
    const isWhole = async () => {
      const [row, head, log] = await Promise.all([
        run.card('release').boundingBox(),
        page.locator('#view header').boundingBox(),
        page.locator('#log').boundingBox(),
      ])
      if (row === null || head === null || log === null) return false
      return row.y >= head.y + head.height - 1 && row.y + row.height <= log.y + 1
    }
    await expect.poll(isWhole, `at ${height} px`).toBe(true)
  }
  // A reader who scrolls away is left alone.
  const list = page.locator('#view > section')
  await list.hover()
  await page.mouse.wheel(0, -2_000)
  await expect.poll(() => list.evaluate(({ scrollTop }) => scrollTop)).toBe(0)
  await page.setViewportSize({ width: 1280, height: 700 })
  await expect.poll(() => list.evaluate(({ scrollTop }) => scrollTop)).toBe(0)

  await summary.getByRole('button', { name: 'Start again…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Start a run' })
  await expect(dialog.getByRole('radio', { name: PORTAL })).toBeChecked()
  await expect(dialog.getByTestId('start-outlook')).toContainText(
    /of 14 batches are completed already: a start runs the/,
  )
})

test('[PAGE-12.14] a container that outlives its run can be stopped on the page of the run, while Docker can be asked', async ({
  backend,
  page,
}) => {
  const engine = await FakeEngine.start()
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
  try {
    backend.hold('setup')
    const runId = await dashboard.start(PORTAL)
    await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
    engine.run(runId, 'setup')
    await dashboard.api('POST', `/api/runs/${runId}/stop`)
    await page.goto(`${dashboard.url}/runs/${runId}`)
    const stop = page.getByTestId('findings').getByRole('button', { name: 'Stop container…' })
    await expect(stop).toBeEnabled({ timeout: 60_000 })
    await stop.click()
    const dialog = page.getByRole('dialog', { name: /^Stop container/ })
    await expect(dialog).toContainText(runId)
    await dialog.getByRole('button', { name: 'Let it run' }).click()
    await page.goto(dashboard.url)
    const onFleet = page.getByTestId('needs-you').getByRole('button', { name: 'Stop container…' })
    await expect(onFleet).toBeEnabled()
    await engine.close()
    await expect(page.getByTestId('link-docker')).toHaveAttribute('data-link', 'down', { timeout: 60_000 })
    // The line stays as last known [DOCK-2.30], and does not ask a Docker that is away.
    await expect(onFleet).toBeDisabled()
  } finally {
    await page.close()
    await dashboard.stop()
  }
})

test('[PAGE-14.7] the stroke of a failed segment keeps its form where segments are wide', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.failBatch('corpus', { exitCode: 3 })
  const runId = await dashboard.start('012-search-relevance')
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await run.expectStatus('failed')
  const segment = page.getByRole('region', { name: 'Run', exact: true }).locator('[data-status="failed"]:empty')
  const { x, y, width } = (await segment.boundingBox()) ?? { x: NaN, y: NaN, width: NaN }
  expect(width).toBeGreaterThan(60)
  const at = (from: number) => page.screenshot({ clip: { x: Math.round(x + from), y: y + 2, width: 12, height: 8 } })
  expect(await at(6)).toEqual(await at(width - 18))
  expect(await at(6)).not.toEqual(await at(width / 2 - 6))
})
