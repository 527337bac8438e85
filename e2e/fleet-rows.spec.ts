import { expect, test } from './fixtures'
import { illegible } from './legible'
import { expectNoViolations } from './no-violations'
import { planAgain } from './plan-again'
import { PORTAL } from './run-page'

const WORD = `<b>no tag</b> ${'word '.repeat(40)}${'Unbroken'.repeat(20)}`

test('[FLEET-3.5] [FLEET-3.6] a live row says how long it still takes, and what the backend said last', async ({
  backend,
  dashboard,
  folder,
  page,
  project,
}) => {
  for (let n = 0; n < 2; n += 1) {
    const earlier = await dashboard.start(PORTAL)
    await expect.poll(async () => (await dashboard.snapshot(earlier)).status, { timeout: 40_000 }).toBe('completed')
    await planAgain(project, folder, PORTAL)
  }
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await page.goto(dashboard.url)
  const row = page.locator(`[data-testid="fleet-run"][data-run-id="${runId}"]`)
  // The batch is held: at first there is a number, which falls, and then the batch takes longer than usual.
  await expect(row.getByTestId('run-eta')).toHaveText('Longer than usual.', { timeout: 20_000 })
  const line = row.getByTestId('last-line')
  await expect(line.locator('bdi')).toHaveText(/^Simulated agent/)
  await expect(row.getByTestId('last-word')).toContainText('ago')

  await page.setViewportSize({ width: 390, height: 844 })
  await expect(line.locator('bdi')).toBeVisible()
  await expectNoViolations(page)

  // A source that is not live: what it said is marked as old.
  await backend.kill()
  await expect(row).toHaveAttribute('data-old', 'true', { timeout: 30_000 })
  await expect(row.getByText('last known')).toBeVisible()
  await expect(row.getByTestId('run-eta')).toHaveText('Longer than usual.')
  await expect(row.getByTestId('link-backend')).not.toHaveAttribute('data-link', 'live')
  const needed = page.getByTestId('nothing-needed')
  await expect(needed).toHaveText(
    /^Nothing needed you as of \d\d:\d\d:\d\d.*; since then the backend can’t be heard\. last known$/,
  )
})

test('[FLEET-3.6] a long, hostile last line is cut to one line, read whole at a press, and no row is wider than a phone', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
  const timestamp = new Date().toISOString()
  backend.sendRaw(runId, JSON.stringify({ type: 'log', message: WORD, timestamp }))
  for (const width of [1440, 1101, 768, 390, 320]) {
    await page.setViewportSize({ width, height: 844 })
    await page.goto(dashboard.url)
    const row = page.locator(`[data-testid="fleet-run"][data-run-id="${runId}"]`)
    const line = row.getByTestId('last-line')
    const said = line.locator('bdi')
    await expect(said).toContainText('<b>no tag</b> word')
    expect(await said.evaluate(element => element.getClientRects().length)).toBe(1)
    expect(await said.evaluate(element => element.scrollWidth > element.clientWidth)).toBe(true)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await line.getByRole('button', { name: 'Show the whole line' }).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('tip')).toContainText('UnbrokenUnbroken')
    await page.keyboard.press('Escape')
  }
  expect(await illegible(page, [320, 390, 768, 1101, 1440])).toEqual([])
})
