import type { Page } from '@playwright/test'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'

/** Presses **Try now** in a banner, and waits for what became of it. */
async function tryNow(page: Page, banner: string, becomes: string | RegExp) {
  const asked = page.waitForResponse(
    response => response.url().endsWith('/api/sources/ask') && response.request().method() === 'POST',
  )
  const shown = page.getByTestId(banner)
  const button = shown.getByRole('button', { name: 'Try now' })
  await button.focus()
  await page.keyboard.press('Enter')
  expect((await asked).status()).toBe(200)
  await expect(shown.getByTestId('ask-now')).toContainText(becomes)
  await expect(button).toBeFocused()
}

test('[ASK-1.3] [ASK-1.4] a lost backend is tried at once, from the run and from the fleet', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await backend.kill()
  const banner = page.getByTestId('backend-banner')
  await expect(banner).toContainText('Tried again 3 s after each try.', { timeout: 30_000 })
  await expect(banner).toContainText(/since .*\d\d:\d\d:\d\d/)
  await tryNow(page, 'backend-banner', 'Tried: still no answer.')
  await expectNoViolations(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoViolations(page)

  await page.goto(dashboard.url)
  await expect(page.getByTestId('backend-lost')).toContainText('Tried again 3 s after each try.')
  await tryNow(page, 'backend-lost', 'Tried: still no answer.')
  await expectNoViolations(page)
  await backend.restart()
  await expect(page.getByTestId('backend-lost')).toHaveCount(0, { timeout: 10_000 })
})

test('[ASK-1.3] [ASK-1.4] a lost Docker has a banner on run and fleet, and is tried at once', async ({
  backend,
  page,
}) => {
  const dashboard = await Dashboard.launch({
    BACKEND_URL: backend.url,
    DOCKER: '',
    DOCKER_HOST: 'unix:///nowhere/docker.sock',
  })
  try {
    backend.hold('setup')
    const runId = await dashboard.start(PORTAL)
    await new RunPage(page, dashboard, runId).open()
    for (const address of [`${dashboard.url}/runs/${runId}`, dashboard.url, `${dashboard.url}/containers`]) {
      await page.goto(address)
      const banner = page.getByTestId('docker-banner')
      await expect(banner).toContainText(/Docker can’t be reached since .*\d\d:\d\d:\d\d/)
      await expect(banner).toContainText('Tried again 3 s after each try.')
      await tryNow(page, 'docker-banner', 'Tried: still no answer.')
      await expectNoViolations(page)
    }
  } finally {
    await page.close()
    await dashboard.stop()
  }
})
