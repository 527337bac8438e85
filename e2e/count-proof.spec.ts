import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { expectNoViolations } from './no-violations'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'

const MANY = 500
/** The button that opens the batch of a row. */
const openerOf = (page: Page, batchId: string) => rowOf(page, batchId).locator('th').getByRole('button')
const rowOf = (page: Page, batchId: string) => page.locator(`[data-testid="proof-row"][data-batch-id="${batchId}"]`)

test('[PAGE-7.1] [PAGE-7.2] [PAGE-7.3] [PAGE-7.4] [PAGE-7.6] the count opens a table that proves it', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  await expect(run.completed).toHaveText('2/14')
  await page.getByRole('button', { name: '2/14' }).click()
  await expect(page.getByRole('dialog', { name: 'How 2/14 is counted' })).toBeVisible()
  await expect(page.getByTestId('proof-row')).toHaveCount(14)
  const setup = rowOf(page, 'setup')
  await expect(setup).toHaveAttribute('data-basis', 'stream')
  await expect(setup).toHaveAttribute('data-source', 'stream')
  await expect(setup.getByTestId('proof-line')).toHaveText(/^batch setup: completed on branch /)
  await expect(setup).toContainText('counted')
  await expect(rowOf(page, 'db').getByTestId('proof-line')).toHaveText('batch db: running')
  await expect(rowOf(page, 'db')).toContainText('not counted')
  await expect(rowOf(page, 'release')).toContainText('No message says that it began yet.')
  await expect(page.getByTestId('proof-sum')).toHaveText('2 completed + 1 running + 11 waiting = 14')
  await expect(page.getByTestId('proof-doubts')).toHaveCount(0)

  // The quoted line is the one that the log holds under its number.
  const quoted = setup.getByTestId('proof-line')
  const seq = Number(await quoted.getAttribute('data-seq'))
  const [runId = ''] = page.url().split('/').slice(-1)
  const { body } = await dashboard.api('GET', `/api/runs/${runId}/logs?after=${seq - 1}&limit=1`)
  expect(body).toMatchObject({ lines: [{ seq, text: await quoted.textContent() }] })
  await expectNoViolations(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoViolations(page)
  await page.setViewportSize({ width: 1280, height: 720 })

  // Its number leads there, and keeps the view.
  await page.goto(`${page.url()}?view=timeline`)
  await page.getByRole('button', { name: '2/14' }).click()
  await setup.getByRole('link', { name: `line ${seq}` }).click()
  await expect(page).toHaveURL(new RegExp(`\\?view=timeline&line=${seq}$`))
  await expect(page.locator(`[data-testid="log-line"][data-seq="${seq}"][data-marked]`)).toBeInViewport()
  await page.goBack()
  await page.goto(page.url().replace(/\?.*/, ''))
  await run.live()
  await page.getByRole('button', { name: '2/14' }).click()

  // It counts on while it is open.
  backend.release('db')
  await expect(page.getByTestId('proof-sum')).toHaveText('14 completed = 14', { timeout: 20_000 })
  for (const id of PORTAL_BATCHES)
    await expect(rowOf(page, id).getByTestId('proof-line')).toHaveText(new RegExp(`^batch ${id}: completed`))
})

test('[PAGE-7.5] the proof works by keyboard, and opens a batch', async ({ backend, dashboard, page }) => {
  const run = await startHeld(backend, dashboard, page)
  await run.completed.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('count-proof')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('count-proof')).toHaveCount(0)
  await expect(run.completed).toBeFocused()

  await page.keyboard.press('Enter')
  const first = openerOf(page, 'setup')
  await first.focus()
  await page.keyboard.press('ArrowDown')
  await expect(openerOf(page, 'db')).toBeFocused()
  // A row is one Tab stop, its time is another, and its line a third: the one after them is the cross.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(page.locator('[data-testid="proof-row"] :focus')).toHaveCount(0)
  await openerOf(page, 'db').focus()
  await page.keyboard.press('End')
  await expect(openerOf(page, 'release')).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('count-proof')).toHaveCount(0)
  await expect(page.getByTestId('batch-panel')).toContainText('Database Foundation')
  await expect(run.card('db').getByRole('button').first()).toBeFocused()
  await expect(page).toHaveURL(/batch=db/)
})

test('[PAGE-7.2] [PAGE-7.4] batches that were completed before the run name the plan, and the backend’s own count', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('models')
  const first = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(first)).counts.completed, { timeout: 20_000 }).toBe(3)
  await dashboard.api('POST', `/api/runs/${first}/stop`)
  await expect.poll(async () => (await dashboard.snapshot(first)).status, { timeout: 20_000 }).toBe('aborted')
  backend.hold('models')
  const second = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, second).open()
  await expect(run.completed).toHaveText(/^[34]\/14$/, { timeout: 20_000 })
  await run.completed.click()
  await expect(rowOf(page, 'setup')).toHaveAttribute('data-source', 'before')
  await expect(rowOf(page, 'setup')).toHaveAttribute('data-basis', 'plan')
  await expect(rowOf(page, 'setup')).toContainText('Completed before this run began')
  await expect(rowOf(page, 'setup').getByTestId('proof-line')).toHaveText(/^Resuming: \d batches already completed$/)
})

test('[PAGE-7.4] the proof says that its numbers are last known while the backend is not heard', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  await run.completed.click()
  await expect(page.getByTestId('proof-doubts')).toHaveCount(0)
  await backend.close()
  await expect(page.getByTestId('proof-doubts')).toContainText('The backend is not heard', { timeout: 30_000 })
  await expect(page).toHaveTitle('2/14 last known, 014-invoice-portal')
})

test('[PAGE-7.4] [PAGE-7.5] [PAGE-7.7] the proof holds 500 batches, also on a phone', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
  for (let n = 14; n < MANY; n += 1) {
    const timestamp = new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    const frame = { type: 'batch_status', message: '', status: 'completed', batch_id: `b-${n}`, timestamp }
    backend.sendRaw(runId, JSON.stringify(frame))
  }
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.completed).toBe(MANY - 14)
  await page.setViewportSize({ width: 390, height: 844 })
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await run.completed.click()
  // What one source tells of in a row is one line at first.
  await expect(page.getByTestId('proof-row')).toHaveCount(14)
  const fold = page.getByTestId('proof-fold').getByRole('button')
  await expect(fold).toHaveText(`${MANY - 14} batches completed, each counted once; source: stream`)
  await openerOf(page, 'setup').focus()
  await page.keyboard.press('End')
  await expect(fold).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(fold).toHaveAttribute('aria-expanded', 'true')
  await expect(page.getByTestId('proof-row')).toHaveCount(MANY)
  await expect(page.getByTestId('proof-sum')).toHaveText(`${MANY - 14} completed + 1 running + 13 waiting = ${MANY}`)
  await expect(page.getByTestId('proof-doubts')).toContainText(`not known: ${MANY} are known so far`)
  await expect(rowOf(page, `b-${MANY - 1}`).getByTestId('proof-line')).toHaveText(`batch b-${MANY - 1}: completed`)
  await openerOf(page, 'setup').focus()
  await page.keyboard.press('End')
  await expect(rowOf(page, `b-${MANY - 1}`)).toBeInViewport()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
