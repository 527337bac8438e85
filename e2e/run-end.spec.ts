import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test, type ReferenceBackend } from './fixtures'
import { illegible } from './legible'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'

const AUDIT = '011-audit-log'
/** Batches of the plan that run one after the other. */
const SLOW = ['setup', 'db', 'models']

/** Releases the held batches, each after it has run for more than a second. */
async function slowDown(backend: ReferenceBackend, dashboard: Dashboard, runId: string): Promise<void> {
  for (const id of SLOW) {
    const isRunning = async () => (await dashboard.snapshot(runId)).batches.find(batch => batch.id === id)?.status
    await expect.poll(isRunning, { timeout: 20_000 }).toBe('running')
    const began = Date.now()
    await expect.poll(() => Date.now() - began).toBeGreaterThan(1_200)
    backend.release(id)
  }
}

test('[PAGE-12.1] [PAGE-12.4] [PAGE-12.8] a completed run says how long it took beside earlier ones, and lists its branches', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) {
    // As after another planning: all batches are pending again.
    for (const file of ['plan.yaml', 'tasks.yaml'])
      await cp(join(project, '.specs', PORTAL, file), join(folder, 'project', '.specs', PORTAL, file))
    const isLast = n === 2
    if (isLast) SLOW.forEach(id => backend.hold(id))
    const runId = await dashboard.start(PORTAL)
    ids.push(runId)
    if (isLast) await slowDown(backend, dashboard, runId)
    await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 60_000 }).toBe('completed')
  }
  const [first = '', , last = ''] = ids
  const html = (await (await fetch(`${dashboard.url}/runs/${last}`)).text()).replaceAll('<!-- -->', '')
  expect(html).toMatch(/data-testid="run-summary"[^]*Completed, 14 of 14 in <time/)

  await new RunPage(page, dashboard, last).open()
  const summary = page.getByTestId('run-summary')
  await expect(summary).toContainText(/^completedCompleted, 14 of 14 in [\d:]+\./)
  await expect(summary.getByTestId('run-compared')).toHaveText(/ usual, of 2 runs\.$/)
  await expect(summary.getByTestId('slowest')).toHaveText(/^Slowest: .* \([±+−][\d:]+\), .*, .* \([±+−][\d:]+\)\.$/)
  await expectNoViolations(page)

  const branches = summary.getByText('14 branches')
  await branches.press('Enter')
  await expect(summary.getByRole('listitem')).toHaveCount(14)
  const name = (await summary.getByRole('listitem').first().innerText()).trim()
  await summary.getByRole('button', { name: 'Copy branch' }).first().click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(name)
  expect((await dashboard.snapshot(last)).batches.map(({ branch }) => branch)).toContain(name)
  expect(await illegible(page, [320, 390, 768, 1280])).toEqual([])
  await page.setViewportSize({ width: 1280, height: 800 })

  // A batch of the sentence opens.
  await summary.getByTestId('slowest').getByRole('link').first().click()
  await expect(page.getByTestId('batch-panel')).toBeVisible()

  // The first run has no earlier ones, whatever came later.
  const answered = page.waitForResponse(/\/usual$/)
  await new RunPage(page, dashboard, first).open()
  expect(await (await answered).json()).toMatchObject({ runs: 0, whole: null })
  await expect(summary.getByTestId('run-compared')).toHaveText('')
})

test('[PAGE-12.2] a stopped run, a dry run and one that is at work', async ({ backend, dashboard, page }) => {
  const dry = await dashboard.start(AUDIT, { dryRun: true })
  await expect.poll(async () => (await dashboard.snapshot(dry)).status, { timeout: 30_000 }).toBe('completed')
  await new RunPage(page, dashboard, dry).open()
  const summary = page.getByTestId('run-summary')
  await expect(summary).toContainText(/Completed as a dry run, \d+ of \d+ in/)
  await expect(summary.getByText(/branch/)).toHaveCount(0)

  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await run.expectStatus('running')
  await expect(summary).toHaveCount(0)
  await page.getByRole('button', { name: 'Stop run…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Stop/ }).click()
  await expect(summary).toContainText('Stopped, 0 of 14 completed in', { timeout: 20_000 })
  await expect(summary).toContainText('13 never started, 1 aborted.')
  // Nothing failed, so nothing opens by itself.
  await page.reload()
  await expect(summary).toContainText('Stopped, 0 of 14')
  await run.live()
  await expect(page.getByTestId('batch-panel')).toHaveCount(0)
})

test('[PAGE-12.3] [PAGE-12.5] [PAGE-12.6] [PAGE-12.7] [PAGE-12.9] a failed run opens on its failure', async ({
  backend,
  page,
}) => {
  const engine = await FakeEngine.start()
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
  try {
    for (const id of ['setup', 'db']) backend.hold(id)
    backend.failBatch('db', { exitCode: 137 })
    const runId = await dashboard.start(PORTAL)
    const running = (count: number) =>
      expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(count)
    await running(1)
    backend.release('setup')
    const isBegun = async () => (await dashboard.snapshot(runId)).batches.find(({ id }) => id === 'db')?.status
    await expect.poll(isBegun, { timeout: 20_000 }).toBe('running')
    const container = engine.run(runId, 'db')
    for (let n = 1; n <= 7; n += 1) engine.print(container, `step ${n} of 7`)
    engine.print(container, 'error: relation "invoices" does not exist', 'stderr')
    engine.print(container, 'giving up')
    const lines = async () =>
      (await dashboard.api('GET', `/api/runs/${runId}/logs?batch=db`)).body as { lines: unknown[] }
    await expect.poll(async () => (await lines()).lines.length, { timeout: 15_000 }).toBe(9)
    engine.end(container, 137)
    backend.release('db')
    await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('failed')

    // The first HTML names it, and has it open.
    const html = (await (await fetch(`${dashboard.url}/runs/${runId}`)).text()).replaceAll('<!-- -->', '')
    expect(html).toMatch(/data-testid="run-culprit"[^]*Database Foundation<\/a> <b>\(2 of 14\)/)
    expect(html).toMatch(/data-testid="batch-panel" data-batch-id="db"/)

    const run = await new RunPage(page, dashboard, runId).open()
    await run.live()
    const summary = page.getByTestId('run-summary')
    await expect(summary).toContainText(/Failed, \d+ of 14 completed in/)
    await expect(summary.getByTestId('run-culprit')).toHaveText(
      'Database Foundation (2 of 14): exit code 137: ended by signal 9, SIGKILL, usually a kill or out of memory. ' +
        'Last error line: error: relation "invoices" does not exist',
    )
    await expect(summary).toContainText(/\d+ never started, 1 failed/)
    await expect(page).toHaveURL(/\?batch=db$/)
    const panel = page.getByTestId('batch-panel')
    await expect(panel).toHaveAttribute('data-batch-id', 'db')
    const last = panel.getByTestId('last-lines')
    await expect(last.getByRole('listitem')).toHaveText([/step 5/, /step 6/, /step 7/, /relation/, /giving up/])
    await expect(last).toContainText('Exit code 137')
    // In this order: the reason, the lines, claim beside evidence.
    const order = await panel.evaluate(element =>
      ['[data-testid="batch-reason"]', '[data-testid="last-lines"]', '[role="table"]'].map(
        part => element.querySelector(part)?.getBoundingClientRect().top ?? -1,
      ),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order[0]).toBeGreaterThan(0)
    await expectNoViolations(page)
    expect(await illegible(page, [320, 768, 1280, 1920])).toEqual([])

    // An address that names a line is one of the run's log: nothing opens in its place.
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(`${dashboard.url}/runs/${runId}?line=1`)
    await run.live()
    await expect(summary).toBeVisible()
    await expect(panel).toHaveCount(0)

    // On a phone a batch would cover what the page says of the run.
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${dashboard.url}/runs/${runId}`)
    await run.live()
    await expect(panel).toHaveCount(0)
    await expect(page).toHaveURL(/\/runs\/[^?]*$/)
    await summary.getByTestId('run-culprit').getByRole('link').click()
    await expect(panel).toBeVisible()
    await expectNoViolations(page)
    // The sheet leads to its log, and gets out of its way.
    await panel.getByRole('button', { name: 'Read its log' }).click()
    await expect(panel).toHaveCount(0)
    await expect(page.locator('#log').getByTestId('log-line').last()).toBeInViewport()
    await expect(page.locator('#log').getByTestId('log-line').last()).toContainText('giving up')
  } finally {
    await page.close()
    await dashboard.stop()
    await engine.close()
  }
})

test('[PAGE-12.3] where the backend names no failed batch, the page says which were at work', async ({
  backend,
  dashboard,
  page,
}) => {
  for (const id of ['db', 'ui']) backend.hold(id)
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(2)
  backend.failBatch('ui', { exitCode: 1 })
  backend.release('ui')
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('failed')
  await new RunPage(page, dashboard, runId).open()
  await expect(page.getByTestId('run-culprit')).toHaveText(
    'The backend doesn’t say which batch failed. At work then: Database Foundation, UI Components.',
  )
})
