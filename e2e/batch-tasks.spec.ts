import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL } from './run-page'

const SETUP = 'setup'
const fileOf = (folder: string, name: string) => join(folder, 'project', '.specs', PORTAL, name)

test('[PAGE-20.1] [PAGE-20.3] the panel of a batch lists its tasks, and names the models', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold(SETUP)
  const runId = await dashboard.start(PORTAL, { model: 'some/model-2' })
  await page.goto(`${dashboard.url}/runs/${runId}?batch=${SETUP}`)
  const panel = page.getByTestId('batch-panel')
  const tasks = panel.getByTestId('batch-task')
  await expect(tasks.first()).toContainText('T001')
  await expect(tasks.first()).not.toHaveAttribute('data-completed')
  await expect(panel.getByTestId('batch-tasks')).toContainText(/by the plan as of \d\d:\d\d:\d\d/)
  await expect(panel.getByTestId('run-model')).toContainText('some/model-2')
  await expect(panel.getByTestId('plan-model')).toContainText('The plan names the model')
  await expectNoViolations(page)
  // The backend marks the tasks of a merged batch: the panel reads them again by itself.
  backend.release(SETUP)
  await expect(tasks.first()).toHaveAttribute('data-completed', 'true', { timeout: 20_000 })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.reload()
  await expect(tasks.first()).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})

test('[PAGE-20.1] [PAGE-20.2] of 500 tasks 200 are listed; hostile titles stay in their place, and broken files are told', async ({
  backend,
  dashboard,
  folder,
  page,
}) => {
  const ids = Array.from({ length: 500 }, (_, n) => `T${n + 1}`)
  const plan = await readFile(fileOf(folder, 'plan.yaml'), 'utf8')
  await writeFile(
    fileOf(folder, 'plan.yaml'),
    plan.replace(/task_ids: \[[^\]]*\]|task_ids:(\n +- .*)+/, `task_ids: [${ids.join(', ')}]`),
  )
  const title = JSON.stringify(`<img src=x onerror=alert(1)> ${'wide'.repeat(60)} \u202e evil`)
  const task = (id: string) => `- {id: ${id}, title: ${title}, description: x, status: pending, complexity: 1}\n`
  await writeFile(fileOf(folder, 'tasks.yaml'), `tasks:\n${ids.map(task).join('')}`)
  backend.hold(SETUP)
  const runId = await dashboard.start(PORTAL)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${dashboard.url}/runs/${runId}?batch=${SETUP}`)
  const panel = page.getByTestId('batch-panel')
  await expect(panel.getByTestId('batch-task')).toHaveCount(200)
  await expect(panel.getByTestId('batch-tasks')).toContainText('and 300 more tasks')
  await expect(panel.getByTestId('batch-task').first()).toContainText('<img src=x onerror=alert(1)>')
  expect(await panel.evaluate(element => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0)

  await writeFile(fileOf(folder, 'tasks.yaml'), 'tasks: [oops')
  const untitled = async () => {
    await page.reload()
    return (await panel.getByTestId('batch-tasks').textContent()) ?? ''
  }
  await expect.poll(untitled, { timeout: 15_000 }).toContain('Their titles can’t be read.')
  await expect(panel.getByTestId('batch-task').first()).toHaveText('T1')
})

test('[PAGE-20.4] a moment of the past and another plan list no tasks', async ({ dashboard, page }) => {
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
  const { startedAt } = await dashboard.snapshot(runId)
  const at = new Date(Date.parse(startedAt ?? '') + 500).toISOString()
  await page.goto(`${dashboard.url}/runs/${runId}?batch=${SETUP}&at=${at}`)
  await expect(page.getByTestId('past')).toBeVisible()
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  await expect(page.getByTestId('batch-tasks')).toHaveCount(0)
  await page.goto(`${dashboard.url}/runs/${runId}?batch=${SETUP}`)
  await expect(page.getByTestId('batch-task').first()).toBeVisible()
})
