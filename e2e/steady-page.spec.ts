import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'
import { shifts, watchShifts } from './shifts'
import { Wire } from './wire'

for (const { width, height, query } of [
  { width: 1440, height: 900, query: '' },
  { width: 1440, height: 900, query: '?batch=setup' },
  { width: 1280, height: 720, query: '?view=graph' },
  { width: 900, height: 800, query: '' },
  { width: 390, height: 844, query: '' },
])
  test(`[PAGE-17.3] nothing moves while the link comes and goes, at ${width} px ${query}`, async ({
    backend,
    page,
  }) => {
    await page.setViewportSize({ width, height })
    const wire = await Wire.to(backend.url)
    const dashboard = await Dashboard.launch({ BACKEND_URL: wire.url })
    try {
      backend.hold('setup')
      const runId = await dashboard.start(PORTAL)
      const run = new RunPage(page, dashboard, runId)
      await page.goto(`${dashboard.url}/runs/${runId}${query}`)
      await run.live()
      await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
      const banner = page.getByTestId('backend-banner')
      const slider = page.getByRole('slider', { name: 'Moment' })
      await expect(slider).toBeVisible()
      await expect(page.getByRole('searchbox', { name: 'Search the log' })).toBeVisible()
      // What counts from zero has its place by then.
      await expect.poll(() => run.seconds()).toBeGreaterThan(2)
      await watchShifts(page)
      for (let n = 1; n <= 2; n += 1) {
        wire.freeze()
        wire.cut()
        await expect(banner).toContainText('last known', { timeout: 20_000 })
        await expect(banner).toBeInViewport({ ratio: 1 })
        wire.thaw()
        await expect(banner).toHaveCount(0, { timeout: 30_000 })
      }
      expect(await shifts(page)).toEqual([])
    } finally {
      await page.close()
      await dashboard.stop()
      await wire.close()
    }
  })
