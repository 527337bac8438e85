import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeToken } from '../lib/server/access/tokens'
import { copyProject } from '../lib/reference-backend/copy-project'
import { startReferenceBackend, type ReferenceBackend } from '../lib/reference-backend/server'
import { Dashboard } from './dashboard'
import { expect, test as base } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'

/** A dashboard of two sites: `ann` is the fixture's own backend, `bob` a second one with a project of its own. */
const test = base.extend<{ bob: ReferenceBackend; dashboard: Dashboard }>({
  bob: async ({ folder, project }, use) => {
    const copy = join(folder, 'bob')
    await copyProject(project, copy, '')
    const backend = await startReferenceBackend({ project: copy, generation: 'B', speed: 100, docker: 'off' })
    await use(backend)
    await backend.close()
  },
  dashboard: async ({ backend, bob, context }, use, info) => {
    const dashboard = await Dashboard.launch({ BACKEND_URLS: `ann=${backend.url},bob=${bob.url}` })
    await use(dashboard)
    for (const page of context.pages()) await page.close()
    await dashboard.stop()
    if (info.status !== info.expectedStatus) {
      await info.attach('dashboard.log', { body: dashboard.log, contentType: 'text/plain' })
    }
  },
})

const rowOf = (site: string) => `[data-testid="fleet-run"][data-site="${site}"]`

test('[SITE-7.1] [SITE-7.2] the fleet shows the runs of all sites, and a run of one id at two of them is two runs', async ({
  backend,
  bob,
  dashboard,
  page,
}) => {
  for (const id of ['db', 'ui']) backend.hold(id)
  bob.hold('setup')
  for (const site of ['ann', 'bob']) await dashboard.start(PORTAL, { runId: 'nightly', site })
  await page.goto(dashboard.url)
  await expect(page).toHaveTitle('Fleet, 2 live')
  const rows = { ann: page.locator(rowOf('ann')), bob: page.locator(rowOf('bob')) }
  await expect(rows.ann.getByTestId('batches-completed')).toContainText('1')
  await expect(rows.bob.getByTestId('batches-completed')).toContainText('0')
  await expect(rows.ann.getByTestId('site-tag')).toHaveText('ann')
  await expectNoViolations(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoViolations(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: 1440, height: 900 })

  // The id alone means two runs; each has an address of its own, and its own numbers.
  await page.goto(`${dashboard.url}/runs/nightly?batch=setup`)
  await page.getByTestId('run-choice').getByRole('link', { name: 'The one at bob' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/sites/bob/runs/nightly?batch=setup`)
  const run = new RunPage(page, dashboard, 'nightly')
  await run.live()
  await expect(run.completed).toHaveText('0/14')
  await page.goto(`${dashboard.url}/sites/ann/runs/nightly`)
  await run.live()
  await expect(run.completed).toHaveText('1/14')

  // The page of a run shows what its own site does.
  bob.release('setup')
  for (const id of ['db', 'ui']) backend.release(id)
  await run.expectStatus('completed')
  await expect(run.completed).toHaveText('14/14')
  await page.goto(dashboard.url)
  for (const row of Object.values(rows))
    await expect(row).toHaveAttribute('data-status', 'completed', { timeout: 30_000 })
  await page.getByLabel('Site').selectOption('bob')
  await expect(page).toHaveURL(/site=bob/)
  await expect(rows.ann).toHaveCount(0)
  await expect(rows.bob).toHaveCount(1)
})

test('[SITE-7.1] the id of a run that one site has leads to its page', async ({ dashboard, page }) => {
  const runId = await dashboard.start('011-audit-log', { site: 'bob' })
  await page.goto(`${dashboard.url}/runs/${runId}?view=graph`)
  await expect(page).toHaveURL(`${dashboard.url}/sites/bob/runs/${runId}?view=graph`)
  const run = new RunPage(page, dashboard, runId)
  await run.live()
  await run.expectStatus('completed')
  // The way back: to the spec of that site, and to all its runs.
  await page.getByRole('link', { name: 'All runs of this spec' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/sites/bob/specs/011-audit-log`)
  await expect(page.getByRole('heading', { name: '011-audit-log' })).toBeVisible()
})

test('[SITE-7.3] a site that falls silent greys its own runs, and nobody else’s', async ({
  backend,
  bob,
  dashboard,
  page,
}) => {
  for (const each of [backend, bob]) each.hold('setup')
  for (const site of ['ann', 'bob']) await dashboard.start(PORTAL, { site })
  await page.goto(dashboard.url)
  await expect(page).toHaveTitle('Fleet, 2 live')
  await bob.kill()
  await expect(page.locator(rowOf('bob'))).toHaveAttribute('data-old', 'true', { timeout: 30_000 })
  await expect(page.getByTestId('backend-lost')).toHaveCount(1)
  await expect(page.getByTestId('backend-lost')).toContainText('Backend of bob')
  await expect(page.locator(rowOf('ann'))).not.toHaveAttribute('data-old')
  backend.release('setup')
  await expect(page.locator(rowOf('ann'))).toHaveAttribute('data-status', 'completed', { timeout: 30_000 })
  await expect(page.locator(rowOf('bob'))).toHaveAttribute('data-old', 'true')
  // Trying again is for that site, too.
  await page.getByTestId('ask-now').getByRole('button', { name: 'Try now' }).click()
  await expect(page.getByTestId('ask-now')).toContainText('Tried: still no answer.')
})

test('[SITE-7.4] a run is started at the site that the reader chooses', async ({ bob, dashboard, page }) => {
  bob.hold('setup')
  await page.goto(dashboard.url)
  await page.getByRole('button', { name: 'Start a run…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Start' })).toBeDisabled()
  await dialog.getByTestId('site-choice').selectOption('bob')
  await dialog.getByLabel(PORTAL).check()
  await expect(dialog.getByTestId('start-outlook')).toContainText('14')
  await expectNoViolations(page)
  await dialog.getByRole('button', { name: 'Start' }).click()
  await expect(page).toHaveURL(/\/sites\/bob\/runs\//)
  // From there another start has the site already.
  await page.getByRole('button', { name: 'Go to…' }).click()
  await page.getByRole('combobox').fill('Start a run')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('site-choice')).toHaveValue('bob')
})

test('[SITE-7.5] containers and specs are listed site by site', async ({ dashboard, page }) => {
  await dashboard.start('011-audit-log', { site: 'bob' })
  await page.goto(`${dashboard.url}/specs`)
  for (const site of ['ann', 'bob']) {
    const part = page.locator(`[data-testid="site-specs"][data-site="${site}"]`)
    await expect(part.getByRole('link', { name: '011-audit-log' })).toHaveAttribute(
      'href',
      `/sites/${site}/specs/011-audit-log`,
    )
  }
  await expectNoViolations(page)
  await page.goto(`${dashboard.url}/containers`)
  await expect(page.getByTestId('site-containers').locator('h2')).toHaveText(['ann', 'bob'])
  await expect(page.getByTestId('empty').first()).toContainText('DOCKER_HOSTS')
  await expectNoViolations(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectNoViolations(page)
})

test.describe('with a token for one site', () => {
  const team = { all: makeToken('ann', 'operator'), one: makeToken('vic', 'viewer') }

  // A browser reports every page and request that is refused or not found.
  test.use({ expectedErrors: [/status of 40[134]/] })

  test('[SITE-6.1] a person sees that site alone', async ({ backend, bob, folder, page }) => {
    const tokens = join(folder, 'tokens')
    await writeFile(tokens, `${team.all.line}\n${team.one.line} bob\n`)
    const urls = `ann=${backend.url},bob=${bob.url}`
    const dashboard = await Dashboard.launch({ BACKEND_URLS: urls, TOKENS_FILE: tokens })
    try {
      const start = (site: string) =>
        fetch(`${dashboard.url}/api/runs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${team.all.secret}`, 'content-type': 'application/json' },
          body: JSON.stringify({ spec: '011-audit-log', runId: `at-${site}`, site }),
        })
      for (const site of ['ann', 'bob']) expect((await start(site)).status).toBe(201)
      await page.goto(dashboard.url)
      await page.getByLabel('Token').fill(team.one.secret)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page.locator(rowOf('bob'))).toHaveCount(1)
      await expect(page.locator(rowOf('ann'))).toHaveCount(0)
      await page.goto(`${dashboard.url}/sites/ann/runs/at-ann`)
      await expect(page.getByRole('heading', { name: 'This run is not followed here' })).toBeVisible()
      await page.goto(`${dashboard.url}/runs/at-ann`)
      await expect(page.getByRole('heading', { name: 'This run is not followed here' })).toBeVisible()
    } finally {
      await page.close()
      await dashboard.stop()
    }
  })
})
