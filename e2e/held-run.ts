import { expect, type Page } from '@playwright/test'
import type { Dashboard, ReferenceBackend } from './fixtures'
import { PORTAL, RunPage } from './run-page'

/** Opens the page of a run whose first batch is completed and whose second one is at work. */
export async function startHeld(backend: ReferenceBackend, dashboard: Dashboard, page: Page): Promise<RunPage> {
  backend.hold('db')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await expect(run.card('db')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await expect(run.card('ui')).toHaveAttribute('data-status', 'completed', { timeout: 20_000 })
  return run
}
