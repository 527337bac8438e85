import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { startLong } from './long-plan'
import { PORTAL, RunPage } from './run-page'

const onPaper = (page: Page) => page.emulateMedia({ media: 'print' })
const onScreen = (page: Page) => page.emulateMedia({ media: 'screen' })

/** What is wrong with a page on paper: controls that can be seen, and elements that stick, or scroll what they hold. */
const faults = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      if (!element.checkVisibility() || element.closest('svg, .sr') !== null) continue
      const { position, overflowX, overflowY, breakInside } = getComputedStyle(element)
      const name = `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`
      if (position === 'sticky' || position === 'fixed') found.push(`${position}: ${name}`)
      if ([overflowX, overflowY].some(overflow => overflow === 'auto' || overflow === 'scroll'))
        found.push(`scrolls: ${name}`)
      if (element.matches('input, textarea, select:not(#log *)')) found.push(`control: ${name}`)
      if (element.matches('main :is(li, tr)') && breakInside !== 'avoid') found.push(`may be broken: ${name}`)
    }
    return found
  })

test.use({ colorScheme: 'dark' })

test('[PRINT-1.1] [PRINT-1.2] every page is light on paper, has no controls, and says of when it is', async ({
  backend,
  dashboard,
  page,
}) => {
  const ended = await dashboard.start('001-todo', { dryRun: true })
  await expect
    .poll(async () => (await dashboard.snapshot(ended)).status, { timeout: 30_000 })
    .toMatch(/^(completed|failed)$/)
  const run = await startHeld(backend, dashboard, page)
  const path = new URL(page.url()).pathname
  const pages = [
    '/',
    '/?q=todo',
    `/runs/${ended}`,
    path,
    `${path}?batch=db`,
    `${path}?view=timeline`,
    `${path}?view=graph`,
  ]
  for (const address of [...pages, '/containers', '/specs', `/specs/${PORTAL}`]) {
    await page.goto(`${dashboard.url}${address}`)
    await expect(page.getByTestId('page-sync')).toHaveAttribute('data-sync', 'live')
    await onPaper(page)
    const line = page.getByTestId('printed')
    await expect(line).toContainText(/^Printed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+.*, by the dashboard’s clock\./)
    await expect(line).toContainText('Its numbers are as of then')
    await expect(line).toContainText(`${dashboard.url}${address}`)
    expect([address, await faults(page)]).toEqual([address, []])
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
    await expect(page.getByRole('button', { name: /^(?:Stop run|Copy|Go to|Zoom|Start a run|Close)/ })).toHaveCount(0)
    await onScreen(page)
    await expect(line).toHaveCount(0)
    expect((await page.pdf({ preferCSSPageSize: true })).subarray(0, 5).toString()).toBe('%PDF-')
  }
  await page.goto(`${dashboard.url}/?q=todo`)
  await onPaper(page)
  await expect(page.getByTestId('fleet-run').filter({ hasText: ended })).toBeVisible()
  await onScreen(page)

  await page.goto(`${dashboard.url}${path}`)
  await run.live()
  const slider = page.getByRole('slider', { name: 'Moment' })
  await slider.press('ArrowLeft')
  await expect(page.getByRole('main')).toHaveAttribute('data-at', /^20/)
  await onPaper(page)
  await expect(page.getByTestId('printed')).toContainText('It shows what was known at')
  await expect(page.getByTestId('past')).toBeVisible()
  expect(await faults(page)).toEqual([])
  await onScreen(page)
  await slider.press('Escape')
  await expect(page.getByRole('main')).not.toHaveAttribute('data-at')
  await run.completed.click()
  await onPaper(page)
  await expect(page.getByRole('dialog')).toBeVisible()
  await expect(page.getByRole('main')).toBeHidden()
  expect(await faults(page)).toEqual([])
})

test('[PRINT-1.3] all batches of a long run are on paper, also those that are folded', async ({
  backend,
  dashboard,
  page,
  folder,
}) => {
  const runId = await startLong(folder, backend, dashboard, { completed: 60, running: 2, waiting: 160 })
  const path = `${dashboard.url}/runs/${runId}`
  const cards = page.getByTestId('batch-card')
  const ids = Array.from({ length: 222 }, (_, n) => `b${n + 1}`)
  for (const view of ['table', 'timeline', 'graph']) {
    await page.goto(`${path}?view=${view}`)
    await expect(page.getByTestId('page-sync')).toHaveAttribute('data-sync', 'live')
    await expect(cards.first()).toBeVisible()
    // A graph of that size is in view as a whole.
    if (view !== 'graph') expect(await cards.count()).toBeLessThan(222)
    await onPaper(page)
    await expect(cards).toHaveCount(222)
    const printed = await cards.evaluateAll(all => all.map(card => card.dataset['batchId'] ?? ''))
    expect(printed.toSorted()).toEqual(ids.toSorted())
    await onScreen(page)
    if (view !== 'graph') await expect(cards).not.toHaveCount(222)
  }
})

test.describe('a long log', () => {
  test.use({ generation: 'C' })

  test('[PRINT-1.4] says which of its lines are on paper', async ({ backend, dashboard, page }) => {
    backend.hold('setup')
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await run.live()
    await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
    backend.burst('setup', 2_000)
    const lines = page.getByTestId('log-line')
    await expect(lines.last()).toContainText('line 2000 of a burst')
    await onPaper(page)
    await expect(lines).toHaveCount(200)
    const [first, last] = await Promise.all([lines.first(), lines.last()].map(line => line.getAttribute('data-seq')))
    const text = (seq: string | null | undefined) => Number(seq).toLocaleString('en')
    await expect(page.getByTestId('printed-part')).toHaveText(
      `Printed: lines ${text(first)} to ${text(last)} of ${text(last)}.`,
    )
    await expect(lines.last()).toContainText('line 2000 of a burst')
    await onScreen(page)
    // It follows as before.
    await expect(lines.last()).toBeInViewport()
    await expect(page.getByTestId('printed-part')).toHaveCount(0)
  })
})

test('[PRINT-1.2] what is last known stays marked on paper', async ({ backend, dashboard, page }) => {
  await startHeld(backend, dashboard, page)
  await backend.kill()
  const banner = page.getByTestId('backend-banner')
  await expect(banner).toContainText('last known', { timeout: 20_000 })
  await onPaper(page)
  await expect(banner).toBeVisible()
  await expect(page.getByTestId('printed')).toContainText(
    'The backend was not heard: what it claims is last known, as of',
  )
  await expect(page.getByTestId('run-elapsed')).toHaveAttribute('data-frozen', 'true')
})
