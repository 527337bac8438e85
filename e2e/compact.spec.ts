import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

test('[PAGE-5.11] [PAGE-12.15] a failed run with a long error leaves the first view to its batches', async ({
  backend,
  page,
}) => {
  const engine = await FakeEngine.start()
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
  try {
    backend.hold('pdf')
    backend.failBatch('pdf', { exitCode: 3 })
    const runId = await dashboard.start(PORTAL)
    const run = new RunPage(page, dashboard, runId)
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
    await expect(run.card('pdf')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
    const container = engine.run(runId, 'pdf')
    engine.print(container, `Error: ${'a step of the pipeline could not be resolved, '.repeat(12)}`, 'stderr')
    await expect(run.card('pdf').locator('[data-kind="evidence"]')).toBeAttached()
    engine.end(container, 3)
    backend.release('pdf')
    await run.expectStatus('failed')
    await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
    await run.live()
    const summary = page.getByTestId('run-summary')
    await expect(summary.getByTestId('last-error')).toContainText('…')
    const branches = summary.getByText(/^\d+ branch(es)?$/)
    await expect(branches).toBeVisible()
    const height = async () => (await summary.boundingBox())?.height ?? NaN
    const closed = await height()
    expect(closed).toBeLessThan(5 * 20 + 20)
    await branches.click()
    await expect(summary.getByRole('button', { name: /^Copy branch/ }).first()).toBeVisible()
    await branches.click()
    expect(await height()).toBe(closed)

    // Beside the open batch the tabs, the legend and the buttons take one line.
    await expect(page.getByTestId('batch-panel')).toBeVisible()
    const tabs = page.getByRole('tablist')
    const button = page.getByRole('button', { name: 'Legend' })
    const legend = page.locator('#legend')
    const bar = async () => (await tabs.locator('xpath=..').boundingBox())?.height ?? NaN
    expect(await bar()).toBeLessThan(40)
    await expect(legend).toBeHidden()
    await button.click()
    await expect(legend).toBeVisible()
    await expect(legend).toBeInViewport({ ratio: 1 })
    await page.keyboard.press('Escape')
    await expect(legend).toBeHidden()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await expect(legend).toBeVisible()
    await expect(button).toBeHidden()
    expect(await bar()).toBeLessThan(40)
  } finally {
    await page.close()
    await dashboard.stop()
    await engine.close()
  }
})
