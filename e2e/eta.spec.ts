import { expect, test } from './fixtures'
import { planAgain } from './plan-again'
import { PORTAL, RunPage } from './run-page'

test('[PAGE-11.1] [PAGE-11.2] [PAGE-11.3] says how long a run still takes, once earlier runs of its spec tell', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const over = async (runId: string) =>
    expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 40_000 }).toBe('completed')
  const eta = page.getByTestId('run-eta')

  await over(await dashboard.start(PORTAL))
  await planAgain(project, folder, PORTAL)
  // It must not be over before its page is open.
  backend.hold('setup')
  const second = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, second).open()
  await run.expectStatus('running')
  backend.release('setup')
  await over(second)
  expect(await eta.count()).toBe(0)

  await planAgain(project, folder, PORTAL)
  backend.hold('models')
  const third = await dashboard.start(PORTAL)
  const last = await new RunPage(page, dashboard, third).open()
  await last.expectStatus('running')
  // The batch is held, so it soon takes longer than usual, and no number is shown any more.
  await expect(eta).toHaveText(/^(It takes|One takes|\d take) longer than usual\.$/, { timeout: 20_000 })
  await expect(eta).toHaveAttribute('title', /in 2 earlier runs/)
  backend.release('models')
  await last.expectStatus('completed')
  await expect(eta).toHaveCount(0)
})
