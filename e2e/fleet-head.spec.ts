import { expect, test } from './fixtures'
import { PORTAL } from './run-page'

const SEARCH = '012-search-relevance'

test('[FLEET-1.10] [FLEET-3.4] the steps of a need stand in a row, and numbers of a lost backend are marked', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.failBatch('corpus', { exitCode: 3 })
  const failed = await dashboard.start(SEARCH)
  await expect.poll(async () => (await dashboard.snapshot(failed)).status, { timeout: 20_000 }).toBe('failed')
  backend.hold('setup')
  await dashboard.start(PORTAL)
  await page.goto(dashboard.url)
  const need = page.getByTestId('need').first()
  for (const width of [1200, 1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 })
    const tops = await need
      .getByRole('button', { name: /^(Settle|Start again)…$/ })
      .or(need.getByRole('link', { name: 'Open run', exact: true }))
      .evaluateAll(steps => steps.map(step => Math.round(step.getBoundingClientRect().top)))
    expect(tops).toHaveLength(3)
    expect(new Set(tops).size, `rows of buttons at ${width} px`).toBe(1)
  }
  const head = page.getByRole('region', { name: 'Fleet', exact: true })
  await expect(head.getByText('live run', { exact: true })).toBeVisible()
  await expect(head).not.toContainText('last known')
  const { height, width } = (await head.boundingBox()) ?? { height: NaN, width: NaN }
  const places = () => head.locator('dd').evaluateAll(all => all.map(each => each.getBoundingClientRect().left))
  const before = await places()
  await backend.kill()
  await expect(page.getByTestId('backend-lost')).toBeVisible({ timeout: 20_000 })
  await expect(head.locator('dl').getByText('last known')).toHaveCount(3)
  expect(await head.boundingBox()).toMatchObject({ height, width })
  expect((await places())[0]).toBe(before[0])
  await page.goto(`${dashboard.url}/specs`)
  const specs = page.getByRole('region', { name: 'Specs', exact: true })
  await expect(specs.locator('dt').filter({ hasText: /^specs?/ })).toContainText('last known')
})
