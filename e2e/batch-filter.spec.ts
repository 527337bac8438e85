import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { illegible } from './legible'
import { startLong } from './long-plan'
import { expectNoViolations } from './no-violations'
import { RunPage } from './run-page'

const PLAN = { completed: 83, running: 5, waiting: 112 }

test('[PAGE-15.1] [PAGE-15.2] the counts of the head filter the table, also by address and in the first HTML', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  const cards = page.getByTestId('batch-card')
  const running = page.getByRole('button', { name: '1 running' })
  await expect(cards).toHaveCount(14)
  await expect(running).toHaveAttribute('aria-pressed', 'false')
  await running.press('Enter')
  await expect(running).toHaveAttribute('aria-pressed', 'true')
  await expect(cards).toHaveCount(1)
  await expect(page).toHaveURL(/\?state=running$/)
  // The counts are those of the whole run.
  await expect(page.getByRole('button', { name: '11 waiting' })).toBeVisible()
  await expect(run.completed).toHaveText('2/14')
  await expectNoViolations(page)

  const html = await (await fetch(page.url())).text()
  expect(html.match(/data-testid="batch-card"/g)).toHaveLength(1)
  await page.reload()
  await expect(cards).toHaveCount(1)

  // What is filtered by changes: the table follows.
  backend.hold('models')
  backend.release('db')
  await expect(run.card('models')).toBeVisible()
  await expect(run.card('db')).toHaveCount(0)
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await expect(cards).toHaveCount(14)
  await expect(page).not.toHaveURL(/state/)

  // A status without a batch says so.
  await page.getByRole('button', { name: /completed$/ }).click()
  await expect(page).toHaveURL(/\?state=completed$/)
  await page.goto(page.url().replace('completed', 'failed'))
  await expect(page.getByText('None of them is failed.')).toBeVisible()
  await page.goto(page.url().replace('failed', 'nonsense'))
  await expect(cards).toHaveCount(14)

  // On a phone, too, where completed batches are folded otherwise.
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: /completed$/ }).click()
  await expect(run.card('setup')).toBeVisible()
})

test('[PAGE-15.1] [PAGE-15.4] the timeline hides other batches, the graph fades them, and both say so', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  const cards = page.getByTestId('batch-card')
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.getByRole('button', { name: '1 running' }).click()
  await expect(cards).toHaveCount(1)
  await expect(run.card('db').getByTestId('timeline-bar').first()).toBeVisible()
  await expect(page.getByText('1 of 14 batches is running; the others are hidden.')).toBeVisible()
  await expect(page).toHaveURL(/\?view=timeline&state=running$/)
  await expectNoViolations(page)
  const html = await (await fetch(page.url())).text()
  expect(html.match(/data-testid="batch-card"/g)).toHaveLength(1)
  expect(html).toContain('the others are hidden')

  await page.getByRole('tab', { name: 'Graph' }).click()
  await expect(page.getByText('1 of 14 batches is running; the others are faded.')).toBeVisible()
  await expect(page.getByTestId('graph-node')).toHaveCount(14)
  const faded = page.locator('[data-testid="graph-node"][data-faded]')
  await expect(faded).toHaveCount(13)
  await expect(run.card('db').getByRole('button')).not.toHaveAttribute('data-faded')
  await expect(page.getByTestId('graph-edge').first()).toBeAttached()
  await expect(page.getByRole('button', { name: /^Project Setup, completed .*not among those/ })).toBeVisible()
  await expectNoViolations(page)
  // The open one is none of those that are faded.
  await run.card('models').getByRole('button').click()
  await expect(faded).toHaveCount(12)
  await expect(page.getByText('the others are faded, except the open one.')).toBeVisible()

  // What is filtered by changes: the graph follows.
  backend.hold('models')
  backend.release('db')
  await expect(run.card('db').getByRole('button')).toHaveAttribute('data-faded', 'true')
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await expect(faded).toHaveCount(0)
})

test('[PAGE-15.3] what is at work in a long run is in the first view', async ({ backend, dashboard, folder, page }) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  const run = await new RunPage(page, dashboard, await startLong(folder, backend, dashboard, PLAN)).open()
  const cards = page.getByTestId('batch-card')
  const completed = page.getByRole('button', { name: /^83 batches completed Batch number 1 to Batch number 83/ })
  const waiting = page.getByRole('button', { name: /^112 batches waiting Batch number 89 to Batch number 200/ })
  for (const part of [completed, run.card('b84'), run.card('b88'), waiting]) await expect(part).toBeInViewport()
  await run.live()
  await expect(cards).toHaveCount(5)
  await expectNoViolations(page)
  expect(await illegible(page, [320, 768, 1440])).toEqual([])
  await page.setViewportSize({ width: 1440, height: 900 })

  await completed.press('Enter')
  await expect(completed).toHaveAttribute('aria-expanded', 'true')
  await expect(run.card('b1')).toBeInViewport()
  await completed.press('Enter')
  await expect(cards).toHaveCount(5)

  // The open batch has its row, wherever it is.
  await page.goto(`${page.url()}?batch=b150`)
  await run.live()
  await expect(run.card('b150')).toBeInViewport()
  await expect(cards).toHaveCount(6)

  // The toggles show a folded stretch.
  await page.getByRole('button', { name: '112 waiting', exact: true }).click()
  await expect(run.card('b89')).toBeInViewport()
  await expect(waiting).toHaveCount(0)
})
