import { expect, test } from './fixtures'
import { RunPage } from './run-page'

/** The script files that an HTML refers to. */
const scriptsIn = (html: string): Set<string> => new Set(html.match(/\/_next\/static\/[^"?\\]+\.js/g))

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
    await expect(page.getByTestId('page-stale')).toContainText('No answer came at all.')
    await page.unroute(later)
    await run.live()
    await expect(page.getByTestId('page-stale')).toHaveCount(0)
  })
})
