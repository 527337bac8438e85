import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'
import { Wire } from './wire'

test('[PAGE-17.1] [PAGE-17.2] a link that is cut again and again is unsteady until it has held', async ({
  backend,
  page,
}) => {
  test.setTimeout(180_000)
  const wire = await Wire.to(backend.url)
  const dashboard = await Dashboard.launch({ BACKEND_URL: wire.url })
  try {
    backend.hold('setup')
    const run = await new RunPage(page, dashboard, await dashboard.start(PORTAL)).open()
    await run.live()
    await run.expectStatus('running')
    const link = page.getByTestId('link-backend')
    const banner = page.getByTestId('backend-banner')
    for (let n = 1; n <= 3; n += 1) {
      await expect(link).toHaveAttribute('data-link', 'live', { timeout: 20_000 })
      await expect(link).not.toContainText('unsteady')
      await expect(banner).toHaveCount(0)
      wire.freeze()
      wire.cut()
      await expect(banner).toContainText('last known', { timeout: 20_000 })
      wire.thaw()
    }
    // It is heard again, and the banner keeps its place.
    await expect(banner).toContainText('Backend unsteady', { timeout: 20_000 })
    await expect(link).toContainText('unsteady')
    await expect(link).toHaveAttribute('data-link', 'live')
    // The numbers are current all the same.
    await expect(run.elapsed).not.toHaveAttribute('data-frozen', 'true')
    await expect(banner).toHaveCount(0, { timeout: 45_000 })
    await expect(link).not.toContainText('unsteady')
  } finally {
    await page.close()
    await dashboard.stop()
    await wire.close()
  }
})
