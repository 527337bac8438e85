import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzippedSize, scriptsIn } from '../bench/page-scripts'
import { expect, test } from './fixtures'
import { RunPage } from './run-page'

const build = fileURLToPath(new URL('../.next/', import.meta.url))

test('[PAGE-4.1] the HTML of a run’s page refers to at most 180 kB of script', async ({ dashboard }) => {
  const runId = await dashboard.start('001-todo')
  const scripts = scriptsIn(await (await fetch(`${dashboard.url}/runs/${runId}`)).text())
  const sizes = await Promise.all(
    Array.from(scripts, async path => gzippedSize(await readFile(path.replace('/_next/', build)))),
  )
  expect(sizes.length).toBeGreaterThan(5)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(180_000)
})

test.describe('a page whose later script can’t be loaded', () => {
  test.use({ expectedErrors: [/Failed to load resource/] })

  test('[SYNC-8.4] shows its numbers, says that it has no connection, and is live once it can', async ({
    page,
    dashboard,
  }) => {
    const runId = await dashboard.start('001-todo')
    const first = scriptsIn(await (await fetch(`${dashboard.url}/runs/${runId}`)).text())
    const later = ({ pathname }: URL) => pathname === '/readyz' || (pathname.endsWith('.js') && !first.has(pathname))
    await page.route(later, route => route.abort())
    const run = await new RunPage(page, dashboard, runId).open()
    await expect(run.completed).toHaveText(/^\d+\//)
    await expect(page.getByTestId('page-stale')).toContainText('No answer came at all.', { timeout: 30_000 })
    await page.unroute(later)
    await run.live()
    await expect(page.getByTestId('page-stale')).toHaveCount(0)
  })
})
