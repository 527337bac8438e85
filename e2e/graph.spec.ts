import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { largePlan } from '../lib/testing/run/plans'
import { expect, test, type Dashboard } from './fixtures'
import { illegible } from './legible'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'

const graphOf = (page: Page) => page.getByRole('list', { name: 'Graph of batches' })
const nodeOf = (page: Page, id: string) => page.locator(`[data-testid="graph-node"][data-batch-id="${id}"]`)

async function openGraph(page: Page, dashboard: Dashboard, runId: string, query = ''): Promise<RunPage> {
  const run = new RunPage(page, dashboard, runId)
  await page.goto(`${dashboard.url}/runs/${runId}?view=graph${query}`)
  await run.live()
  await expect(graphOf(page)).toBeVisible()
  return run
}

/** The nodes and lines that the page shows. */
const shownIn = (page: Page) =>
  page.evaluate(() => {
    const all = (testid: string) => [
      ...document.querySelectorAll<SVGElement | HTMLElement>(`[data-testid="${testid}"]`),
    ]
    return {
      nodes: all('graph-node')
        .map(({ dataset }) => [dataset['batchId'], dataset['status']].join(' '))
        .sort(),
      cards: all('batch-card')
        .map(({ dataset }) => [dataset['batchId'], dataset['status'], dataset['verdict']].join(' '))
        .sort(),
      edges: all('graph-edge')
        .map(({ dataset }) => [dataset['from'], dataset['to']].join(' '))
        .sort(),
    }
  })

/** The same by the server's snapshot. */
async function toldBy(dashboard: Dashboard, runId: string) {
  const { batches } = await dashboard.snapshot(runId)
  return {
    nodes: batches.map(({ id, status }) => [id, status].join(' ')).sort(),
    cards: batches.map(({ id, status, verdict }) => [id, status, verdict].join(' ')).sort(),
    edges: batches.flatMap(({ id, dependsOn }) => [...new Set(dependsOn)].map(need => [need, id].join(' '))).sort(),
  }
}

const expectSame = (page: Page, dashboard: Dashboard, runId: string) =>
  expect(async () => expect(await shownIn(page)).toEqual(await toldBy(dashboard, runId))).toPass({ timeout: 20_000 })

/** Where each node is beside the first one, in widths of a node: what the page says once a run is over leaves the graph less height. */
const placesIn = (page: Page) =>
  page.getByTestId('graph-node').evaluateAll(nodes => {
    const first = nodes[0]?.getBoundingClientRect()
    return nodes.map(node => {
      const { x, y, width, height } = node.getBoundingClientRect()
      const sizes = [x - (first?.x ?? 0), y - (first?.y ?? 0), height].map(size => (size / width).toFixed(2))
      return [node.getAttribute('data-batch-id'), ...sizes]
    })
  })

/** A project's spec of many batches, of which only the first can begin. */
async function addManyBatches(folder: string, count: number): Promise<string> {
  const specs = join(folder, 'project', '.specs')
  const spec = '099-many'
  await cp(join(specs, '011-audit-log'), join(specs, spec), { recursive: true })
  const batches = largePlan(count).map(
    ({ id, dependsOn }, n) => `  - id: ${id}
    name: Part ${n} of Many
    task_ids: []
    depends_on: [${(n > 0 && dependsOn.length === 0 ? ['b0'] : dependsOn).join(', ')}]
    model_assignment: { default: claude-haiku, overrides: {} }
    execution_strategy: sequential
    estimated_cost: 0.01
    estimated_time: 1m
    reasoning: One of many
    status: pending
    branch: null
`,
  )
  await writeFile(join(specs, spec, 'plan.yaml'), `spec_id: ${spec}\nbatches:\n${batches.join('')}`)
  return spec
}

test('[PAGE-6.1] [PAGE-6.2] [PAGE-6.3] [PAGE-6.4] shows batches and dependencies as the server has them, live and at the end', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  backend.hold('auth')
  const runId = await dashboard.start(PORTAL)
  const run = await openGraph(page, dashboard, runId)
  await expect(nodeOf(page, 'setup')).toHaveAttribute('data-status', 'running')
  await expectSame(page, dashboard, runId)
  const before = await placesIn(page)
  // Nothing is known yet of what follows: the chain with most batches is critical.
  await expect(page.locator('[data-testid="graph-node"][data-critical="true"]')).toHaveCount(8)
  const dashed = page.locator('[data-testid="graph-edge"][data-from="setup"][data-to="db"]')
  const dashes = () => dashed.evaluate(line => getComputedStyle(line).strokeDasharray)
  expect(await dashes()).not.toBe('none')

  backend.release('setup')
  await expect(nodeOf(page, 'auth')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await expect(nodeOf(page, 'models')).toHaveAccessibleName(/^Data Models, completed /)
  await expectSame(page, dashboard, runId)
  expect(await dashes()).toBe('none')
  for (const id of ['setup', 'db', 'models', 'auth']) {
    await expect(nodeOf(page, id)).toHaveAttribute('data-critical', 'true')
  }

  backend.release('auth')
  await run.expectStatus('completed')
  await expect(run.completed).toHaveText('14/14')
  await expectSame(page, dashboard, runId)
  expect(await placesIn(page)).toEqual(before)
})

test('[PAGE-6.7] is walked by arrow keys, and opens batches', async ({ backend, dashboard, page }) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await openGraph(page, dashboard, runId)
  await expect(nodeOf(page, 'setup')).toHaveAttribute('data-status', 'running')
  const names = await graphOf(page)
    .getByRole('button')
    .evaluateAll(nodes => nodes.map(node => node.ariaLabel ?? ''))
  expect(names).toHaveLength(PORTAL_BATCHES.length)
  expect(names).toContain('Project Setup, running for less than 1 min, on the critical path')
  expect(names).toContain('REST API, waiting, needs Data Models and User Authentication, on the critical path')

  // One tab stop: the tab key leaves the graph at once.
  await page.getByRole('button', { name: 'Fit' }).focus()
  await page.keyboard.press('Tab')
  await expect(nodeOf(page, 'setup')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(graphOf(page).locator(':focus')).toHaveCount(0)
  await page.keyboard.press('Shift+Tab')
  await expect(nodeOf(page, 'setup')).toBeFocused()

  const { batches } = await dashboard.snapshot(runId)
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-batch-id') ?? '')
  const needsOf = (id: string) => batches.find(batch => batch.id === id)?.dependsOn ?? []
  // To the right until the end: each step goes to a batch that needs the last one.
  let at = 'setup'
  while (batches.some(({ dependsOn }) => dependsOn.includes(at))) {
    await page.keyboard.press('ArrowRight')
    const next = await focused()
    expect(needsOf(next)).toContain(at)
    await expect(nodeOf(page, next)).toBeInViewport({ ratio: 0.99 })
    at = next
  }
  expect(at).toBe('release')
  await page.keyboard.press('ArrowLeft')
  expect(needsOf('release')[0]).toBe(await focused())
  await page.keyboard.press('Home')
  expect(await focused()).toBe('setup')
  await page.keyboard.press('ArrowRight')
  const first = await focused()
  expect(first).toBe('db')
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toBe('ui')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe(first)

  await page.keyboard.press('Enter')
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}?view=graph&batch=${first}`)
  await expect(nodeOf(page, first)).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Close the batch' }).click()
  await expect(nodeOf(page, first)).toBeFocused()
  await expect(page.getByTestId('batch-panel')).toHaveCount(0)

  await run.card('api').click()
  await expect(page.getByTestId('batch-panel')).toHaveAccessibleName('Batch REST API')
  await expect(nodeOf(page, 'auth')).toHaveAttribute('data-relation', 'needed')
  await expect(nodeOf(page, 'invoices')).toHaveAttribute('data-relation', 'held-up')
  await expect(page.locator('[data-testid="graph-edge"][data-related="true"]')).toHaveCount(4)
})

test('[PAGE-6.6] zooms by buttons, keys and wheel, and is dragged', async ({ backend, dashboard, page }) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await openGraph(page, dashboard, runId)
  const widthOf = async (id: string) => (await nodeOf(page, id).boundingBox())?.width ?? 0
  const fit = page.getByRole('button', { name: 'Fit' })
  await expect(fit).toHaveAttribute('aria-pressed', 'true')
  for (const id of PORTAL_BATCHES) await expect(nodeOf(page, id)).toBeInViewport({ ratio: 0.99 })
  const atFirst = await widthOf('setup')

  await page.getByRole('button', { name: 'Zoom in' }).click()
  await expect.poll(() => widthOf('setup')).toBeCloseTo(atFirst * 1.25, 0)
  await nodeOf(page, 'models').focus()
  await page.keyboard.press('+')
  await expect.poll(() => widthOf('setup')).toBeCloseTo(atFirst * 1.25 ** 2, 0)

  // What is under the pointer stays there.
  const middleOf = async (id: string) => {
    const box = await nodeOf(page, id).boundingBox()
    return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
  }
  const at = await middleOf('models')
  await page.mouse.move(at.x, at.y)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -40)
  await page.keyboard.up('Control')
  await expect.poll(() => widthOf('setup')).toBeGreaterThan(atFirst * 1.7)
  expect(Math.abs((await middleOf('models')).x - at.x)).toBeLessThan(3)

  // A drag moves the graph, and opens no batch.
  await page.mouse.down()
  await page.mouse.move(at.x - 60, at.y, { steps: 4 })
  await page.mouse.move(at.x - 120, at.y, { steps: 4 })
  await page.mouse.up()
  expect(Math.abs((await middleOf('models')).x - (at.x - 120))).toBeLessThan(4)
  await expect(page.getByTestId('batch-panel')).toHaveCount(0)

  await nodeOf(page, 'models').focus()
  await page.keyboard.press('0')
  await expect(fit).toHaveAttribute('aria-pressed', 'true')
  expect(await widthOf('setup')).toBeCloseTo(atFirst, 0)
})

test('[PAGE-6.6] 500 batches fit, and the page stays usable', async ({ backend, dashboard, folder, page }) => {
  test.setTimeout(240_000)
  const spec = await addManyBatches(folder, 500)
  backend.hold('b0')
  const runId = 'run-of-many'
  // A busy backend reads so large a plan slowly: a start without an answer is followed, too.
  await dashboard.api('POST', '/api/runs', { spec, runId })
  await expect
    .poll(async () => (await dashboard.snapshot(runId)).counts, { timeout: 60_000 })
    .toMatchObject({ total: 500, running: 1 })
  await openGraph(page, dashboard, runId)
  await expect(page.getByTestId('graph-node')).toHaveCount(500)
  await expectSame(page, dashboard, runId)
  // Nothing has to be scrolled.
  const hidden = await graphOf(page).evaluate(list => {
    const around = []
    for (let element = list.parentElement; element !== null; element = element.parentElement) around.push(element)
    const scrolling = around.filter(element => getComputedStyle(element).overflowX === 'auto')
    return scrolling.map(each => [each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight])
  })
  expect(hidden).toEqual([[0, 0]])

  // Zoomed in, only what is near the view has an element; keys reach everything.
  const zoomIn = page.getByRole('button', { name: 'Zoom in' })
  for (let n = 0; n < 11; n += 1) await zoomIn.click()
  await expect.poll(() => page.getByTestId('graph-node').count()).toBeLessThan(200)
  await graphOf(page).locator('[tabindex="0"]').focus()
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'End', 'Home']) {
    await page.keyboard.press(key)
    await expect(graphOf(page).locator(':focus')).toBeInViewport()
  }
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('batch-panel')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(graphOf(page).locator(':focus')).toHaveCount(1)
  await page.keyboard.press('0')
  await expect(page.getByTestId('graph-node')).toHaveCount(500)

  // The page keeps up with the run.
  const completed = page.locator('[data-testid="graph-node"][data-status="completed"]')
  for (let n = 1; n <= 40; n += 1) {
    const timestamp = new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    const batch = { type: 'batch_status', message: '', status: 'completed', batch_id: `b${n}`, timestamp }
    backend.sendRaw(runId, JSON.stringify(batch))
    await page.waitForTimeout(50)
  }
  await expect(completed).toHaveCount(40, { timeout: 2_000 })
  await expectSame(page, dashboard, runId)
})

test('[PAGE-6.8] the first HTML has the place of the graph, and nothing moves when it is loaded', async ({
  backend,
  browser,
  dashboard,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.total).toBe(14)
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    const heights = []
    for (const javaScriptEnabled of [false, true]) {
      const context = await browser.newContext({ javaScriptEnabled, viewport })
      const page = await context.newPage()
      await page.goto(`${dashboard.url}/runs/${runId}?view=graph`)
      if (javaScriptEnabled) await expect(graphOf(page)).toBeVisible()
      else expect(await page.content()).toContain('The graph takes JavaScript')
      await expect(page.getByRole('region', { name: 'Batches', exact: true })).toHaveCount(0)
      const [tabs, panel] = [page.getByRole('tablist'), page.getByRole('tabpanel', { name: 'Graph' })]
      const [above, below] = [await tabs.boundingBox(), await panel.boundingBox()]
      heights.push((below?.y ?? 0) + (below?.height ?? 0) - (above?.y ?? 0))
      await context.close()
    }
    expect(Math.abs((heights[0] ?? 0) - (heights[1] ?? 0))).toBeLessThanOrEqual(1)
  }
})

test('[PAGE-6.3] [PAGE-6.6] is accessible in both themes, on a desktop and on a phone', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('api')
  const runId = await dashboard.start(PORTAL)
  await openGraph(page, dashboard, runId, '&batch=auth')
  await expect(nodeOf(page, 'api')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await expect(graphOf(page)).toBeVisible()
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    }
  }
})

test('[PAGE-6.3] [PAGE-6.6] is legible at every width', async ({ backend, dashboard, page }) => {
  test.setTimeout(240_000)
  backend.hold('api')
  const runId = await dashboard.start(PORTAL)
  await openGraph(page, dashboard, runId)
  await expect(nodeOf(page, 'api')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  expect(await illegible(page)).toEqual([])
})

test('[PAGE-6.1] [PAGE-6.6] on a phone it fits the width, and the page scrolls', async ({
  backend,
  browser,
  dashboard,
}) => {
  backend.hold('models')
  const runId = await dashboard.start(PORTAL)
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  const run = await openGraph(page, dashboard, runId)
  await expect(nodeOf(page, 'models')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await expectSame(page, dashboard, runId)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  const tops = new Map((await placesIn(page)).map(([id, , y]) => [id, Number(y)]))
  for (const { id, dependsOn } of (await dashboard.snapshot(runId)).batches) {
    for (const need of dependsOn) expect(tops.get(need)).toBeLessThan(tops.get(id) ?? 0)
  }
  await run.card('release').scrollIntoViewIfNeeded()
  await expect(run.card('release')).toBeInViewport({ ratio: 0.99 })
  await nodeOf(page, 'release').tap()
  await expect(page.getByTestId('batch-panel')).toHaveAccessibleName('Batch Release Notes')
  await context.close()
})

const glyphColour = (node: Locator) =>
  node
    .locator('svg')
    .first()
    .evaluate(svg => getComputedStyle(svg).color)

test('[PAGE-6.3] a silent backend leaves it grey, and last known', async ({ backend, dashboard, page }) => {
  backend.hold('db')
  const runId = await dashboard.start(PORTAL)
  const run = await openGraph(page, dashboard, runId)
  await expect(nodeOf(page, 'db')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await backend.close()
  await expect(run.card('db')).toHaveAttribute('data-old', 'true', { timeout: 30_000 })
  await expect(nodeOf(page, 'db')).toHaveAccessibleName(/, last known as running for /)
  // Nothing of it has the colour of a batch at work.
  const [old, waiting] = await Promise.all(['db', 'models'].map(id => glyphColour(nodeOf(page, id))))
  expect(old).toBe(waiting)
})
