import { expect, test } from './fixtures'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'

test('[PAGE-5.1] [PAGE-5.2] tabs switch the view by mouse and keyboard, and the address keeps it', async ({
  dashboard,
  page,
}) => {
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  const tab = (name: string) => page.getByRole('tab', { name })
  const selected = page.getByRole('tab', { selected: true })
  await expect(selected).toHaveText('Table')
  await run.card('db').getByRole('button').first().click()

  await tab('Timeline').click()
  await expect(page.getByRole('tabpanel', { name: 'Timeline' })).toBeVisible()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}?batch=db&view=timeline`)
  await expect(page.getByTestId('batch-panel')).toHaveAccessibleName('Batch Database Foundation')
  await expect(page.getByTestId('batch-card')).toHaveCount(PORTAL_BATCHES.length)
  await page.reload()
  await run.live()
  await expect(selected).toHaveText('Timeline')

  await selected.focus()
  await page.keyboard.press('ArrowRight')
  await expect(selected).toHaveText('Table')
  await expect(selected).toBeFocused()
  await expect(page.getByRole('tabpanel', { name: 'Table' })).toBeVisible()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}?batch=db`)
  await page.keyboard.press('End')
  await expect(selected).toHaveText('Timeline')
  await page.keyboard.press('Home')
  await expect(selected).toHaveText('Table')

  await page.goto(`${dashboard.url}/runs/${runId}?view=picture`)
  await expect(selected).toHaveText('Table')
})

test('[PAGE-5.2] the first HTML has the view of the address, and links to the others', async ({
  dashboard,
  browser,
}) => {
  const runId = await dashboard.start('001-todo')
  const context = await browser.newContext({ javaScriptEnabled: false })
  const plain = await context.newPage()
  await plain.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  await expect(plain.getByRole('tabpanel', { name: 'Timeline' })).toBeVisible()
  await expect(plain.getByRole('region', { name: 'Batches', exact: true })).toHaveCount(0)
  await plain.getByRole('tab', { name: 'Table' }).click()
  await expect(plain.getByRole('region', { name: 'Batches', exact: true })).toBeVisible()
  await plain.getByRole('tab', { name: 'Timeline' }).click()
  await expect(plain.getByRole('tab', { selected: true })).toHaveText('Timeline')
  await context.close()
})
