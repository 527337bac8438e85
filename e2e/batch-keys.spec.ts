import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { startLong } from './long-plan'
import { RunPage } from './run-page'

test('[PAGE-16.1] [PAGE-16.2] the list is one tab stop; Enter opens a batch, Escape returns', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  const name = (batchId: string) => run.card(batchId).getByRole('button').first()
  await expect(page.locator('[data-testid="batch-card"] [tabindex="0"]')).toHaveCount(1)
  await name('setup').focus()
  for (const [key, batchId] of [
    ['ArrowDown', 'db'],
    ['ArrowDown', 'models'],
    ['ArrowUp', 'db'],
    ['End', 'release'],
    ['ArrowDown', 'release'],
    ['Home', 'setup'],
    ['ArrowUp', 'setup'],
    ['ArrowDown', 'db'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(name(batchId)).toBeFocused()
  }
  // One Tab leaves the list, and comes back to the row that it left.
  await page.keyboard.press('Tab')
  await expect(page.locator('[data-testid="batch-card"] :focus')).toHaveCount(0)
  await page.keyboard.press('Shift+Tab')
  await expect(name('db')).toBeFocused()

  const panel = page.getByTestId('batch-panel')
  await page.keyboard.press('Enter')
  await expect(panel).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(panel.locator(':focus')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(name('db')).toBeFocused()
  // Enter on the row of the open batch goes to it, too.
  await page.keyboard.press('Enter')
  await expect(panel).toBeFocused()
  await name('db').focus()
  await page.keyboard.press('Enter')
  await expect(panel).toBeFocused()
})

test('[PAGE-16.4] a batch that a key opens has the focus, and a closed one gives its log back', async ({
  backend,
  dashboard,
  page,
}) => {
  await startHeld(backend, dashboard, page)
  const panel = page.getByTestId('batch-panel')
  const ofBatch = page.getByRole('group', { name: 'Whose log' }).getByRole('button', { name: 'Project Setup' })
  await page.keyboard.press('j')
  await expect(panel).toBeFocused()
  await expect(ofBatch).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(ofBatch).toHaveCount(0)
  await page.getByRole('tab', { name: 'Graph' }).click()
  await page.locator('[data-testid="graph-node"][data-batch-id="setup"]').focus()
  await page.keyboard.press('Enter')
  await expect(panel).toBeFocused()
})

test('[PAGE-16.1] keys reach every line of a long list', async ({ backend, dashboard, folder, page }) => {
  const plan = { completed: 83, running: 5, waiting: 112 }
  const run = await new RunPage(page, dashboard, await startLong(folder, backend, dashboard, plan)).open()
  await run.live()
  const name = (batchId: string) => run.card(batchId).getByRole('button').first()
  await name('b84').focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('button', { name: /^83 batches completed/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowDown')
  await expect(name('b1')).toBeFocused()
  await page.keyboard.press('End')
  await expect(page.getByRole('button', { name: /^112 batches waiting/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('End')
  await expect(name('b200')).toBeFocused()
  await expect(run.card('b200')).toBeInViewport()
  for (let n = 199; n > 180; n -= 1) {
    await page.keyboard.press('ArrowUp')
    await expect(name(`b${n}`)).toBeFocused()
  }
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await expect(name('b1')).toBeFocused()
})

test('[PAGE-16.3] links at the top skip to the batches and to the log', async ({ backend, dashboard, page }) => {
  const run = await startHeld(backend, dashboard, page)
  for (const [link, inside] of [
    ['Skip to batches', '#view'],
    ['Skip to log', '#log'],
  ] as const) {
    const skip = page.getByRole('link', { name: link })
    await skip.focus()
    await expect(skip).toBeInViewport()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await expect(page.locator(`${inside} :focus`)).toHaveCount(1)
  }
  await run.expectStatus('running')
})
