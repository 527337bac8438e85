import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { BrowserContext, Page } from '@playwright/test'
import { makeToken } from '../lib/server/access/tokens'
import { Dashboard } from './dashboard'
import { expect, test as base } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const team = { ann: makeToken('ann', 'operator'), vic: makeToken('vic', 'viewer') }
type Name = keyof typeof team

/** A dashboard that requires a sign-in. */
const test = base.extend<{ tokensFile: string; dashboard: Dashboard }>({
  tokensFile: async ({ folder }, use) => {
    const file = join(folder, 'tokens')
    await writeFile(file, `${team.ann.line}\n${team.vic.line}\n`)
    await use(file)
  },
  dashboard: async ({ backend, folder, tokensFile }, use) => {
    const access = { TOKENS_FILE: tokensFile, DATA_DIR: join(folder, 'data') }
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, ...access })
    await use(dashboard)
    await dashboard.stop()
  },
})

async function signIn(page: Page, name: Name): Promise<void> {
  await page.getByLabel('Token').fill(team[name].secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const bearer = (name: Name) => ({ authorization: `Bearer ${team[name].secret}` })

/** Calls the HTTP interface as this person; returns the status. */
async function call(dashboard: Dashboard, name: Name, method: string, path: string, body?: object): Promise<number> {
  const response = await fetch(dashboard.url + path, {
    method,
    headers: { ...bearer(name), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return response.status
}

const start = (dashboard: Dashboard, name: Name, runId: string) =>
  call(dashboard, name, 'POST', '/api/runs', { spec: PORTAL, runId })

async function secondTab(context: BrowserContext, url: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(url)
  return tab
}

const live = (page: Page) => expect(page.locator('[data-sync="live"]').first()).toBeAttached({ timeout: 15_000 })

// A browser reports every page and request that is refused or not found.
test.use({ expectedErrors: [/status of 40[134]/] })

test('[SAFE-3.11] [SAFE-3.38] whoever follows a link signs in first, and arrives where it led, live', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  expect(await start(dashboard, 'ann', 'run-1')).toBe(201)
  const run = await new RunPage(page, dashboard, 'run-1').open()
  await expect(page).toHaveURL(`${dashboard.url}/sign-in?next=%2Fruns%2Frun-1`)
  await expect(page.getByLabel('Token')).toBeFocused()

  await page.getByLabel('Token').fill('gt_not-a-token')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('Not signed in.')).toBeVisible()
  await signIn(page, 'ann')

  await expect(page).toHaveURL(`${dashboard.url}/runs/run-1`)
  await run.live()
  await expect(page.getByTestId('who')).toHaveText(/ann, operator/)
  await expect(page.getByRole('button', { name: 'Stop run…' })).toBeVisible()
  backend.release('setup')
  await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
  const log = await fetch(`${dashboard.url}/api/runs/run-1/logs`, { headers: bearer('vic') })
  expect(await log.text()).toContain('Started from the dashboard by ann.')
})

test('[SAFE-3] [SAFE-3.14] [SAFE-3.40] a viewer sees everything, is offered nothing else, and is refused it', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  await start(dashboard, 'ann', 'run-1')
  await page.goto(dashboard.url)
  await signIn(page, 'vic')
  await expect(page.getByTestId('who')).toHaveText(/vic, viewer/)
  await live(page)
  await page.getByRole('link', { name: PORTAL }).first().click()
  await expect(page.getByTestId('run-status')).toHaveAttribute('data-status', 'running', { timeout: 15_000 })
  await live(page)
  await page.goto(`${dashboard.url}/runs/run-unknown`)
  await expect(page.getByRole('heading', { name: 'This run is not followed here' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  for (const path of ['/', '/runs/run-1', '/runs/run-unknown', '/containers']) {
    await page.goto(dashboard.url + path)
    await expect(page.getByTestId('who')).toBeVisible()
    await expect(page.getByRole('button', { name: /start|stop|follow (a|this|again)/i })).toHaveCount(0)
  }
  expect(await start(dashboard, 'vic', 'run-2')).toBe(403)
  expect(await call(dashboard, 'vic', 'POST', '/api/runs/run-1/stop')).toBe(403)
  // Sends the request as the person's own page would, with its cookie.
  const status = await page.evaluate(async () => (await fetch('/api/runs/run-1/stop', { method: 'POST' })).status)
  expect(status).toBe(403)
  expect(dashboard.log.match(/"audit":true,"who":"vic".*"action":"stop run","outcome":"refused"/g)).toHaveLength(2)
})

test('[SAFE-3.8] [SAFE-3.43] signing out in one tab signs out the other; elsewhere one stays', async ({
  browser,
  context,
  dashboard,
  page,
}) => {
  await page.goto(dashboard.url)
  await signIn(page, 'vic')
  await live(page)
  const other = await secondTab(context, `${dashboard.url}/containers`)
  await live(other)
  const elsewhere = await (await browser.newContext()).newPage()
  await elsewhere.goto(dashboard.url)
  await signIn(elsewhere, 'vic')
  await live(elsewhere)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/sign-in`)
  await expect(other).toHaveURL(`${dashboard.url}/sign-in?next=%2Fcontainers`, { timeout: 10_000 })
  await expect(elsewhere.getByTestId('page-sync')).toHaveAttribute('data-sync', 'live')
  await elsewhere.context().close()
})

test('[SAFE-3.29] who has signed out stays so past a restart, also for copies of the cookie', async ({
  context,
  dashboard,
  page,
}) => {
  await page.goto(dashboard.url)
  await signIn(page, 'vic')
  await live(page)
  const copy = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const asked = async () => (await fetch(`${dashboard.url}/api/runs`, { headers: { cookie: copy } })).status
  expect(await asked()).toBe(200)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/sign-in`)
  expect(await asked()).toBe(401)
  // The page may still be loading its icon.
  await page.close()
  await dashboard.kill()
  await dashboard.restart()
  expect(await asked()).toBe(401)
})

test('[SAFE-3.7] [SAFE-3.31] [SAFE-3.43] a token that is taken out of the file signs its holder out', async ({
  dashboard,
  page,
  tokensFile,
}) => {
  await page.goto(dashboard.url)
  await signIn(page, 'vic')
  await live(page)
  await writeFile(tokensFile, (await readFile(tokensFile, 'utf8')).replace(`${team.vic.line}\n`, ''))
  await expect(page).toHaveURL(`${dashboard.url}/sign-in`, { timeout: 10_000 })
  await signIn(page, 'vic')
  await expect(page.getByText('Not signed in.')).toBeVisible()
  expect(await call(dashboard, 'vic', 'GET', '/api/runs')).toBe(401)
  expect(await call(dashboard, 'ann', 'GET', '/api/runs')).toBe(200)
})

test('[SAFE-3.39] [SAFE-3.40] whose role is changed is offered more, or less, on the page that is open', async ({
  backend,
  dashboard,
  page,
  tokensFile,
}) => {
  backend.hold('setup')
  await start(dashboard, 'ann', 'run-1')
  await page.goto(`${dashboard.url}/runs/run-1`)
  await signIn(page, 'vic')
  await live(page)
  await page.evaluate(() => Reflect.set(window, 'isSamePage', true))
  const stop = page.getByRole('button', { name: 'Stop run…' })
  await expect(stop).toHaveCount(0)
  const viewer = await readFile(tokensFile, 'utf8')
  await writeFile(tokensFile, viewer.replace('vic viewer', 'vic operator'))
  await expect(stop).toBeVisible({ timeout: 10_000 })
  await expect(page.getByTestId('who')).toHaveText(/vic, operator/)
  await writeFile(tokensFile, viewer)
  await expect(stop).toHaveCount(0, { timeout: 10_000 })
  await expect(page.getByTestId('who')).toHaveText(/vic, viewer/)
  expect(await page.evaluate(() => Reflect.get(window, 'isSamePage') as unknown)).toBe(true)
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('[SAFE-3] one signs in and out, and sees the numbers', async ({ backend, dashboard, page }) => {
    backend.hold('setup')
    await start(dashboard, 'ann', 'run-1')
    await page.goto(`${dashboard.url}/runs/run-1`)
    await signIn(page, 'vic')
    await expect(page.getByTestId('batches-completed')).toHaveText('0/14')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page).toHaveURL(`${dashboard.url}/sign-in`)
  })
})

test.describe('a script that is not the page’s own', () => {
  test.use({ expectedErrors: [/violates the following Content Security Policy/] })

  test('[SAFE-2.25] is not run, as it does not bear the nonce of that one answer', async ({ dashboard, page }) => {
    const nonces: string[] = []
    for (let n = 0; n < 2; n++) {
      const response = await page.goto(dashboard.url)
      nonces.push(/'nonce-([^']+)'/.exec((await response?.headerValue('content-security-policy')) ?? '')?.[1] ?? '')
      expect(await response?.text()).toContain(`nonce="${nonces[n]}"`)
    }
    expect(nonces[0]).not.toBe(nonces[1])

    const blocked = page.waitForEvent('console', message => /Content Security Policy/.test(message.text()))
    await page.evaluate(() => {
      const image = document.createElement('img')
      image.setAttribute('onerror', 'document.title = "run"')
      image.src = '/sign-in'
      document.body.append(image)
    })
    await blocked
    await expect(page).not.toHaveTitle('run')
  })
})

for (const scheme of ['light', 'dark'] as const) {
  test(`the sign-in page is readable, and has the chosen theme from its first paint: ${scheme}`, async ({
    browser,
    dashboard,
  }) => {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 390, height: 800 } })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('console', message => message.type() === 'error' && errors.push(message.text()))
    await page.addInitScript(() => {
      // The theme must be set before the body begins, otherwise the page is first painted in another theme.
      new MutationObserver((_, observer) => {
        if (document.querySelector('body') === null) return
        observer.disconnect()
        Reflect.set(window, 'themeAtFirst', document.documentElement.dataset['theme'])
      }).observe(document, { subtree: true, childList: true })
    })
    await page.goto(dashboard.url)
    await expect(page.locator('html')).toHaveAttribute('data-theme', scheme)
    expect(await page.evaluate(() => Reflect.get(window, 'themeAtFirst') as unknown)).toBe(scheme)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)

    await signIn(page, 'ann')
    await live(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.getByTestId('theme').click()
    const other = await page.locator('html').getAttribute('data-theme')
    await page.reload()
    expect(await page.evaluate(() => Reflect.get(window, 'themeAtFirst') as unknown)).toBe(other)
    expect(errors).toEqual([])
    await context.close()
  })
}
