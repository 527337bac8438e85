import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { planAgain } from './plan-again'

const SEARCH = '012-search-relevance'

test('[FLEET-1.9] [RUN-18.7] the fleet calls to a run that takes longer than all before it, until the backend is lost', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  // It is long only after a minute more than the others.
  test.setTimeout(240_000)
  for (let n = 0; n < 2; n += 1) {
    const runId = await dashboard.start(SEARCH)
    await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 40_000 }).toBe('completed')
    await planAgain(project, folder, SEARCH)
  }
  for (const id of ['fuzzy', 'amounts']) backend.hold(id)
  const runId = await dashboard.start(SEARCH)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(2)
  await page.goto(dashboard.url)
  const need = page.getByTestId('needs-you').getByTestId('need')
  await expect(page).toHaveTitle('Fleet, 1 live')

  await expect(need).toHaveAttribute('data-kind', 'long', { timeout: 150_000 })
  const sentence = need.locator('p').first()
  await expect(sentence).toContainText(
    /012-search-relevance\..* Has run [12] min; 2 earlier runs of its spec took .+ s\. Look at what is at work\./,
  )
  await expect(page).toHaveTitle('(1) Fleet, 1 live')
  await expectNoViolations(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoViolations(page)
  await page.setViewportSize({ width: 1440, height: 900 })

  // The time stands still with the backend, and says so.
  await backend.kill()
  await expect(page.getByTestId('backend-lost')).toBeVisible({ timeout: 30_000 })
  await expect(need).toHaveAttribute('data-old', 'true')
  const { startedAt, lastLiveAt } = await dashboard.snapshot(runId)
  const ran = Date.parse(lastLiveAt ?? '') - Date.parse(startedAt ?? '')
  await expect(sentence).toContainText(`Has run ${Math.floor(ran / 60_000)} min`)
  await expect(sentence).toContainText('last known')

  await need.getByRole('link', { name: 'See what is at work' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}?state=running`)
  await expect(page.getByTestId('batch-card')).toHaveCount(2)
})
