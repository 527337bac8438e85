import type { Page } from '@playwright/test'
import { Dashboard } from './dashboard'
import { expect, test as base } from './fixtures'
import { expectNoViolations } from './no-violations'
import { FakeEngine } from './fake-engine'
import { illegible } from './legible'
import { PORTAL } from './run-page'

const SEARCH = '012-search-relevance'
const AUDIT = '011-audit-log'

interface Evidence {
  engine: FakeEngine
  /** Watches the fake Engine. */
  watching: Dashboard
}

const test = base.extend<Evidence>({
  engine: async ({}, use) => {
    const engine = await FakeEngine.start()
    await use(engine)
    await engine.close()
  },
  watching: async ({ backend, engine, context }, use) => {
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
    await use(dashboard)
    for (const page of context.pages()) await page.close()
    await dashboard.stop()
  },
})

const live = (page: Page) => expect(page.locator('[data-sync="live"]').first()).toBeAttached({ timeout: 15_000 })
const needs = (page: Page) => page.getByTestId('needs-you').getByTestId('need')
const kinds = (page: Page) => needs(page).evaluateAll(all => all.map(need => need.getAttribute('data-kind')))
const running = (dashboard: Dashboard, runId: string, count: number) =>
  expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(count)

test.describe('what needs a person', () => {
  test('[FLEET-1.1] [FLEET-1.2] [FLEET-1.3] [FLEET-1.6] [FLEET-1.7] is in one order, a line for each kind in a run, and outlives the backend', async ({
    backend,
    engine,
    watching,
    page,
  }) => {
    test.setTimeout(240_000)
    backend.failBatch('schema', { exitCode: 3 })
    const failed = await watching.start(AUDIT)
    await expect.poll(async () => (await watching.snapshot(failed)).status, { timeout: 20_000 }).toBe('failed')
    for (const id of ['fuzzy', 'amounts', 'setup']) backend.hold(id)
    const search = await watching.start(SEARCH)
    await running(watching, search, 2)
    const portal = await watching.start(PORTAL)
    await running(watching, portal, 1)
    engine.end(engine.run(portal, 'setup'), 1)

    await page.goto(watching.url)
    await live(page)
    // No container of both batches for 15 s: ghosts. The ended container of the other: late.
    await expect(needs(page)).toHaveCount(3, { timeout: 40_000 })
    expect(await kinds(page)).toEqual(['ghost', 'failed', 'late'])
    const ghosts = needs(page).first()
    await expect(ghosts).toContainText(`${SEARCH}.`)
    await expect(ghosts).toContainText('2 ghosts: fuzzy, amounts.')
    await expect(page).toHaveTitle(/^\(3\) Fleet, 2 live$/)
    await expectNoViolations(page)

    // Each of the group, by keyboard alone.
    const both = ghosts.getByRole('button', { name: 'Show both' })
    await both.focus()
    await page.keyboard.press('Enter')
    await expect(ghosts.getByTestId('need-part')).toHaveCount(2)
    await page.keyboard.press('Tab')
    await expect(ghosts.getByRole('link', { name: 'Open batch' }).first()).toBeFocused()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: `Stop ${SEARCH}?` })
    await expect(dialog).toContainText('their agents are not killed')
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)

    await backend.kill()
    const lost = page.getByTestId('backend-lost')
    await expect(lost).toContainText(/^Backend down for \d+ s: 2 runs can’t be followed\./, { timeout: 30_000 })
    expect(await kinds(page)).toEqual(['ghost', 'failed', 'late'])
    await expect(needs(page).nth(0)).toHaveAttribute('data-old', 'true')
    await expect(needs(page).nth(0)).toContainText('last known')
    // That the run failed was heard before: it is not in doubt.
    await expect(needs(page).nth(1)).not.toHaveAttribute('data-old')
    await expect(page.getByLabel('Fleet', { exact: true })).toContainText('need you last known')
    await expect(page).toHaveTitle(/^\(3, last known\) Fleet, 2 live/)
    await expectNoViolations(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await expectNoViolations(page)
    expect(await illegible(page, [320, 768, 1280, 1920])).toEqual([])

    // What was known is checked again once the backend is back: it knows neither run any more.
    await backend.restart()
    await expect(lost).toHaveCount(0, { timeout: 30_000 })
  })

  test('[FLEET-1.8] a failure offers to start its spec again', async ({ backend, dashboard, page }) => {
    backend.failBatch('schema', { exitCode: 3 })
    await dashboard.start(AUDIT)
    await page.goto(dashboard.url)
    const failure = needs(page).filter({ hasText: AUDIT })
    await expect(failure).toHaveAttribute('data-kind', 'failed', { timeout: 20_000 })
    await expect(failure.getByRole('link', { name: 'Open run' })).toBeVisible()
    await failure.getByRole('button', { name: 'Start again…' }).click()
    await expect(page.getByRole('dialog').getByRole('radio', { name: AUDIT })).toBeChecked()
  })

  test('[FLEET-1.5] the order holds still while the pointer or the focus is inside', async ({
    backend,
    dashboard,
    page,
  }) => {
    backend.hold('setup')
    const portal = await dashboard.start(PORTAL)
    await running(dashboard, portal, 1)
    const stamp = new Date().toISOString().replace('Z', '000000Z')
    const error = { type: 'error', message: 'Execution failed: not really', timestamp: stamp }
    backend.sendRaw(portal, JSON.stringify(error))
    await page.goto(dashboard.url)
    await live(page)
    await expect(needs(page)).toHaveCount(1, { timeout: 20_000 })
    expect(await kinds(page)).toEqual(['unproven-failure'])

    await needs(page).first().hover()
    backend.failBatch('schema', { exitCode: 3 })
    await dashboard.start(AUDIT)
    await expect(needs(page)).toHaveCount(2, { timeout: 20_000 })
    expect(await kinds(page)).toEqual(['unproven-failure', 'failed'])
    await page.mouse.move(0, 0)
    await expect.poll(() => kinds(page)).toEqual(['failed', 'unproven-failure'])
  })
})

test.describe('live runs', () => {
  test('[FLEET-3.1] [FLEET-3.2] [FLEET-3.3] a row says what is at work, and when the backend last said a word of it', async ({
    backend,
    dashboard,
    page,
  }) => {
    for (const id of ['fuzzy', 'amounts']) backend.hold(id)
    const runId = await dashboard.start(SEARCH)
    await running(dashboard, runId, 2)
    await page.goto(dashboard.url)
    const row = page.getByTestId('fleet-run')
    await expect(row).toHaveAttribute('data-run-id', runId)
    await expect(row).toHaveAttribute('data-status', 'running')
    await expect(row.getByTestId('at-work')).toContainText('Fuzzy Names, Rounded Amounts')
    await expect(row.getByTestId('last-word')).toContainText(/\d+ s ago/)
    await expect(row.getByTestId('batches-completed')).toHaveText('1/3')
    // The id, for programs and commands.
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await row.hover()
    await row.getByRole('button', { name: 'Copy id' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(runId)
    expect(await illegible(page, [320, 390, 768, 1120, 1280, 1440, 1920])).toEqual([])
    backend.release('fuzzy')
    await expect(row.getByTestId('at-work')).toHaveText(/^Rounded Amounts1 running$/)
  })
})

test.describe('the history', () => {
  const rows = (page: Page) => page.getByLabel('History table').getByTestId('fleet-run')

  test('[FLEET-4.1] [FLEET-4.3] [FLEET-4.5] [FLEET-4.6] is filtered by the address, on the page and in the first HTML', async ({
    backend,
    dashboard,
    browser,
    page,
  }) => {
    test.setTimeout(90_000)
    backend.failBatch('schema', { exitCode: 3 })
    const failed = await dashboard.start(AUDIT)
    const dry = await dashboard.start(SEARCH, { dryRun: true })
    for (const [id, status] of [
      [failed, 'failed'],
      [dry, 'completed'],
    ] as const)
      await expect.poll(async () => (await dashboard.snapshot(id)).status, { timeout: 20_000 }).toBe(status)

    const context = await browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(`${dashboard.url}/?status=failed&q=audit`)
    await expect(rows(plain)).toHaveCount(1)
    await expect(rows(plain)).toHaveAttribute('data-run-id', failed)
    await context.close()

    await page.goto(dashboard.url)
    await live(page)
    await expect(rows(page)).toHaveCount(2)
    await expect(rows(page).filter({ hasText: SEARCH })).toContainText('dry run')
    await page
      .getByRole('group', { name: 'Outcome' })
      .getByRole('button', { name: /^failed/ })
      .click()
    await expect(rows(page)).toHaveCount(1)
    expect(new URL(page.url()).search).toBe('?status=failed')
    await page.getByLabel('Spec', { exact: true }).selectOption(SEARCH)
    const none = page.getByTestId('no-match')
    await expect(none).toContainText(`No run matches failed, ${SEARCH}.`)
    expect(new URL(page.url()).searchParams.get('spec')).toBe(SEARCH)
    await expectNoViolations(page)
    await none.getByRole('button', { name: 'Clear the filters' }).click()
    await expect(rows(page)).toHaveCount(2)
    expect(new URL(page.url()).search).toBe('')

    await page.getByLabel('Since').fill('2999-01-01')
    await expect(none).toContainText('since 2999-01-01')
    await page.getByLabel('Since').fill('')
    await page.getByLabel('Until').fill('2999-01-01')
    await page.getByLabel('Find in history').fill('audit')
    await expect(rows(page)).toHaveCount(1)

    // Kept under a name, also after a reload.
    await page.getByText('Saved filters').click()
    await page.getByLabel('Name for these filters').fill('Audits')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.goto(dashboard.url)
    await live(page)
    await expect(rows(page)).toHaveCount(2)
    await page.getByText('Saved filters (1)').click()
    await page.getByRole('button', { name: 'Rename Audits' }).click()
    await page.getByLabel('New name of Audits').fill('The audits')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'The audits', exact: true }).click()
    await expect(rows(page)).toHaveCount(1)
    expect(new URL(page.url()).searchParams.get('q')).toBe('audit')
    await page.getByRole('button', { name: 'Delete The audits' }).click()
    await expect(page.getByRole('button', { name: 'The audits', exact: true })).toHaveCount(0)

    // A step to a run and back shows the same runs.
    await rows(page).getByRole('link', { name: AUDIT }).click()
    await expect(page.getByTestId('batches-completed')).toHaveText('0/4')
    await page.goBack()
    await expect(rows(page)).toHaveCount(1)
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Fleet' }).click()
    await expect(rows(page)).toHaveCount(2)
  })

  test('[FLEET-4.4] of more than 100 runs has rows near the view alone', async ({ dashboard, page }) => {
    test.setTimeout(120_000)
    // It has no plan, so each run ends at once.
    const count = 110
    for (let n = 0; n < count; n += 10)
      await Promise.all(Array.from({ length: 10 }, () => dashboard.start('015-multi-currency')))
    const answer = () => dashboard.api('GET', '/api/runs')
    await expect
      .poll(async () => JSON.stringify((await answer()).body).split('"status":"failed"').length - 1)
      .toBe(count)
    await page.goto(dashboard.url)
    await live(page)
    await expect(page.getByRole('group', { name: 'Outcome' })).toContainText(`all ${count}`)
    await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', String(count + 1))
    await expect.poll(() => rows(page).count()).toBeLessThan(90)
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
    await expect(page.locator(`[aria-rowindex="${count + 1}"]`)).toBeInViewport()
    await expect(page.locator('[aria-rowindex="2"]')).toHaveCount(0)
    const last = page.locator(`[aria-rowindex="${count + 1}"]`).getByRole('link')
    await last.focus()
    await page.evaluate(() => window.scrollTo(0, 0))
    await expect(page.locator('[aria-rowindex="2"]')).toBeInViewport()
    await expect(last).toBeFocused()
    await expectNoViolations(page)
  })
})

test('[FLEET-5.1] a first visit says in three steps how a run appears', async ({ backend, dashboard, page }) => {
  await page.goto(dashboard.url)
  await live(page)
  const empty = page.getByTestId('empty')
  await expect(empty.getByRole('heading', { level: 2 })).toHaveText('No run yet')
  await expect(empty.getByRole('listitem')).toHaveCount(3)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await empty.getByRole('button', { name: 'Copy command' }).first().click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`BACKEND_URL=${backend.url} npm start`)
  await expectNoViolations(page)
  expect(await illegible(page, [320, 390, 768, 1440])).toEqual([])
  await empty.getByRole('button', { name: 'Start a run…' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await dashboard.start(SEARCH)
  await expect(empty).toHaveCount(0, { timeout: 20_000 })
})
