import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL } from './run-page'

const AUDIT = '011-audit-log'

const notice = (page: Page) => page.getByTestId('notice')
const says = (page: Page, text: string | RegExp) =>
  expect(notice(page).getByRole('status')).toHaveText(text, { timeout: 15_000 })
const dialog = (page: Page) => page.getByRole('dialog')

test('[NOTICE-1.1] [NOTICE-1.2] each action says what became of it, also on the page that it leads to', async ({
  backend,
  dashboard,
  page,
}) => {
  test.setTimeout(90_000)
  backend.hold('setup')
  await page.goto(dashboard.url)
  await page.getByRole('button', { name: 'Start a run…' }).first().click()
  await dialog(page).getByRole('radio', { name: PORTAL }).check()
  await dialog(page).getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page).toHaveURL(/\/runs\//)
  await says(page, `A run of ${PORTAL} was started.`)
  // Said where it was expected before: a screen reader hears what a region says only if it was there.
  await expect(notice(page)).toHaveCount(1)
  await expectNoViolations(page)
  await says(page, '')

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy run id' }).click()
  await says(page, 'Copied run id.')
  await expect(page.getByRole('button', { name: 'Close this notice' })).toHaveCount(0)

  await page.getByRole('button', { name: 'Stop run…' }).click()
  await dialog(page).getByRole('button', { name: 'Stop the run' }).click()
  await says(page, `The backend was asked to stop ${PORTAL}.`)
  await page.getByRole('button', { name: 'Close this notice' }).click()
  await says(page, '')
  backend.release('setup')
  await expect(page.getByTestId('run-status')).toHaveAttribute('data-status', 'aborted', { timeout: 20_000 })

  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('button', { name: 'Note…' }).click()
  await dialog(page).getByLabel('Note').first().fill('seen')
  await dialog(page).getByRole('checkbox').check()
  await dialog(page).getByRole('button', { name: 'Leave the note' }).click()
  await says(page, `Your note is on ${PORTAL}. It needs nobody any more.`)
})

test('[NOTICE-1.2] [NOTICE-1.3] a removed import and deleted filters come back by Undo', async ({
  dashboard,
  page,
}) => {
  test.setTimeout(90_000)
  const runId = await dashboard.start(AUDIT)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await page.getByRole('button', { name: 'More' }).click()
  const download = page.waitForEvent('download')
  await page.getByTestId('export').click()
  await says(page, `The recording of ${AUDIT} was handed to the browser’s downloads.`)
  const path = await (await download).path()

  await page.getByRole('button', { name: 'Import…' }).click()
  await dialog(page).getByLabel('File').setInputFiles(path)
  await dialog(page).getByRole('button', { name: 'Import' }).click()
  await expect(page).toHaveURL(/\/imports\//)
  await says(page, / was imported\.$/)
  const address = page.url()

  await page.getByRole('button', { name: 'Remove…' }).click()
  await dialog(page).getByRole('button', { name: 'Remove' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/`)
  await says(page, 'The import was removed.')
  await expect(page.getByTestId('import-row')).toHaveCount(0)
  await expectNoViolations(page)
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 800 })
    const box = await notice(page).boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width)
  }
  await page.getByRole('button', { name: 'Undo' }).click()
  await says(page, 'The import is back.')
  await expect(page.getByTestId('import-row')).toHaveCount(1)
  await page.goto(address)
  await expect(page.getByTestId('batches-completed')).toHaveText(/^(\d+)\/\1$/)

  await page.goto(`${dashboard.url}/?status=completed`)
  await page.getByText('Saved filters').click()
  await page.getByLabel('Name for these filters').fill('good ones')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const choice = page.getByRole('button', { name: 'good ones', exact: true })
  await expect(choice).toBeVisible()
  await page.getByRole('button', { name: 'Delete good ones' }).click()
  await expect(choice).toHaveCount(0)
  await says(page, '“good ones” was deleted.')
  await page.getByRole('button', { name: 'Undo' }).focus()
  await page.keyboard.press('Enter')
  await expect(choice).toBeVisible()
  await says(page, '“good ones” is back.')
  await page.reload()
  await page.getByText('Saved filters').click()
  await expect(choice).toBeVisible()
})
