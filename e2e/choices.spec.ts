import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

test.use({ expectedErrors: [/ERR_FAILED/] })

test('[CHOICE-1.1] rows are compact once chosen, on all pages and from the first paint', async ({
  dashboard,
  page,
  context,
}) => {
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  const height = async () => (await page.getByTestId('batch-card').first().boundingBox())?.height ?? 0
  const comfortable = await height()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('switch density')
  await page.keyboard.press('Enter')
  await expect.poll(height).toBeLessThan(comfortable)
  expect(await height()).toBeGreaterThanOrEqual(24)

  await page.keyboard.press('?')
  const compact = page.getByRole('checkbox', { name: /^Compact rows/ })
  await expect(compact).toBeChecked()
  await page.keyboard.press('Escape')

  // Without the scripts that come later, the first paint has it.
  const other = await context.newPage()
  await other.route(/_next\/static\/.*\.js/, route => route.abort())
  await other.goto(`${dashboard.url}/runs/${runId}`)
  await expect(other.locator('html')).toHaveAttribute('data-density', 'compact')
  await other.close()

  await page.keyboard.press('?')
  await compact.uncheck()
  await expect.poll(height).toBe(comfortable)
})
