import { expect, test } from './fixtures'
import { startLong } from './long-plan'
import { expectNoViolations } from './no-violations'
import { RunPage } from './run-page'

const PLAN = { completed: 83, running: 5, waiting: 112 }

test('[PAGE-15.5] the timeline of a long run folds the stretches that the table folds', async ({
  backend,
  dashboard,
  folder,
  page,
}) => {
  const runId = await startLong(folder, backend, dashboard, PLAN)
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  const run = new RunPage(page, dashboard, runId)
  await run.live()
  const completed = page.getByRole('button', { name: /^83 batches completed/ })
  const waiting = page.getByRole('button', { name: /^112 batches waiting/ })
  await expect(completed).toBeInViewport()
  await expect(waiting).toBeInViewport()
  for (let n = 84; n <= 88; n += 1) await expect(run.card(`b${n}`)).toBeInViewport()
  await expect(page.getByTestId('batch-card')).toHaveCount(5)
  await expectNoViolations(page)

  await completed.focus()
  await page.keyboard.press('Enter')
  await expect(completed).toHaveAttribute('aria-expanded', 'true')
  await expect(run.card('b1')).toBeInViewport()
  await page.keyboard.press('Tab')
  await expect(run.card('b1').getByRole('button').first()).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(run.card('b1')).toHaveCount(0)

  // What is filtered for, or open, has a row.
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline&batch=b40`)
  await expect(run.card('b40')).toBeVisible()
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline&state=completed`)
  await expect(run.card('b1')).toBeVisible()
  await expect(completed).toHaveCount(0)

  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  await run.live()
  await expect(completed).toBeVisible()
  await expect(run.card('b1')).toHaveCount(0)
  await completed.click()
  await expect(run.card('b1')).toBeVisible()
})
