import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { MERGED_BATCHES, mergedRun } from './merged-recording'

test('[PAGE-9.5] the palette finds lines of the open run’s log, and opens the log at one', async ({
  dashboard,
  page,
}) => {
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await fetch(`${dashboard.url}/api/imports`, { method: 'POST', headers, body: mergedRun().text })
  const { importId } = (await answer.json()) as { importId: string }
  await page.goto(`${dashboard.url}/imports/${importId}?view=timeline`)
  await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
  const searches: string[] = []
  page.on('request', request => {
    if (request.url().includes('/logs/search')) searches.push(request.url())
  })
  await page.keyboard.press('ControlOrMeta+k')
  const palette = page.getByRole('dialog', { name: 'Go to' })
  const lines = palette.locator('[role="option"][data-kind="line"]')
  await page.keyboard.type('ca')
  await expect(palette.getByRole('option').first()).toBeVisible()
  // A search whose answer is not needed any more is ended.
  const isFirst = (url: string) => url.includes('/logs/search') && url.includes('text=agent')
  await page.route(
    ({ href }) => isFirst(href),
    () => undefined,
  )
  const sent = page.waitForRequest(request => isFirst(request.url()))
  const ended = page.waitForEvent('requestfailed', request => isFirst(request.url()))
  await palette.getByRole('combobox').fill('agent')
  await sent
  await palette.getByRole('combobox').fill('cannot find')
  await ended
  await expect(lines.first()).toContainText('cannot find module')
  await expect(lines.first().locator('mark')).toHaveText('cannot find')
  // Two letters are too few.
  expect(searches.map(url => new URL(url).searchParams.get('text'))).toEqual(['agent', 'cannot find'])
  const seq = Number(await lines.first().getAttribute('data-seq'))
  const all = (await (
    await fetch(`${dashboard.url}/api/imports/${importId}/logs?of=all&text=cannot%20find`)
  ).json()) as { lines: { seq: number; batch?: string }[] }
  expect(seq).toBe(all.lines[0]?.seq)
  const names: Readonly<Record<string, string>> = MERGED_BATCHES
  const speaker = all.lines[0]?.batch
  await expect(lines.first()).toContainText(speaker === undefined ? 'Backend' : (names[speaker] ?? speaker))
  await expect(palette.getByRole('status')).toContainText(/\d+ lines? ha(s|ve) it in the whole log of /)
  await expectNoViolations(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(lines.first()).toBeInViewport()
  await expectNoViolations(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.keyboard.press('End')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`view=timeline.*line=${seq}`))
  const row = page.locator(`[data-testid="log-line"][data-seq="${seq}"]`)
  await expect(row).toHaveAttribute('data-marked', 'true')
  await expect(row).toBeInViewport()

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('no line has this')
  await expect(palette.getByRole('status')).toContainText(/Nothing here matches.*No line has it in the whole log of /)
  await expect(palette.getByRole('option')).toHaveCount(0)
})

test.describe('without a log', () => {
  test.use({ expectedErrors: [/status of 503/] })

  test('[PAGE-9.5] the palette says why the log could not be searched', async ({ dashboard, page }) => {
    await page.goto(`${dashboard.url}/runs/${await dashboard.start('001-todo')}`)
    await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
    await page.route('**/logs/search?**', route =>
      route.fulfill({ status: 503, json: { error: 'The log is being read.' } }),
    )
    await page.keyboard.press('ControlOrMeta+k')
    await page.keyboard.type('completed')
    await expect(page.getByRole('dialog', { name: 'Go to' })).toContainText(
      'The log could not be searched: The log is being read.',
    )
  })
})
