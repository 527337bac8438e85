import type { Page } from '@playwright/test'
import { HostileProxy, type Manners } from '../lib/testing/client/hostile-proxy'
import type { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL } from './run-page'

const proxies: HostileProxy[] = []
// The browser reports every upgrade and poll that the proxy refuses.
test.use({ expectedErrors: [/WebSocket connection to .* failed|status of 502/] })
test.afterEach(async ({ page }) => {
  await page.close()
  for (const proxy of proxies.splice(0)) await proxy.close()
})

async function through(dashboard: Dashboard, manners: Partial<Manners>): Promise<HostileProxy> {
  const proxy = await HostileProxy.before(dashboard.url, manners)
  proxies.push(proxy)
  return proxy
}

/** From now on counts how often the page changes from live to another state. */
async function countLosses(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const sync = () => document.querySelector('[data-testid="page-sync"]')?.getAttribute('data-sync')
    let was = sync()
    Reflect.set(window, 'losses', 0)
    new MutationObserver(() => {
      const is = sync()
      if (was === 'live' && is !== 'live') Reflect.set(window, 'losses', Number(Reflect.get(window, 'losses')) + 1)
      was = is
    }).observe(document, { subtree: true, attributes: true, childList: true })
  })
  return () => page.evaluate(() => Number(Reflect.get(window, 'losses')))
}

const kinds: [string, Partial<Manners>][] = [
  ['swallows the upgrade to WebSocket', { upgrade: 'swallow' }],
  ['answers 101 and carries nothing', { upgrade: 'mute' }],
  ['answers 403 to the upgrade', { upgrade: 403 }],
  ['swallows the upgrade, and ends requests after 7 s', { upgrade: 'swallow', requestMs: 7_000 }],
]
for (const [kind, manners] of kinds) {
  test(`[SYNC-11.7] [SYNC-11.8] behind a proxy that ${kind}, a page is live by long polling, and stays so`, async ({
    backend,
    dashboard,
    page,
  }) => {
    test.setTimeout(90_000)
    backend.hold('setup')
    const runId = await dashboard.start(PORTAL)
    const proxy = await through(dashboard, manners)
    await page.goto(`${proxy.url}/runs/${runId}`)
    const log = page.getByTestId('log-lines')
    // Nothing is read yet: the page must not claim that the log is empty.
    if (manners.upgrade !== 403) await expect(log).toContainText('Reading the log…')
    await expect(page.getByText('0 lines')).toHaveCount(0)
    const sync = page.getByTestId('page-sync')
    await expect(sync).toHaveAttribute('data-sync', 'live', { timeout: 10_000 })
    await expect(sync).toHaveAttribute('data-transport', 'polling')
    await expect(page.getByTestId('page-stale')).toHaveCount(0)
    await expect(log).toContainText('setup')

    const losses = await countLosses(page)
    backend.release('setup')
    await expect(page.getByTestId('batches-completed')).toHaveText('14/14', { timeout: 30_000 })
    await expect(page.getByTestId('run-status')).toHaveAttribute('data-status', 'completed')
    // Waits longer than the proxy's time limit for a request, and longer than the wait before the first probe.
    const polls = proxy.polls.length
    await expect.poll(() => proxy.polls.length, { timeout: 30_000 }).toBeGreaterThan(polls + 3)
    await expect(sync).toHaveAttribute('data-sync', 'live')
    expect(await losses()).toBe(0)
    expect(Math.max(...proxy.polls)).toBeLessThan(7_000)
  })
}

test('[SYNC-11.5] [SYNC-11.7] a page goes back to WebSocket when the proxy lets it through, and loses no line', async ({
  backend,
  dashboard,
  page,
}) => {
  test.setTimeout(120_000)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const proxy = await through(dashboard, { upgrade: 'swallow' })
  await page.goto(`${proxy.url}/runs/${runId}`)
  const sync = page.getByTestId('page-sync')
  await expect(sync).toHaveAttribute('data-transport', 'polling', { timeout: 15_000 })
  proxy.manners = { upgrade: 'pass', poll: 'pass' }
  await expect(sync).toHaveAttribute('data-transport', 'websocket', { timeout: 40_000 })
  await expect(sync).toHaveAttribute('data-sync', 'live')
  backend.release('setup')
  await expect(page.getByTestId('batches-completed')).toHaveText('14/14', { timeout: 30_000 })
  await expect(page.getByTestId('log-gap')).toHaveCount(0)
  await expect(page.getByTestId('page-stale')).toHaveCount(0)
})

test('[SYNC-11.6] [SYNC-12.1] [SYNC-12.2] behind a proxy that lets neither through, a page says why, and nothing unread looks empty', async ({
  backend,
  dashboard,
  page,
}) => {
  test.setTimeout(90_000)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const proxy = await through(dashboard, { upgrade: 'swallow', poll: 502 })
  await page.goto(`${proxy.url}/runs/${runId}`)
  const banner = page.getByTestId('page-stale')
  await expect(banner).toContainText('can’t connect to its server', { timeout: 20_000 })
  await expect(banner).toContainText('HTTP 502', { timeout: 20_000 })
  const log = page.getByTestId('log-lines')
  await expect(log).toContainText('The log was not read')
  await expect(page.getByText('not read,')).toBeVisible()
  await expect(log).not.toContainText('No line')
  await expect(page.getByText('0 lines')).toHaveCount(0)

  proxy.manners = { upgrade: 'swallow', poll: 'pass' }
  await expect(banner).toHaveCount(0, { timeout: 30_000 })
  await expect(log).toContainText('setup')
  backend.release('setup')
})

test('[SYNC-4] a change is on a page that polls as soon as one poll takes', async ({ backend, dashboard, page }) => {
  test.setTimeout(90_000)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const proxy = await through(dashboard, { upgrade: 403 })
  await page.goto(`${proxy.url}/runs/${runId}`)
  await expect(page.getByTestId('page-sync')).toHaveAttribute('data-transport', 'polling', { timeout: 15_000 })
  await expect(page.getByTestId('page-sync')).toHaveAttribute('data-sync', 'live')
  const took: number[] = []
  for (let n = 1; n <= 50; n += 1) {
    const timestamp = new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    const status = { type: 'batch_status', message: '', status: 'completed', batch_id: `probe-${n}` }
    const shown = page.waitForFunction(
      n => document.querySelector('[data-testid="batches-completed"]')?.textContent.startsWith(`${n}/`),
      n,
      { polling: 10 },
    )
    const sent = Date.now()
    backend.sendRaw(runId, JSON.stringify({ ...status, timestamp }))
    await shown
    took.push(Date.now() - sent)
  }
  took.sort((a, b) => a - b)
  const report = `by long polling, 50 updates: median ${took[25]} ms, worst ${took[49]} ms`
  console.log(report)
  test.info().annotations.push({ type: 'latency', description: report })
  expect(took).toHaveLength(50)
})
