import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

test.describe('every page shows the same', () => {
  test('[SYNC-8.1] the HTML already does, without JavaScript', async ({ backend, browser, dashboard, page }) => {
    backend.hold('models')
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await expect(run.card('models')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
    await expect(run.completed).toHaveText('3/14', { timeout: 20_000 })
    const context = await browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(`${dashboard.url}/runs/${runId}`)
    const still = new RunPage(plain, dashboard, runId)
    await expect(still.status).toHaveAttribute('data-status', 'running')
    await expect(still.completed).toHaveText('3/14')
    expect(Math.abs((await still.seconds()) - (await run.seconds()))).toBeLessThanOrEqual(2)
    await expect(plain.locator('[data-testid="batch-card"]')).toHaveCount(14)
    await plain.goto(dashboard.url)
    await expect(plain.locator(`[data-run-id="${runId}"]`).getByTestId('batches-completed')).toHaveText('3/14')
    await context.close()
  })

  test('[SYNC-2] a page opened late, one reloaded and one that was cut off agree with one that was there all along', async ({
    backend,
    browser,
    dashboard,
    page,
  }) => {
    for (const id of ['db', 'ui', 'models']) backend.hold(id)
    const runId = await dashboard.start(PORTAL)
    const first = await new RunPage(page, dashboard, runId).open()
    await expect(first.completed).toHaveText('1/14', { timeout: 20_000 })

    const cutOff = await browser.newPage()
    const links: (() => Promise<void>)[] = []
    await cutOff.routeWebSocket(/\/api\/live/, socket => {
      socket.connectToServer()
      links.push(() => socket.close())
    })
    const second = await new RunPage(cutOff, dashboard, runId).open()
    for (const [index, id] of ['db', 'ui'].entries()) {
      backend.release(id)
      await second.live()
      for (const cut of links.splice(0)) await cut()
      await page.reload()
      for (const run of [first, second]) {
        await expect(run.completed).toHaveText(`${index + 2}/14`, { timeout: 20_000 })
      }
    }
    const late = await new RunPage(await browser.newPage(), dashboard, runId).open()
    const root = '[data-state-version]'
    for (const run of [first, second, late]) await expect(run.completed).toHaveText('3/14')
    const versions = () =>
      Promise.all([first, second, late].map(run => run.page.locator(root).getAttribute('data-state-version')))
    await expect.poll(async () => new Set(await versions()).size).toBe(1)
    for (const run of [second, late]) await run.page.close()
  })

  test('[SYNC-6.4] a page that slept for ten minutes says so before it paints, and is right within a second', async ({
    backend,
    dashboard,
    page,
  }) => {
    for (const id of ['db', 'ui', 'models']) backend.hold(id)
    await page.clock.install()
    const run = await new RunPage(page, dashboard, await dashboard.start(PORTAL)).open()
    await expect(run.completed).toHaveText('1/14', { timeout: 20_000 })
    await run.live()
    await page.evaluate(() => {
      const states: string[] = []
      Reflect.set(window, 'states', states)
      const look = () => {
        const state = document.querySelector('[data-sync]')?.getAttribute('data-sync')
        if (state) states.push(state)
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    await page.clock.fastForward(10 * 60_000)
    await page.evaluate(() => {
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await expect.poll(() => page.evaluate(() => Reflect.get(window, 'states') as string[])).toContain('stale')
    backend.release('db')
    await run.live()
    await expect(run.completed).toHaveText('2/14', { timeout: 20_000 })
    for (const id of ['ui', 'models']) backend.release(id)
  })

  test('[RUN-9] a backend that is gone greys its numbers and freezes the timer; one that is back is live again', async ({
    backend,
    dashboard,
    page,
  }) => {
    backend.hold('db')
    const run = await new RunPage(page, dashboard, await dashboard.start(PORTAL)).open()
    await expect(run.card('db')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
    await backend.kill()
    await expect(page.getByTestId('link-backend')).not.toHaveAttribute('data-link', 'live', { timeout: 20_000 })
    await run.expectStatus('running')
    await expect(page.getByText('last known').first()).toBeVisible()
    const frozen = await run.seconds()
    await expect(page.getByTestId('link-backend')).toHaveAttribute('data-link', 'down', { timeout: 20_000 })
    expect(await run.seconds()).toBe(frozen)
    await backend.restart()
    // The process that executed the run is gone, and the run with it [RUN-11].
    await run.expectStatus('failed')
    await expect(page.getByTestId('link-backend')).toHaveAttribute('data-link', 'live', { timeout: 20_000 })
  })
})
