import type { Page } from '@playwright/test'
import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'
import { shifts, watchShifts } from './shifts'
import { Wire } from './wire'

/** Where the parts of a page stand that a reader looks at. */
const places = (page: Page) =>
  page.evaluate(() =>
    Array.from(
      document.querySelectorAll(
        'header, main > :not([role="status"]), h1, h2, [data-testid="batch-card"], [data-testid="log-lines"], dd',
      ),
      part => {
        const { left, top, width } = part.getBoundingClientRect()
        return `${part.tagName} ${part.id} ${left} ${top} ${width}`
      },
    ),
  )

test.use({ expectedErrors: [/WebSocket|Failed to load resource/] })

for (const { width, height } of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])
  test(`[PAGE-17.4] nothing moves on any page while it has lost its server, at ${width} px`, async ({
    backend,
    context,
  }) => {
    test.setTimeout(180_000)
    const engine = await FakeEngine.start()
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
    const wire = await Wire.to(dashboard.url)
    try {
      for (const id of ['db', 'ui']) backend.hold(id)
      const runId = await dashboard.start(PORTAL)
      for (const id of ['db', 'ui']) engine.run(runId, id)
      const addresses = [
        '/',
        '/containers',
        '/specs',
        `/specs/${PORTAL}`,
        `/runs/${runId}`,
        `/runs/${runId}?batch=db`,
        `/runs/${runId}?view=timeline`,
        `/runs/${runId}?view=graph`,
      ]
      for (const address of addresses) {
        const page = await context.newPage()
        await page.setViewportSize({ width, height })
        await page.goto(wire.url + address)
        const run = new RunPage(page, dashboard, runId)
        await run.live()
        if (address.startsWith('/runs')) {
          await expect(page.getByRole('searchbox', { name: 'Search the log' })).toBeVisible()
          await expect(page.getByRole('slider', { name: 'Moment' })).toBeVisible()
          await expect.poll(() => run.seconds()).toBeGreaterThan(2)
        }
        if (address.endsWith('graph')) await expect(page.getByTestId('graph-node').first()).toBeVisible()
        const banner = page.getByTestId('page-stale')
        await watchShifts(page)
        const before = await places(page)
        wire.freeze()
        wire.cut()
        await expect(banner).toContainText('This page has lost its server.', { timeout: 30_000 })
        await expect(banner).toBeInViewport({ ratio: 1 })
        expect.soft(await places(page), address).toEqual(before)
        wire.thaw()
        await expect(banner).toHaveCount(0, { timeout: 30_000 })
        expect.soft(await places(page), address).toEqual(before)
        const moved = await shifts(page)
        // A word that becomes longer moves the next one in its line, and the edge of the timeline moves with time; nothing else does.
        const score = moved.reduce((sum, shift) => sum + Number.parseFloat(shift), 0)
        expect.soft(score, `${address}\n${moved.join('\n')}`).toBeLessThan(address.endsWith('timeline') ? 0.01 : 0.002)
        await page.close()
      }
    } finally {
      for (const page of context.pages()) await page.close()
      await wire.close()
      await dashboard.stop()
      await engine.close()
    }
  })
