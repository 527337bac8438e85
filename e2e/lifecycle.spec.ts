import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

test.describe('the backend comes and goes, and the numbers end right', () => {
  test.use({ expectedErrors: [/ERR_(CONNECTION|INCOMPLETE)/] })

  test('the dashboard was there before it', async ({ backend, dashboard, page }) => {
    await backend.kill()
    const started = await dashboard.api('POST', '/api/runs', { spec: PORTAL })
    expect(started.status).toBe(502)
    const followed = await dashboard.api('PUT', '/api/runs/run-later')
    expect(followed).toMatchObject({ status: 201, body: { status: 'idle', counts: { total: 0, totalKnown: false } } })
    const run = await new RunPage(page, dashboard, 'run-later').open()
    await run.expectStatus('idle')
    await expect(run.completed).toHaveText('0/?')

    await backend.restart()
    const elsewhere = await Dashboard.launch({ BACKEND_URL: backend.url })
    await elsewhere.start(PORTAL, { runId: 'run-later' })
    await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
    await run.expectStatus('completed')
    await elsewhere.stop()
  })

  test('the dashboard comes in the middle of a run, and after one', async ({ backend, dashboard, page }) => {
    for (const id of ['db', 'ui']) backend.hold(id)
    const runId = await dashboard.start(PORTAL)
    await expect.poll(async () => (await dashboard.snapshot(runId)).counts.completed).toBe(1)
    await dashboard.restart({ forget: true })
    expect((await dashboard.api('GET', `/api/runs/${runId}`)).status).toBe(404)

    await page.goto(dashboard.url)
    await page
      .getByRole('button', { name: /^Add a run by id/ })
      .first()
      .click()
    await page.getByRole('dialog').getByRole('textbox').first().fill(runId)
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Follow/ })
      .click()
    const run = new RunPage(page, dashboard, runId)
    await expect(run.completed).toHaveText('1/14', { timeout: 15_000 })
    for (const id of ['db', 'ui']) backend.release(id)
    await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
    await run.expectStatus('completed')
    const before = await dashboard.snapshot(runId)

    await dashboard.restart({ forget: true })
    expect((await dashboard.api('PUT', `/api/runs/${runId}`)).status).toBe(201)
    const { status, startedAt, endedAt, counts } = before
    await expect.poll(() => dashboard.snapshot(runId)).toMatchObject({ status, startedAt, endedAt, counts })
  })

  test('[REC-7.1] [REC-7.6] the dashboard is killed in the middle of a run, and an open page goes on with it', async ({
    backend,
    dashboard,
    page,
  }) => {
    for (const id of ['db', 'ui', 'models']) backend.hold(id)
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await expect(run.completed).toHaveText('1/14', { timeout: 20_000 })
    const { startedAt } = await dashboard.snapshot(runId)
    await dashboard.kill()
    backend.release('db')
    await dashboard.restart()
    await expect(run.completed).toHaveText('2/14', { timeout: 20_000 })
    await run.live()
    for (const id of ['ui', 'models']) backend.release(id)
    await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
    await run.expectStatus('completed')
    expect((await dashboard.snapshot(runId)).startedAt).toBe(startedAt)

    const log = (of: Dashboard) => of.api('GET', `/api/runs/${runId}/logs?limit=10000`)
    const other = await Dashboard.launch({ BACKEND_URL: backend.url })
    await other.api('PUT', `/api/runs/${runId}`)
    const whole = await log(dashboard)
    await expect.poll(() => log(other)).toEqual(whole)
    await other.stop()
    await dashboard.kill()
    await dashboard.restart()
    expect(await log(dashboard)).toEqual(whole)
    await run.expectStatus('completed')
    await expect(run.completed).toHaveText('14/14')
  })

  test('[RUN-11] the backend dies under a run, and the next run is right', async ({ backend, dashboard, page }) => {
    backend.hold('db')
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await expect(run.card('db')).toHaveAttribute('data-status', 'running', { timeout: 15_000 })
    await backend.restart()
    await run.expectStatus('failed')
    await expect(run.card('db')).toHaveAttribute('data-status', 'aborted')
    backend.release('db')
    const next = await dashboard.start(PORTAL)
    await page.goto(`${dashboard.url}/runs/${next}`)
    await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
    await run.expectStatus('completed')
  })
})

test('the main job: a run is begun on the fleet page and followed to its end', async ({ dashboard, page }) => {
  await page.goto(dashboard.url)
  await expect(page.getByText('No run yet').first()).toBeVisible()
  await page
    .getByRole('button', { name: /^Start a run/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(PORTAL).click()
  await dialog.getByRole('button', { name: /^Start/ }).click()
  await expect(page).toHaveURL(/\/runs\/run-\d+-[0-9a-f]{6}$/)
  await expect(page.getByTestId('batches-completed')).toHaveText('14/14', { timeout: 30_000 })
  await expect(page.getByTestId('run-status')).toHaveAttribute('data-status', 'completed')
  await expect(page).toHaveTitle(/14\/14 014-invoice-portal/)
  await page.getByRole('link', { name: 'Fleet' }).first().click()
  await expect(page.locator('[data-run-id]').getByTestId('batches-completed')).toHaveText('14/14')
})
