import { z } from 'zod'
import { expect, test, type Dashboard } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'
import { snapshot } from '../lib/run/model'

const MOMENTS = 10
const span = z.object({ from: z.string(), to: z.string() })

/** What the interface says of a run at a moment. */
async function pastOf(dashboard: Dashboard, runId: string, at: string) {
  const answer = await fetch(`${dashboard.url}/api/runs/${runId}?at=${encodeURIComponent(at)}`)
  expect(answer.status).toBe(200)
  return snapshot.parse(await answer.json())
}

/** Expects the page to show the run as the interface tells of that moment. */
async function expectShown(run: RunPage, past: Awaited<ReturnType<typeof pastOf>>) {
  const { completed, total, totalKnown } = past.counts
  await expect(run.completed).toHaveText(`${String(completed)}/${totalKnown ? String(total) : '?'}`)
  await run.expectStatus(past.status)
  const cards = run.page.getByTestId('batch-card')
  await expect(cards).toHaveCount(past.batches.length)
  const shown = await cards.evaluateAll(all => all.map(card => [card.dataset['batchId'], card.dataset['status']]))
  expect(shown).toEqual(past.batches.map(({ id, status }) => [id, status]))
}

test('[PAGE-10.1] [PAGE-10.3] [PAGE-10.5] goes back from change to change, and shows what was known at each', async ({
  backend,
  dashboard,
  page,
}) => {
  for (const batch of ['setup', 'db', 'models']) backend.hold(batch)
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  for (const [batch, completed] of [
    ['setup', '1/14'],
    ['db', '3/14'],
  ] as const) {
    // What is learned within 250 ms is one change.
    const began = Date.now()
    await expect.poll(() => Date.now() - began).toBeGreaterThan(500)
    backend.release(batch)
    await expect(run.completed).toHaveText(completed, { timeout: 30_000 })
  }
  const main = page.getByRole('main')
  const slider = page.getByRole('slider', { name: 'Moment' })
  await expect(slider).toHaveAttribute('aria-valuetext', 'now')
  const seen = new Set<string>()
  let last: string | null = null
  const before = page.getByRole('button', { name: 'The change before' })
  for (let n = 0; n < MOMENTS && (await before.isEnabled()); n += 1) {
    await slider.press('ArrowLeft')
    await expect(main).toHaveAttribute('data-at', /^20/)
    await expect(main).not.toHaveAttribute('data-at', last ?? '')
    last = await main.getAttribute('data-at')
    const past = await pastOf(dashboard, runId, last ?? '')
    await expectShown(run, past)
    seen.add(`${String(past.counts.completed)} ${String(past.counts.running)}`)
    if (n === 0) await expect(page.getByTestId('log-line').first()).toBeVisible()
  }
  expect(seen.size).toBeGreaterThan(2)
  await expect(page.getByTestId('past')).toContainText('The past.')
  await expect(page.getByRole('button', { name: 'Stop run…' })).toHaveCount(0)
  await expectNoViolations(page)

  // The log has no line of what came later.
  await slider.press('Home')
  await expect(run.completed).toHaveText('0/?')
  await expect(page.getByTestId('log-line')).toHaveCount(0)
  await slider.press('Escape')
  await expect(main).not.toHaveAttribute('data-at')
  await expect(page.getByRole('button', { name: 'Stop run…' })).toBeVisible()
  await expect(run.completed).toHaveText('3/14')
  backend.release('models')
  await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
})

test('[PAGE-10.2] a link shows its moment, also in the first HTML, and any other value the present', async ({
  dashboard,
  page,
  browser,
}) => {
  const runId = await dashboard.start('001-todo')
  const run = await new RunPage(page, dashboard, runId).open()
  await run.expectStatus('failed')
  const end = await run.completed.textContent()
  const slider = page.getByRole('slider', { name: 'Moment' })
  await slider.press('ArrowLeft')
  await slider.press('ArrowLeft')
  await slider.press('ArrowLeft')
  await expect(page.getByTestId('past')).toBeVisible()
  await expect(page).toHaveURL(/[?&]at=20/)
  const address = page.url()
  const at = new URL(address).searchParams.get('at') ?? ''
  const past = await pastOf(dashboard, runId, at)

  const context = await browser.newContext({ javaScriptEnabled: false })
  const plain = await context.newPage()
  await plain.goto(address)
  await expect(plain.getByRole('main')).toHaveAttribute('data-at', at)
  await expect(plain.getByTestId('run-status')).toHaveAttribute('data-status', past.status)
  await context.close()

  await page.goto(address)
  await expectShown(run, past)
  await page.getByRole('button', { name: 'Back to now' }).click()
  await expect(slider).toBeFocused()
  await expect(run.completed).toHaveText(end ?? '')
  await run.expectStatus('failed')
  expect(page.url()).not.toContain('at=')

  await page.goto(`${dashboard.url}/runs/${runId}?at=yesterday`)
  await run.expectStatus('failed')
  await expect(page.getByRole('main')).not.toHaveAttribute('data-at')
})

test('[PAGE-10.6] nothing of a past moment looks live', async ({ backend, dashboard, page }) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = new RunPage(page, dashboard, runId)
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  await run.live()
  await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await expect(page.locator('[data-kind="live"]')).toBeVisible()
  // The last change: the batch is at work.
  const slider = page.getByRole('slider', { name: 'Moment' })
  await slider.press('ArrowLeft')
  await expect(page.getByTestId('past')).toBeVisible()
  await expect(run.card('setup')).toHaveAttribute('data-status', 'running')
  await page.reload()
  await expect(page.getByTestId('link-backend')).toHaveText(/^Backend then live\s*$/)
  await expect(page.locator('[data-kind="live"], [data-edge="live"]')).toHaveCount(0)
  const edge = page.locator('[data-edge="then"]')
  await expect(edge).toBeAttached()
  const end = await edge.evaluate(line => line.getBoundingClientRect().left)
  const ends = await page
    .getByTestId('timeline-bar')
    .evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect()).map(({ left, right }) => ({ left, right })))
  expect(ends.length).toBeGreaterThan(0)
  // The shortest bar is 3 px wide.
  for (const bar of ends) expect(bar.right).toBeLessThanOrEqual(Math.max(end + 1, bar.left + 3))
  await page.getByRole('button', { name: 'Back to now' }).click()
  await expect(page.getByTestId('link-backend')).toContainText('live')
  await expect(page.getByTestId('link-backend')).not.toContainText('then')
})

test('[PAGE-10.4] of moments that are asked for faster than they are answered, the last one counts', async ({
  dashboard,
  page,
}) => {
  const runId = await dashboard.start('001-todo')
  const run = await new RunPage(page, dashboard, runId).open()
  await run.expectStatus('failed')
  const slider = page.getByRole('slider', { name: 'Moment' })
  await slider.focus()
  let asked = 0
  await page.route(/\?at=/, async route => {
    asked += 1
    await route.continue()
  })
  for (const value of ['1000', '3000', '5000', '7000', '9000', '2000']) await slider.fill(value)
  // A span of a second has no more than a thousand moments.
  await expect.poll(async () => Math.abs(Number(await slider.inputValue()) - 2_000)).toBeLessThan(20)
  await expect(page.getByTestId('past')).toBeVisible()
  await expect
    .poll(async () => {
      const answer: unknown = await (await fetch(`${dashboard.url}/api/runs/${runId}/moments`)).json()
      const moments = span.parse(answer)
      const from = Date.parse(moments.from)
      return (
        (Date.parse((await page.getByRole('main').getAttribute('data-at')) ?? '') - from) /
        (Date.parse(moments.to) - from)
      )
    })
    .toBeLessThan(0.3)
  expect(asked).toBeLessThanOrEqual(6)
})
