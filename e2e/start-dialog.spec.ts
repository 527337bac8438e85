import { expect, test } from './fixtures'

const SPEC = '014-invoice-portal'

test('[START-1.2] [START-1.3] [START-1.4] [START-1.5] the start dialog says how much of a plan is completed, and what a start will do', async ({
  dashboard,
  backend,
  page,
}) => {
  const choose = async () => {
    await page.goto(dashboard.url)
    await page.getByRole('button', { name: 'Start a run' }).first().click()
    await page.getByRole('radio', { name: SPEC }).check()
  }
  const outlook = page.getByTestId('start-outlook')

  await choose()
  await expect(outlook).toHaveText('No batch of the plan is completed yet: a start runs all 14.')
  await page.getByRole('checkbox', { name: /Dry run/ }).check()
  await expect(outlook).toHaveText(
    'No batch of the plan is completed yet: a dry run goes through all 14, without agents.',
  )

  backend.hold('setup')
  const first = await dashboard.start(SPEC)
  await choose()
  await expect(outlook).toContainText('Another run of this spec is under way')
  await expect(outlook.getByRole('link', { name: first })).toHaveAttribute('href', `/runs/${first}`)

  backend.release('setup')
  await page.goto(`${dashboard.url}/runs/${first}`)
  await expect(page.getByTestId('run-status')).toHaveAttribute('data-status', 'completed', { timeout: 30_000 })
  await choose()
  await expect(outlook).toContainText('All 14 batches of the plan are completed already: a start does nothing')
})

test.describe('a start without an answer', () => {
  test.use({ expectedErrors: [/502/] })

  test('[START-2] [START-2.1] [START-2.2] a start without an answer leads to the page of the run that may have begun', async ({
    dashboard,
    page,
  }) => {
    const error =
      'The backend did not answer POST /api/execution/start within 10 s. The run may have begun all the same.'
    await page.route('**/api/runs', async route => {
      if (route.request().method() !== 'POST') await route.continue()
      else await route.fulfill({ status: 502, json: { error, runId: 'run-7' } })
    })
    await page.goto(dashboard.url)
    await page.getByRole('button', { name: 'Start a run' }).first().click()
    await page.getByRole('radio', { name: SPEC }).check()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const told = page.getByTestId('start-unanswered')
    await expect(told).toContainText(`No answer yet. ${error}`)
    await expect(told.getByRole('link')).toHaveAttribute('href', '/runs/run-7')
    await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled()
  })
})
