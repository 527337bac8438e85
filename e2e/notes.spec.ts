import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'

test('[NOTE-1.1] [NOTE-1.2] notes are left on a run that goes on and one that failed, and settle that one', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  const openNote = async () => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('button', { name: 'Note…' }).click()
  }
  const note = async (text: string) => {
    const dialog = page.getByRole('dialog', { name: /^Note on / })
    await dialog.getByRole('textbox', { name: /^Note/ }).fill(text)
    await dialog.getByRole('button', { name: 'Leave the note' }).click()
    await expect(dialog).toHaveCount(0)
  }

  await openNote()
  await expect(page.getByRole('checkbox', { name: /needs nobody/ })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Leave the note' })).toBeDisabled()
  await note('slow since\n the proxy was changed')
  const notes = page.getByRole('region', { name: 'Notes' }).getByTestId('run-note')
  await expect(notes).toHaveText([/^Note slow since the proxy was changed \d+ s ago$/])

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('leave a note')
  await page.keyboard.press('Enter')
  await note('ask ann <b>first</b>')
  await expect(notes).toHaveText([/^Note ask ann <b>first<\/b>/, /^Note slow since/])
  for (const text of ['third', 'fourth']) {
    await openNote()
    await note(text)
  }
  await expect(page.getByText('1 earlier')).toBeVisible()
  await expectNoViolations(page)

  backend.failBatch('setup', { exitCode: 3 })
  backend.release('setup')
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('failed')
  await page.goto(dashboard.url)
  const need = page.getByTestId('need').filter({ has: page.getByRole('link', { name: PORTAL }) })
  await expect(need).toHaveCount(1)
  await expect(need.getByTestId('run-note')).toHaveText(/^Note fourth/)
  await need.getByRole('button', { name: 'Settle…' }).click()
  await expect(page.getByRole('checkbox', { name: /needs nobody/ })).toBeChecked()
  await note('disk was full')
  // The line may keep its place while the pointer or the focus is there.
  await page.getByRole('heading', { name: 'Live runs' }).click()
  await expect(need).toHaveCount(0)
  await expect(page.getByTestId('fleet-run').filter({ hasText: 'Note: disk was full' })).toHaveCount(1)

  await page.goto(`${dashboard.url}/runs/${runId}`)
  await expect(notes.first()).toHaveText(/^Note disk was full.*settled$/)
  await page.reload()
  await expect(notes.first()).toHaveText(/^Note disk was full.*settled$/)
})

test('[NOTE-1.3] a moment of the past offers no note', async ({ dashboard, page }) => {
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('completed')
  const { startedAt } = await dashboard.snapshot(runId)
  await page.goto(`${dashboard.url}/runs/${runId}?at=${startedAt ?? ''}`)
  await expect(page.getByTestId('past')).toBeVisible()
  await page.getByRole('button', { name: 'More' }).click()
  await expect(page.getByTestId('export')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Note…' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('export')).toBeHidden()
  await page.getByRole('slider', { name: 'Moment' }).press('Escape')
  await expect(page.getByTestId('past')).toHaveCount(0)
  await page.getByRole('button', { name: 'More' }).click()
  await expect(page.getByRole('button', { name: 'Note…' })).toBeVisible()
})
