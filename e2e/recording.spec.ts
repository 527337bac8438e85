import { readFile, writeFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { snapshot, type Snapshot } from '../lib/run/model'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL } from './run-page'

/** The parts of a run that do not depend on its sources. */
const told = ({ batches, counts, status, startedAt, endedAt, error, errorDetail, findings, historyId }: Snapshot) => ({
  ...{ batches, counts, status, startedAt, endedAt, error, errorDetail, findings, historyId },
})

/** Exports a recording on a run's page; returns the file. */
async function exported(page: Page): Promise<string> {
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByTestId('export').click()
  return (await saved).path()
}

async function imported(page: Page, path: string): Promise<string> {
  await page.getByRole('button', { name: 'Import…' }).click()
  await page.getByLabel('File').setInputFiles(path)
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await page.waitForURL(/\/imports\/[0-9a-f]{32}$/)
  return page.url().replace(/^.*\//, '')
}

const importedRun = async (dashboard: Dashboard, importId: string) =>
  snapshot.parse((await dashboard.api('GET', `/api/imports/${importId}`)).body)

test.describe('with agents in containers', () => {
  // One of the dashboards restarts under an open page. The speed is low enough for each container to be inspected while it exists,
  // even on a busy machine.
  test.use({ docker: 'on', speed: 30, expectedErrors: [/ERR_CONNECTION/] })

  test('[IMP-1.3] [IMP-2.5] a run at work is exported on its page and shown elsewhere as it was, and stays so', async ({
    backend,
    dashboard,
    page,
    prefix,
  }) => {
    backend.hold(`${prefix}models`)
    const runId = await dashboard.start(PORTAL)
    await page.goto(`${dashboard.url}/runs/${runId}`)
    const held = page.locator(`[data-testid=batch-card][data-batch-id="${prefix}models"]`)
    await expect(held).toHaveAttribute('data-status', 'running', { timeout: 30_000 })
    // Every batch that can run without the held one has completed, and Docker has shown all of them.
    const settled = () => dashboard.snapshot(runId).then(({ counts: { completed, running } }) => [completed, running])
    await expect.poll(settled, { timeout: 30_000 }).toEqual([3, 1])
    await expect
      .poll(async () =>
        (await dashboard.snapshot(runId)).batches.every(
          ({ verdict, container }) => verdict === 'agrees' && container?.state !== 'created',
        ),
      )
      .toBe(true)
    const before = await dashboard.snapshot(runId)
    const path = await exported(page)

    const other = await Dashboard.launch({ BACKEND_URL: 'http://127.0.0.1:9' })
    try {
      await page.goto(other.url)
      const importId = await imported(page, path)
      await expect(page.getByTestId('import-banner')).toContainText('nothing here is live')
      await expect(page.getByTestId('run-status')).toHaveAttribute('data-status', 'running')
      await expect(page.getByTestId('batches-completed')).toHaveText('3/14')
      await expect(page.getByTestId('run-elapsed')).toHaveAttribute('data-frozen', 'true')
      await expect(page.getByText('last known').first()).toBeVisible()
      await expect(page.locator('[data-link=live]')).toHaveCount(0)
      const shown = await importedRun(other, importId)
      expect(told(shown)).toEqual(told(before))
      expect(shown.batches.filter(({ container }) => container !== null)).toHaveLength(4)

      // The run ends; the exported recording does not change.
      backend.release(`${prefix}models`)
      await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 60_000 }).toBe('completed')
      await other.restart()
      await expect.poll(async () => (await other.api('GET', `/api/imports/${importId}`)).status).toBe(200)
      expect(told(await importedRun(other, importId))).toEqual(told(before))
      const seconds = await page.getByTestId('run-elapsed').getAttribute('data-seconds')
      await page.reload()
      await expect(page.getByTestId('run-elapsed')).toHaveAttribute('data-seconds', seconds ?? '')
      // The export contains the output of its agents.
      const batchLog = await other.api('GET', `/api/imports/${importId}/logs?batch=${prefix}setup`)
      const here = await dashboard.api('GET', `/api/runs/${runId}/logs?batch=${prefix}setup`)
      expect(batchLog).toEqual(here)
    } finally {
      await other.stop()
    }
  })
})

test('[IMP-2.4] an import beside the run that it was made of is another thing: in the fleet, in its name, in what can be done', async ({
  dashboard,
  page,
}) => {
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
  await page.goto(`${dashboard.url}/runs/${runId}`)
  const path = await exported(page)
  expect((await readFile(path, 'utf8')).split('\n')[0]).toContain('"groundtruth":1')
  const importId = await imported(page, path)
  await expect(page.getByTestId('batches-completed')).toHaveText('14/14')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await expect(page.getByTestId('log-lines')).toContainText('All batches completed successfully.')

  // A second page shows the import by itself, and also its removal.
  const fleet = await page.context().newPage()
  await fleet.goto(dashboard.url)
  await expect(fleet.getByTestId('import-row')).toHaveAttribute('data-import-id', importId)
  await expect(fleet.getByTestId('fleet-run')).toHaveCount(1)
  expect((await new AxeBuilder({ page: fleet }).analyze()).violations).toEqual([])
  const watching = await page.context().newPage()
  await watching.goto(`${dashboard.url}/imports/${importId}`)
  await page.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.waitForURL(`${dashboard.url}/`)
  await expect(fleet.getByTestId('import-row')).toHaveCount(0)
  await expect(watching.getByTestId('import-banner')).toContainText('This import was removed')
  await expect(fleet.getByTestId('fleet-run')).toHaveAttribute('data-run-id', runId)
  expect((await dashboard.snapshot(runId)).status).toBe('completed')
})

test.describe('of a file that is none', () => {
  test.use({ expectedErrors: [/422/] })

  test('[IMP-4.11] the page says why it was not imported', async ({ dashboard, folder, page }) => {
    await writeFile(`${folder}/notes.jsonl`, 'These are no observations.\n')
    await page.goto(dashboard.url)
    await page.getByRole('button', { name: 'Import…' }).click()
    await page.getByLabel('File').setInputFiles(`${folder}/notes.jsonl`)
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('This is no recording of a run')
  })
})
