import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { planAgain } from './plan-again'
import { PORTAL } from './run-page'

test('[COMPARE-1.1] [COMPARE-1.2] [COMPARE-2.1] [COMPARE-2.2] a run is compared with an earlier one, batch by batch', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const ended = async (runId: string) => {
    await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
    return dashboard.snapshot(runId)
  }
  const dry = await dashboard.start(PORTAL, { dryRun: true })
  await ended(dry)
  await planAgain(project, folder, PORTAL)
  const first = await ended(await dashboard.start(PORTAL))
  await planAgain(project, folder, PORTAL)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await page.getByRole('button', { name: 'Compare…' }).click()
  const comparison = page.getByRole('region', { name: 'Comparison' })
  const choice = comparison.getByRole('combobox', { name: /Compared with/ })
  await expect(choice).toHaveValue(first.runId)
  await expect(comparison).toContainText('This run goes on: what it has completed is compared.')
  await expect.poll(() => new URL(page.url()).searchParams.get('against')).toBe(first.runId)
  backend.release('setup')

  const second = await ended(runId)
  const took = ({ batches }: typeof first) =>
    new Map(batches.map(({ id, startedAt, endedAt }) => [id, Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')]))
  const [now, then] = [took(second), took(first)]
  const deltas = () =>
    comparison
      .getByTestId('compared-batch')
      .evaluateAll(rows => rows.map(row => [row.getAttribute('data-batch-id'), row.getAttribute('data-delta')]))
  const expected = [...now].map(([id, ms]) => [id, String(ms - (then.get(id) ?? NaN))])
  await expect
    .poll(async () => new Map((await deltas()) as [string, string][]))
    .toEqual(new Map(expected as [string, string][]))
  const shown = (await deltas()).map(([, delta]) => Math.trunc(Number(delta) / 1_000))
  expect(shown).toEqual(shown.toSorted((a, b) => b - a))
  await expect(comparison.getByTestId('comparison-sum')).not.toContainText('goes on')
  await expectNoViolations(page)

  // The address alone leads there, also to a run that was not offered first.
  await page.goto(`${dashboard.url}/runs/${runId}?against=${dry}`)
  await expect(choice).toHaveValue(dry)
  await expect(comparison).toContainText('Only one of the two is a dry run.')
  await choice.selectOption(first.runId)
  await expect(comparison.getByRole('link', { name: 'Open that run' })).toHaveAttribute('href', `/runs/${first.runId}`)
  await comparison.getByRole('button', { name: 'End the comparison' }).click()
  await expect(comparison).toHaveCount(0)
  expect(new URL(page.url()).searchParams.has('against')).toBe(false)
})

test.describe('with a run that is not known', () => {
  test.use({ expectedErrors: [/404/] })

  test('[COMPARE-2.2] says so', async ({ dashboard, page }) => {
    const runId = await dashboard.start(PORTAL)
    await page.goto(`${dashboard.url}/runs/${runId}?against=none`)
    await expect(page.getByRole('region', { name: 'Comparison' })).toContainText(/no such run.*none/i)
  })
})
