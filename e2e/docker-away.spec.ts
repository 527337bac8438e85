import { Dashboard } from './dashboard'
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
