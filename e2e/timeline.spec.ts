import AxeBuilder from '@axe-core/playwright'
import { z } from 'zod'
import { snapshot, type Snapshot } from '../lib/run/model'
import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { illegible } from './legible'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'
import { barsExpected, barsShown, expectBars, expectPlaces, withContainers } from './timeline-page'

const imported = z.object({ importId: z.string() })

test('[PAGE-5.1] [PAGE-5.2] tabs switch the view by mouse and keyboard, and the address keeps it', async ({
  dashboard,
  page,
}) => {
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  const tab = (name: string) => page.getByRole('tab', { name })
  const selected = page.getByRole('tab', { selected: true })
  await expect(selected).toHaveText('Table')
  await run.card('db').getByRole('button').first().click()

  await tab('Timeline').click()
  await expect(page.getByRole('tabpanel', { name: 'Timeline' })).toBeVisible()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}?batch=db&view=timeline`)
  await expect(page.getByTestId('batch-panel')).toHaveAccessibleName('Batch Database Foundation')
  await expect(page.getByTestId('batch-card')).toHaveCount(PORTAL_BATCHES.length)
  await page.reload()
  await run.live()
  await expect(selected).toHaveText('Timeline')

  await selected.focus()
  await page.keyboard.press('ArrowRight')
  await expect(selected).toHaveText('Graph')
  await page.keyboard.press('ArrowRight')
  await expect(selected).toHaveText('Table')
  await expect(selected).toBeFocused()
  await expect(page.getByRole('tabpanel', { name: 'Table' })).toBeVisible()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}?batch=db`)
  await page.keyboard.press('End')
  await expect(selected).toHaveText('Graph')
  await page.keyboard.press('Home')
  await expect(selected).toHaveText('Table')

  await page.goto(`${dashboard.url}/runs/${runId}?view=picture`)
  await expect(selected).toHaveText('Table')
})

test('[PAGE-5.2] the first HTML has the view of the address, and links to the others', async ({
  dashboard,
  browser,
}) => {
  const runId = await dashboard.start('001-todo')
  const context = await browser.newContext({ javaScriptEnabled: false })
  const plain = await context.newPage()
  await plain.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  await expect(plain.getByRole('tabpanel', { name: 'Timeline' })).toBeVisible()
  await expect(plain.getByRole('region', { name: 'Batches', exact: true })).toHaveCount(0)
  await plain.getByRole('tab', { name: 'Table' }).click()
  await expect(plain.getByRole('region', { name: 'Batches', exact: true })).toBeVisible()
  await plain.getByRole('tab', { name: 'Timeline' }).click()
  await expect(plain.getByRole('tab', { selected: true })).toHaveText('Timeline')
  await context.close()
})

test('[PAGE-5.3] [PAGE-5.7] the bars are those of the state, at any moment of the run and at its end', async ({
  backend,
  dashboard,
  page,
}) => {
  for (const batchId of ['setup', 'auth', 'e2e']) backend.hold(batchId)
  const runId = await dashboard.start(PORTAL)
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  const until = (counted: Partial<Snapshot['counts']>) =>
    expect
      .poll(async () => (await dashboard.snapshot(runId)).counts, { timeout: 30_000 })
      .toMatchObject({ ...counted, totalKnown: true })

  await until({ running: 1, completed: 0 })
  expect((await expectBars(page, dashboard, runId)).counts.pending).toBe(13)
  const setup = page.getByRole('button', { name: /^Project Setup waited \d+ s, running since 0:0\d$/ })
  await expect(setup).toBeVisible()
  backend.release('setup')
  await until({ running: 1, completed: 7 })
  await expectBars(page, dashboard, runId)
  backend.release('auth')
  await until({ running: 1, completed: 12 })
  await expectBars(page, dashboard, runId)
  backend.release('e2e')
  await until({ completed: 14 })
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
  await expectBars(page, dashboard, runId)
  expect((await barsShown(page)).filter(bar => bar.endsWith(' '))).toEqual([])

  // The first HTML has the same bars.
  const shown = await barsShown(page)
  const html = await (await fetch(`${dashboard.url}/runs/${runId}?view=timeline`)).text()
  const first = html.match(/<rect[^>]*data-testid="timeline-bar"[^>]*>/g) ?? []
  const valueIn = (tag: string, name: string) => new RegExp(`data-${name}="([^"]*)"`).exec(tag)?.[1]
  expect(first.map(tag => ['batch-id', 'kind', 'from', 'to'].map(name => valueIn(tag, name)).join(' '))).toEqual(shown)
})

test('[PAGE-5.3] a dry run has bars without evidence, and a run without batches says why it has none', async ({
  dashboard,
  page,
}) => {
  const runId = await dashboard.start(PORTAL, { dryRun: true })
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
  const { dryRun } = await expectBars(page, dashboard, runId)
  expect(dryRun).toBe(true)
  expect((await barsShown(page)).some(bar => bar.includes(' running '))).toBe(true)

  const failed = await dashboard.start('no-such-spec')
  await expect.poll(async () => (await dashboard.snapshot(failed)).status, { timeout: 30_000 }).toBe('failed')
  const sentence = 'The run is over, and no batch of it was heard of.'
  expect(await (await fetch(`${dashboard.url}/runs/${failed}?view=timeline`)).text()).toContain(sentence)
  await page.goto(`${dashboard.url}/runs/${failed}?view=timeline`)
  await expect(page.getByRole('region', { name: 'Timeline' })).toHaveText(sentence)
})

test('[PAGE-5.3] containers split the bars of their batch, and have bars of their own', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('auth')
  backend.hold('search')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.completed, { timeout: 30_000 }).toBe(6)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running).toBe(2)
  const recording = await (await fetch(`${dashboard.url}/api/runs/${runId}/recording`)).text()
  const answer = await fetch(`${dashboard.url}/api/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: withContainers(recording, await dashboard.snapshot(runId), ['auth']),
  })
  const { importId } = imported.parse(await answer.json())
  await page.goto(`${dashboard.url}/imports/${importId}?view=timeline`)
  const state = snapshot.parse((await dashboard.api('GET', `/api/imports/${importId}`)).body)
  expect(state.batches.filter(({ container }) => container !== null)).toHaveLength(8)
  await expect.poll(() => barsShown(page)).toEqual(barsExpected(state))
  const open = (await barsShown(page)).filter(bar => bar.endsWith(' ')).map(bar => bar.split(' ').slice(0, 2).join(' '))
  expect(open).toEqual(['auth merging', 'search running', 'search evidence'])
  await expect(
    page.getByRole('button', { name: /^User Authentication .*container start .* ran .* merging since/ }),
  ).toBeVisible()
  // Of the past: nothing moves, and what was open is hatched up to the moment of the export.
  await expect(page.locator('[data-claims="old"][data-evidence="old"]')).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('[PAGE-5.5] open bars grow by the second without a change of any row, and stop where nothing is heard', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  const bar = page.locator('[data-testid="timeline-bar"][data-batch-id="setup"][data-kind="running"]')
  await expect(bar).toHaveAttribute('data-to', '')
  const edge = () => bar.evaluate(element => Number(getComputedStyle(element).getPropertyValue('--claims')))
  const before = await edge()
  await page.evaluate(() => {
    const changed: string[] = []
    Reflect.set(window, 'changedRows', changed)
    new MutationObserver(all => {
      for (const { target, type } of all) {
        const element = target instanceof Element ? target : target.parentElement
        if (element?.closest('[data-testid="batch-card"]') && !element.closest('time')) changed.push(type)
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  })
  await expect.poll(edge, { timeout: 10_000 }).toBeGreaterThan(before + 2_000)
  expect(await page.evaluate(() => Reflect.get(window, 'changedRows') as string[])).toEqual([])
  expect(await bar.evaluate(element => element.getBoundingClientRect().width)).toBeGreaterThan(5)

  await backend.kill()
  await expect(page.locator('[data-claims="old"]')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(/^heard until \d:\d\d$/)).toBeVisible()
  const frozen = await edge()
  const seconds = page.getByTestId('run-elapsed')
  await expect(seconds).toHaveAttribute('data-frozen', 'true')
  await expect(page.getByTestId('link-backend')).toHaveText(/(?:[3-9]|\d\d) s$/)
  expect(await edge()).toBe(frozen)
})

test.describe('the axis of a run of some seconds', () => {
  // Of a shorter run no part can be shown.
  test.use({ speed: 40 })

  test('[PAGE-5.6] the axis zooms by keys, wheel and dragging, and bars stand where it says', async ({
    dashboard,
    page,
  }) => {
    const runId = await dashboard.start(PORTAL)
    await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
    await page.goto(`${dashboard.url}/runs/${runId}?view=timeline`)
    const axis = page.getByRole('slider', { name: 'Shown part of the run' })
    const whole = page.getByRole('button', { name: 'Whole run' })
    await expect(whole).toHaveAttribute('aria-pressed', 'true')
    await expectPlaces(page)
    const parts = async () => (await axis.getAttribute('aria-valuetext')) ?? ''
    const atFirst = await parts()
    expect(atFirst).toMatch(/^0:00 to 0:0\d/)

    await axis.focus()
    await page.keyboard.press('+')
    await expect(whole).toHaveAttribute('aria-pressed', 'false')
    const zoomedIn = await parts()
    expect(zoomedIn).not.toBe(atFirst)
    await expectPlaces(page)
    await page.keyboard.press('ArrowRight')
    await expect.poll(parts).not.toBe(zoomedIn)
    await page.keyboard.press('-')
    await page.keyboard.press('-')
    await expect.poll(parts).toBe(atFirst)

    const box = await axis.boundingBox()
    if (!box) throw new Error('The axis has no box')
    await page.mouse.move(box.x + box.width * 0.25, box.y + 8)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, box.y + 8, { steps: 3 })
    await page.mouse.up()
    await expect(whole).toHaveAttribute('aria-pressed', 'false')
    await expectPlaces(page)
    await page.keyboard.press('0')
    await expect.poll(parts).toBe(atFirst)

    // Over the axis the wheel zooms; over the rows it scrolls, unless with Ctrl.
    await page.mouse.wheel(0, -100)
    await expect.poll(parts).not.toBe(atFirst)
    await page.keyboard.press('0')
    await page.mouse.move(box.x + box.width / 2, box.y + 100)
    await page.mouse.wheel(0, -100)
    await page.keyboard.down('Control')
    expect(await parts()).toBe(atFirst)
    await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await expect.poll(parts).not.toBe(atFirst)
    await page.getByRole('button', { name: 'Last 15 min' }).click()
    await expect.poll(parts).toBe(atFirst)
  })
})

test('[PAGE-5.3] a row opens its batch by mouse and keyboard, in both themes, down to a phone', async ({
  dashboard,
  page,
}) => {
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await run.card('pdf').getByRole('button').click()
  await expect(page.getByTestId('batch-panel')).toHaveAccessibleName('Batch PDF Rendering')
  await expect(page).toHaveURL(/view=timeline.*batch=pdf/)
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('batch-panel')).toHaveCount(0)
  await expectNoViolations(page)
  expect(await illegible(page)).toEqual([])

  await page.setViewportSize({ width: 390, height: 844 })
  const name = await run.card('pdf').getByRole('button').boundingBox()
  const bar = await run.card('pdf').getByTestId('timeline-bar').last().boundingBox()
  expect(name && bar && name.y + name.height <= bar.y + 1).toBe(true)
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('[PAGE-3.4] a timeline of 500 batches has rows near the view alone, and stays usable', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
  const tell = (batchId: string, status: string, n: number) => {
    const timestamp = new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    backend.sendRaw(runId, JSON.stringify({ type: 'batch_status', message: '', status, batch_id: batchId, timestamp }))
  }
  for (let n = 14; n < 500; n += 1) tell(`b-${n}`, 'running', n)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.total).toBe(500)
  await page.goto(`${dashboard.url}/runs/${runId}?view=timeline&batch=b-400`)
  const run = new RunPage(page, dashboard, runId)
  await run.live()
  await expect(run.card('b-400')).toBeInViewport()
  expect(await page.getByTestId('batch-card').count()).toBeLessThan(120)
  await page.getByRole('button', { name: 'Next batch' }).click()
  await expect(run.card('b-401')).toBeInViewport()
  tell('b-401', 'completed', 999)
  await expect(run.card('b-401').locator('[data-kind="running"]')).not.toHaveAttribute('data-to', '')
  await page.getByRole('region', { name: 'Timeline' }).evaluate(element => element.scrollTo(0, element.scrollHeight))
  await expect(run.card('b-499')).toBeInViewport()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})
