import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { PORTAL, RunPage } from './run-page'

test('[PAGE-13.4] counts stand in one line, and a row keeps its height when its container ends', async ({
  backend,
  page,
}) => {
  const engine = await FakeEngine.start()
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
  try {
    for (const id of ['db', 'ui']) backend.hold(id)
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await run.live()
    for (const id of ['db', 'ui']) await expect(run.card(id)).toHaveAttribute('data-status', 'running')
    const container = engine.run(runId, 'db')
    await expect(run.card('ui')).toHaveAttribute('data-verdict', 'ghost', { timeout: 30_000 })
    await expect(page.getByTestId('agreeing')).toHaveText('1 agrees, 1 differs, 1 not seen')
    const counts = page.locator('#counts')
    for (const width of [1280, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      const { height } = (await counts.boundingBox()) ?? { height: NaN }
      expect(height, `at ${width} px`).toBeLessThan(30)
    }
    await run.card('db').getByRole('button').first().click()
    await expect(page.getByTestId('batch-panel')).toBeVisible()
    const heights = async () => {
      const all: number[] = []
      for (const width of [1101, 1280, 1440]) {
        await page.setViewportSize({ width, height: 900 })
        all.push((await run.card('db').boundingBox())?.height ?? NaN)
      }
      return all
    }
    const before = await heights()
    engine.end(container, 137)
    await expect(run.card('db')).toContainText(/exited 137.* ago/)
    expect(await heights()).toEqual(before)
  } finally {
    await page.close()
    await dashboard.stop()
    await engine.close()
  }
})

test('[PAGE-2.4] a narrow page has the palette, whole fields, and targets that a finger can hit', async ({
  backend,
  dashboard,
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 640 })
  const run = await startHeld(backend, dashboard, page)
  await expect(page.getByRole('button', { name: 'Go to…' })).toBeVisible()
  for (const target of [page.getByRole('link', { name: 'Skip to log' }), run.card('db').getByRole('button').first()]) {
    const { height } = (await target.boundingBox()) ?? { height: NaN }
    expect(height).toBeGreaterThanOrEqual(24)
  }
  /** How much wider the text of an empty field is than its place. */
  const cut = (name: string) =>
    page.getByRole('searchbox', { name }).evaluate(field => {
      if (!(field instanceof HTMLInputElement)) return NaN
      const { fontSize, fontFamily, paddingLeft, paddingRight } = getComputedStyle(field)
      const context = document.createElement('canvas').getContext('2d')
      if (context === null) return NaN
      context.font = `${fontSize} ${fontFamily}`
      const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
      return context.measureText(field.placeholder).width - room
    })
  expect(await cut('Search the log')).toBeLessThanOrEqual(0)
  backend.release('db')
  await run.expectStatus('completed')
  await page.goto(dashboard.url)
  expect(await cut('Find in history')).toBeLessThanOrEqual(0)
  for (const name of ['Since', 'Until']) {
    const { width } = (await page.getByLabel(name, { exact: true }).boundingBox()) ?? { width: NaN }
    expect(width).toBeGreaterThan(150)
  }
})
