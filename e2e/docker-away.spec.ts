import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

test('[DOCK-3] without Docker every verdict is unknown, says so, and is no alarm', async ({ backend, page }) => {
  const dashboard = await Dashboard.launch({
    BACKEND_URL: backend.url,
    DOCKER: '',
    DOCKER_HOST: 'unix:///nowhere/docker.sock',
  })
  try {
    backend.hold('setup')
    const runId = await dashboard.start(PORTAL)
    const shown = await new RunPage(page, dashboard, runId).open()
    await expect(shown.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
    await expect(page.getByTestId('link-docker')).toHaveAttribute('data-link', 'down')
    await expect(shown.card('setup')).toHaveAttribute('data-verdict', 'unknown')
    await expect(page.getByTestId('finding')).toHaveCount(0)
    await page.goto(`${dashboard.url}/containers`)
    await expect(page.getByTestId('docker-banner')).toContainText('/nowhere/docker.sock')
  } finally {
    // A page that is still open would send requests to a stopped server.
    await page.close()
    await dashboard.stop()
  }
})

test('[DOCK-3] Docker that is not watched is off, and nothing waits for it', async ({ backend, dashboard, page }) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const shown = await new RunPage(page, dashboard, runId).open()
  await expect(page.getByTestId('link-docker')).toHaveAttribute('data-link', 'off')
  await expect(shown.card('setup')).toHaveAttribute('data-verdict', 'unknown')
  await page.goto(`${dashboard.url}/containers`)
  await expect(page.getByTestId('empty')).toContainText('Docker is not watched')
})

test.describe('a page that has lost its server', () => {
  test.use({ expectedErrors: [/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/] })

  test('[CONTAINERS-1.4] [CONTAINERS-1.5] marks its numbers, and does not call Docker live', async ({
    backend,
    page,
  }) => {
    const engine = await FakeEngine.start()
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
    try {
      engine.run('run-none', 'setup')
      await page.goto(`${dashboard.url}/containers`)
      const docker = page.getByRole('link', { name: /^Containers\b/ })
      await expect(docker).toHaveAccessibleName(/Docker live$/)
      await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
      const tallies = page.getByRole('region', { name: 'Containers', exact: true }).locator('dl')
      await expect(tallies).not.toContainText('last known')
      await dashboard.stop()
      await expect(page.getByTestId('page-stale')).toBeVisible({ timeout: 30_000 })
      await expect(docker).toHaveAccessibleName(/Docker stale$/)
      await expect(tallies.getByText('last known')).toHaveCount(3)
    } finally {
      await page.close()
      await dashboard.stop()
      await engine.close()
    }
  })
})
