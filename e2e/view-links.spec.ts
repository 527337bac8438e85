import { expect, test } from './fixtures'
import { startHeld } from './held-run'

test('[PAGE-5.8] without scripts the tabs keep the past, the open batch and the filter', async ({
  backend,
  dashboard,
  browser,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  await page.getByRole('slider', { name: 'Moment' }).press('ArrowLeft')
  await expect(page.getByRole('main')).toHaveAttribute('data-at', /^20/)
  const at = (await page.getByRole('main').getAttribute('data-at')) ?? ''
  const tabs = ['Table', 'Timeline', 'Graph'].map(name => page.getByRole('tab', { name }))
  for (const tab of tabs) await expect(tab).toHaveAttribute('href', new RegExp(encodeURIComponent(at)))
  await run.card('setup').getByRole('button', { name: 'Project Setup' }).click()
  for (const tab of tabs) await expect(tab).toHaveAttribute('href', /batch=setup/)

  const context = await browser.newContext({ javaScriptEnabled: false })
  const plain = await context.newPage()
  await plain.goto(`${page.url()}&state=completed`)
  const main = plain.getByRole('main')
  await expect(main).toHaveAttribute('data-at', at)
  for (const [name, view] of [
    ['Graph', 'graph'],
    ['Timeline', 'timeline'],
    ['Table', null],
  ] as const) {
    await plain.getByRole('tab', { name }).click()
    await expect(plain.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true')
    const { searchParams } = new URL(plain.url())
    expect(searchParams.get('view')).toBe(view)
    expect(searchParams.get('batch')).toBe('setup')
    expect(searchParams.get('state')).toBe('completed')
    await expect(main).toHaveAttribute('data-at', at)
  }
  await context.close()
})
