import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Dashboard, type ReferenceBackend } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const MANY = 1_500
/** More rows than any view here shows, and far fewer than there are batches. */
const MOST_ROWS = 120

/** A run of 1,500 batches: those of the plan, of which the first runs, and others that only the stream names. */
async function startMany(backend: ReferenceBackend, dashboard: Dashboard) {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
  let sent = 0
  const tell = (batchId: string, status: string) => {
    const timestamp = new Date().toISOString().replace('Z', `${String(++sent).padStart(6, '0')}+00:00`)
    backend.sendRaw(runId, JSON.stringify({ type: 'batch_status', message: '', status, batch_id: batchId, timestamp }))
  }
  for (let n = 14; n < MANY; n += 1) {
    tell(`b-${n}`, 'pending')
    // Readers that lag by more than 1,024 messages are disconnected.
    if (n % 200 === 0) await expect.poll(async () => (await dashboard.snapshot(runId)).counts.total).toBe(n + 1)
  }
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.total).toBe(MANY)
  return { runId, tell }
}

test('[PAGE-3.4] [PAGE-3.1] a page of 1,500 batches stays usable', async ({ backend, dashboard, page }) => {
  const { runId, tell } = await startMany(backend, dashboard)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  const cards = page.getByTestId('batch-card')
  await expect(run.completed).toHaveText('0/?')
  expect(await cards.count()).toBeLessThan(MOST_ROWS)
  await page.getByRole('button', { name: /^1499 batches waiting/ }).click()

  // Of a row in view, and of one that is not rendered.
  tell('b-14', 'completed')
  tell('b-1400', 'completed')
  await expect(run.completed).toHaveText('2/?')
  await expect(run.card('b-14')).toHaveAttribute('data-status', 'completed')
  await expect(run.card('b-1400')).toHaveCount(0)

  // The page keeps up with 20 changes a second: the last of them does not wait for those before it.
  for (let n = 20; n < 60; n += 1) {
    tell(`b-${n}`, 'completed')
    await page.waitForTimeout(50)
  }
  await expect(run.completed).toHaveText('42/?', { timeout: 2_000 })

  const list = page.getByRole('region', { name: 'Batches', exact: true })
  await list.evaluate(element => element.scrollTo(0, element.scrollHeight))
  await expect(run.card(`b-${MANY - 1}`)).toBeInViewport()
  await expect(run.card(`b-${MANY - 1}`)).toHaveAttribute('aria-posinset', String(MANY))
  await expect(run.card('models')).toHaveCount(0)
  expect(await cards.count()).toBeLessThan(MOST_ROWS)
  tell(`b-${MANY - 1}`, 'completed')
  await expect(run.card(`b-${MANY - 1}`)).toHaveAttribute('data-status', 'completed')

  // The row with the focus stays, wherever the list is scrolled to.
  const last = run
    .card(`b-${MANY - 1}`)
    .getByRole('button')
    .first()
  await last.focus()
  await list.evaluate(element => element.scrollTo(0, 0))
  await expect(run.card('setup')).toBeInViewport()
  await expect(last).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(
    run
      .card(`b-${MANY - 2}`)
      .getByRole('button')
      .first(),
  ).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('batch-panel')).toContainText(`b-${MANY - 2}`)
  await page.getByRole('button', { name: 'Next batch' }).click()
  await expect(run.card(`b-${MANY - 1}`)).toBeInViewport()
  await page.getByRole('button', { name: 'Close the batch' }).click()
  await expect(last).toBeFocused()

  // A link to a batch shows its row.
  await page.goto(`${dashboard.url}/runs/${runId}?batch=b-1200`)
  await expect(run.card('b-1200')).toBeInViewport()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  // The list also works on a page that is reached from another one.
  await page.goto(dashboard.url)
  await page.getByTestId('fleet-run').getByRole('link').click()
  await expect(run.card('setup')).toBeInViewport()
  await page
    .getByRole('button', { name: /^\d+ batches waiting/ })
    .last()
    .click()
  await list.evaluate(element => element.scrollTo(0, element.scrollHeight))
  await expect(run.card(`b-${MANY - 1}`)).toBeInViewport()
})

test('[PAGE-3.4] [PAGE-15.3] on a phone the page scrolls, and long stretches fold', async ({
  backend,
  dashboard,
  page,
}) => {
  const { runId, tell } = await startMany(backend, dashboard)
  for (let n = 14; n < 900; n += 1) tell(`b-${n}`, 'completed')
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.completed).toBe(886)
  await page.setViewportSize({ width: 390, height: 844 })
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  const cards = page.getByTestId('batch-card')
  const log = page.locator('#log')
  const fold = page.getByRole('button', { name: '886 batches completed' })
  await expect(fold).toBeVisible()
  await expect(cards).toHaveCount(1)

  await page.getByRole('button', { name: /^600 batches waiting/ }).click()
  await log.scrollIntoViewIfNeeded()
  await expect(run.card(`b-${MANY - 1}`)).toBeInViewport()
  await expect(page.locator('[data-testid="batch-card"][data-status="completed"]')).toHaveCount(0)
  expect(await cards.count()).toBeLessThan(MOST_ROWS)
  tell(`b-${MANY - 1}`, 'completed')
  await expect(run.card(`b-${MANY - 1}`)).toHaveAttribute('data-status', 'completed')

  await page.evaluate(() => window.scrollTo(0, 0))
  await fold.click()
  await run.card('b-14').scrollIntoViewIfNeeded()
  await expect(run.card('b-14')).toBeInViewport()
  expect(await cards.count()).toBeLessThan(MOST_ROWS)

  // The row of the open batch is above the sheet that shows it.
  await page.goto(`${dashboard.url}/runs/${runId}?batch=b-1200`)
  await expect(run.card('b-1200')).toBeInViewport()
  await expect
    .poll(async () => {
      const [row, sheet] = [run.card('b-1200'), page.getByTestId('batch-panel')]
      const [above, below] = await Promise.all([row, sheet].map(each => each.boundingBox()))
      return above && below && above.y >= 40 && above.y + above.height <= below.y
    })
    .toBe(true)
})

test('[PAGE-3.4] the first HTML has the first rows, and says so', async ({ backend, dashboard, browser }) => {
  const { runId, tell } = await startMany(backend, dashboard)
  for (let n = 14; n < 80; n += 1) tell(`b-${n}`, 'running')
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running).toBe(67)
  const context = await browser.newContext({ javaScriptEnabled: false })
  const plain = await context.newPage()
  await plain.goto(`${dashboard.url}/runs/${runId}`)
  await expect(plain.getByTestId('batches-completed')).toHaveText('0/?')
  const rows = await plain.getByTestId('batch-card').count()
  expect(rows).toBeGreaterThan(20)
  const html = (await plain.content()).replaceAll('<!-- -->', '')
  expect(html).toContain(`These are ${rows} of ${MANY} batches`)
  await context.close()
})
