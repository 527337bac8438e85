import type { Page } from '@playwright/test'
import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { PORTAL, RunPage } from './run-page'

/** How the claim and the evidence of a segment are painted, by status or verdict. */
async function painted(page: Page): Promise<Map<string, string>> {
  const all = await page.locator('section[aria-label="Run"] [data-docker] > span').evaluateAll(segments =>
    segments.flatMap(segment => {
      const of = (part: string) => {
        const { backgroundImage, backgroundColor } = getComputedStyle(segment, part)
        return `${backgroundImage} on ${backgroundColor}`
      }
      return [
        [segment.getAttribute('data-status') ?? '', of('::before')],
        [`${segment.getAttribute('data-verdict')}${segment.hasAttribute('data-seen') ? ', seen' : ''}`, of('::after')],
      ] as [string, string][]
    }),
  )
  return new Map(all)
}

/** How often each look stands in a list of looks of which each should be another. */
const repeated = (looks: readonly (string | undefined)[]) =>
  looks.filter((look, place) => look === undefined || looks.indexOf(look) !== place)

const style = (page: Page, selector: string, property: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)

test.use({ forcedColors: 'active', reducedMotion: 'reduce' })

test('[PAGE-19.1] in forced colours each status of the bar has a texture of its own', async ({ backend, page }) => {
  const engine = await FakeEngine.start()
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: 'on', DOCKER_HOST: engine.host })
  try {
    backend.hold('db')
    backend.hold('ui')
    const runId = await dashboard.start(PORTAL)
    const run = await new RunPage(page, dashboard, runId).open()
    await run.live()
    for (const id of ['db', 'ui']) await expect(run.card(id)).toHaveAttribute('data-status', 'running')
    engine.run(runId, 'db')
    await expect(run.card('db')).toHaveAttribute('data-verdict', 'agrees')
    await expect(run.card('ui')).toHaveAttribute('data-verdict', 'ghost', { timeout: 30_000 })
    const during = await painted(page)
    // What Docker shows is in the bar, and what it does not show is another texture.
    expect(repeated(['agrees, seen', 'agrees', 'ghost'].map(verdict => during.get(verdict)))).toEqual([])
    const ghost = page.getByTestId('finding').locator('[data-verdict="ghost"]')
    const [ink, ground] = await ghost
      .locator('svg')
      .evaluate(svg => [getComputedStyle(svg).color, getComputedStyle(svg.parentElement ?? svg).backgroundColor])
    expect(ink).not.toBe(ground)

    backend.failBatch('db', { exitCode: 3 })
    backend.release('db')
    await run.expectStatus('failed')
    const after = await painted(page)
    const looks = [
      ...['completed', 'pending', 'failed', 'aborted'].map(status => after.get(status)),
      during.get('running'),
    ]
    expect(repeated(looks)).toEqual([])
  } finally {
    await page.close()
    await dashboard.stop()
    await engine.close()
  }
})

test('[PAGE-19.2] in forced colours what is pressed, and the page that is open, differ from the rest', async ({
  backend,
  dashboard,
  page,
}) => {
  await startHeld(backend, dashboard, page)
  await page.keyboard.press('j')
  const log = '[aria-label="Whose log"] button'
  const pressed = await style(page, `${log}[aria-pressed="true"]`, 'background-color')
  expect(pressed).not.toBe(await style(page, `${log}[aria-pressed="false"]`, 'background-color'))
  await page.getByRole('group', { name: 'Whose log' }).getByRole('button', { name: 'Run' }).click()
  for (const name of ['out', 'Following']) {
    const button = page.locator('#log').getByRole('button', { name, exact: true })
    await expect(button).toHaveCSS('background-color', pressed)
    await button.click()
  }
  await expect(page.locator('#log').getByRole('button', { name: 'Follow', exact: true })).not.toHaveCSS(
    'background-color',
    pressed,
  )
  await page.goto(`${dashboard.url}/specs`)
  const current = await style(page, 'nav a[aria-current]', 'border-bottom-color')
  expect(current).not.toBe(await style(page, 'nav a:not([aria-current])', 'border-bottom-color'))
})
