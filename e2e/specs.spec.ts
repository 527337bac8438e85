import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { stringify } from 'yaml'
import { UNSEEN } from '../lib/testing/support/hostile-texts'
import { expect, test, type Dashboard } from './fixtures'
import { illegible } from './legible'
import { expectNoViolations } from './no-violations'
import { RunPage } from './run-page'

const AUDIT = '011-audit-log'
const specsOf = (folder: string) => join(folder, 'project', '.specs')

/** Waits for the end of a run; returns how it ended. */
async function over(dashboard: Dashboard, runId: string): Promise<string> {
  const ended = /^(completed|failed|aborted)$/
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 40_000 }).toMatch(ended)
  return (await dashboard.snapshot(runId)).status
}

/** Runs the spec to its end, with its plan as after another planning: all batches are pending again. */
async function runAgain(dashboard: Dashboard, folder: string, project: string, more: { dryRun?: boolean } = {}) {
  for (const file of ['plan.yaml', 'tasks.yaml']) {
    await cp(join(project, '.specs', AUDIT, file), join(specsOf(folder), AUDIT, file))
  }
  const runId = await dashboard.start(AUDIT, more)
  await over(dashboard, runId)
  return runId
}

/** Adds a spec with a plan of so many batches, which all need the first. */
async function addWideSpec(folder: string, name: string, batches: number): Promise<void> {
  const spec = join(specsOf(folder), name)
  await mkdir(spec)
  await cp(join(specsOf(folder), AUDIT, 'spec.yaml'), join(spec, 'spec.yaml'))
  await cp(join(specsOf(folder), AUDIT, 'tasks.yaml'), join(spec, 'tasks.yaml'))
  const plan = Array.from({ length: batches }, (_, n) => ({
    ...{ id: `part-${n}`, name: `Part ${n} of the codemod`, task_ids: [], depends_on: n === 0 ? [] : ['part-0'] },
    ...{ model_assignment: { default: 'none', overrides: {} }, execution_strategy: 'parallel', reasoning: 'needed' },
    ...{ status: 'pending', estimated_cost: 0, estimated_time: '1m', branch: null },
  }))
  await writeFile(join(spec, 'plan.yaml'), stringify({ spec_id: name, batches: plan }))
}

const live = (page: Page) => expect(page.locator('[data-sync="live"]').first()).toBeAttached({ timeout: 15_000 })
const row = (page: Page, runId: string) => page.locator(`[data-testid="spec-run"][data-run-id="${runId}"]`)
const cell = (page: Page, runId: string, batchId: string) =>
  row(page, runId).locator(`[data-testid="spec-cell"][data-batch-id="${batchId}"]`)

test('[SPEC-3.1] [SPEC-3.2] [SPEC-4.9] [SPEC-5.1] all specs are listed with their last runs, and each leads to its page', async ({
  backend,
  dashboard,
  page,
}) => {
  await page.goto(dashboard.url)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Specs' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/specs`)
  await live(page)
  const of = (name: string) => page.locator(`[data-testid="spec-row"][data-spec="${name}"]`)
  await expect(of(AUDIT)).toContainText('none yet')
  await expect(of('015-multi-currency')).toContainText('no plan yet')
  await expect(of('015-multi-currency').getByRole('button')).toHaveCount(0)
  await expectNoViolations(page)

  // A run is there while it is at work, and once it is over.
  backend.hold('schema')
  const runId = await dashboard.start(AUDIT)
  await expect(of(AUDIT).getByRole('link', { name: /^running/ })).toHaveAttribute('href', `/runs/${runId}`)
  backend.release('schema')
  await expect(of(AUDIT).getByRole('link', { name: 'completed' })).toHaveAttribute('href', `/runs/${runId}`)
  await expect(of(AUDIT).getByRole('list', { name: 'Last 1 run, newest first' })).toContainText('completed')
  await expectNoViolations(page)

  await of(AUDIT)
    .getByRole('button', { name: `Start ${AUDIT}…` })
    .click()
  await expect(page.getByRole('dialog').getByRole('radio', { name: AUDIT })).toBeChecked()
  await page.keyboard.press('Escape')

  await of(AUDIT).getByRole('link', { name: AUDIT }).click()
  await expect(page).toHaveURL(`${dashboard.url}/specs/${AUDIT}`)
  await page.getByRole('button', { name: `Start ${AUDIT}…` }).click()
  await expect(page.getByRole('dialog').getByRole('radio', { name: AUDIT })).toBeChecked()
  await page.keyboard.press('Escape')

  await row(page, runId).getByRole('rowheader').getByRole('link').click()
  await expect(page).toHaveURL(`${dashboard.url}/runs/${runId}`)
  await page.getByRole('link', { name: 'All runs of this spec' }).click()
  await expect(page).toHaveURL(`${dashboard.url}/specs/${AUDIT}`)
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await expect(page).toHaveURL(`${dashboard.url}/specs`)
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type(`${AUDIT} spec`)
  await expect(page.getByRole('option', { selected: true })).toContainText(AUDIT)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${dashboard.url}/specs/${AUDIT}`)
})

test('[SPEC-4.10] of many specs the first 200 are shown at first', async ({ dashboard, page, folder }) => {
  const names = Array.from({ length: 210 }, (_, n) => `many-${n}`)
  for (const name of names) {
    await mkdir(join(specsOf(folder), name))
    await cp(join(specsOf(folder), AUDIT, 'spec.yaml'), join(specsOf(folder), name, 'spec.yaml'))
  }
  await page.goto(`${dashboard.url}/specs`)
  await expect(page.getByTestId('spec-row')).toHaveCount(200)
  await page.getByRole('button', { name: /^Show the other \d+ specs$/ }).click()
  await expect(page.locator('[data-testid="spec-row"][data-spec="many-99"]')).toBeVisible()
  await expect(page.getByTestId('spec-row').filter({ hasText: 'many-' })).toHaveCount(210)
})

test('[SPEC-4.1] [SPEC-4.2] [SPEC-4.4] [SPEC-4.5] [SPEC-4.6] [SPEC-4.11] [SPEC-5.1] a spec shows its plan, its runs by batch, their durations and what stands out', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const first = await runAgain(dashboard, folder, project)
  backend.failBatch('schema')
  const failed = await runAgain(dashboard, folder, project)
  const dry = await runAgain(dashboard, folder, project, { dryRun: true })
  const last = await runAgain(dashboard, folder, project)
  await page.goto(`${dashboard.url}/specs/${AUDIT}`)
  await live(page)

  const table = page.getByRole('table', { name: 'Runs by batch' })
  await expect(table.getByTestId('spec-run')).toHaveCount(4)
  const ids = await table.getByTestId('spec-run').evaluateAll(rows => rows.map(each => each.dataset['runId']))
  expect(ids).toEqual([last, dry, failed, first])
  await expect(cell(page, first, 'schema')).toHaveAccessibleName(
    /^Append-only Table, completed, [\d.]+ s, run of \d+ \w+ [\d:]+$/,
  )
  await expect(cell(page, failed, 'schema')).toHaveAccessibleName(/^Append-only Table, failed, /)
  await expect(cell(page, failed, 'writer')).toHaveAccessibleName(/^Entry Writer, never started, run of/)
  await expect(row(page, dry)).toContainText('dry run')
  const { batches } = await dashboard.snapshot(first)
  const schema = batches.find(({ id }) => id === 'schema')
  const took = Date.parse(schema?.endedAt ?? '') - Date.parse(schema?.startedAt ?? '')
  await expect(cell(page, first, 'schema')).toHaveText(`${(took / 1_000).toFixed(1)} s`)

  // The open batch is in the address, in the first HTML, and there again on the way back.
  await page.locator('[data-testid="graph-node"][data-batch-id="schema"]').click()
  await expect(page).toHaveURL(/\?batch=schema$/)
  const opened = page.getByTestId('spec-batch')
  expect(await (await fetch(page.url())).text()).toContain('data-testid="spec-batch"')
  await page.reload()
  await expect(opened).toHaveAttribute('data-batch-id', 'schema')
  await cell(page, first, 'writer').click()
  await expect(page).toHaveURL(new RegExp(`/runs/${first}`))
  await page.goBack()
  await expect(page).toHaveURL(/\?batch=schema$/)
  await expect(opened).toHaveAttribute('data-batch-id', 'schema')
  await opened.getByRole('button', { name: 'Close' }).click()
  await expect(page).not.toHaveURL(/batch/)
  await expect(opened).toHaveCount(0)
  await live(page)

  // The plan.
  const node = page.locator('[data-testid="graph-node"][data-batch-id="schema"]')
  await expect(node).toHaveAccessibleName(/^Append-only Table, 3 runs, 1 failed$/)
  await expect(page.getByTestId('graph-node')).toHaveCount(batches.length)
  await node.click()
  const facts = page.getByRole('complementary', { name: 'Batch Append-only Table' })
  await expect(facts).toContainText('Failed in 1 of 3 runs.')
  await expect(facts.getByRole('list', { name: 'Its last runs' }).getByRole('listitem')).toHaveCount(4)
  await expectNoViolations(page)
  await facts.getByRole('button', { name: 'Close the batch' }).click()
  await expect(facts).toHaveCount(0)

  // Of the runs that can be compared there are two.
  const bar = (runId: string) => page.locator(`[data-testid="trend-run"][data-run-id="${runId}"]`)
  for (const [runId, counted] of [
    [first, 'true'],
    [failed, 'false'],
    [dry, 'false'],
    [last, 'true'],
  ] as const) {
    await expect(bar(runId)).toHaveAttribute('data-counted', counted)
  }
  await expect(bar(failed)).toContainText('not counted: failed')
  await expect(bar(dry)).toContainText('not counted: a dry run')
  await expect(page.getByTestId('spec-usual')).toContainText('the median of 2 completed runs')
  const out = page.getByRole('region', { name: 'Fail most' }).getByTestId('stands-out')
  await expect(out).toHaveText('Append-only Table failed in 1 of 3 runs')
  await out.getByRole('button').click()
  await expect(facts).toBeVisible()

  // By keys: the grid is one tab stop.
  await row(page, last).getByRole('rowheader').getByRole('link').focus()
  await page.keyboard.press('ArrowRight')
  await expect(cell(page, last, 'schema')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(cell(page, failed, 'schema')).toBeFocused()
  await page.keyboard.press('Home')
  await expect(row(page, failed).getByRole('rowheader').getByRole('link')).toBeFocused()
  await page.keyboard.press('ArrowRight')
  expect(await table.locator('[tabindex="0"]').count()).toBe(1)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${dashboard.url}/runs/${failed}?batch=schema`)
  await expect(page.getByTestId('batch-panel')).toHaveAttribute('data-batch-id', 'schema')

  // A run that begins and ends while the page is open.
  await page.goBack()
  await live(page)
  backend.hold('schema')
  for (const file of ['plan.yaml', 'tasks.yaml']) {
    await cp(join(project, '.specs', AUDIT, file), join(specsOf(folder), AUDIT, file))
  }
  const next = await dashboard.start(AUDIT)
  await expect(cell(page, next, 'schema')).toHaveAccessibleName(/^Append-only Table, running, run of/)
  backend.release('schema')
  await expect(row(page, next)).toHaveAttribute('data-status', 'completed', { timeout: 30_000 })
  await expect(page.getByTestId('spec-usual')).toContainText('the median of 3 completed runs')

  await page.setViewportSize({ width: 390, height: 800 })
  await expectNoViolations(page)
})

test('[SPEC-4.2] a batch that the plan no longer has keeps its column, marked', async ({
  dashboard,
  page,
  folder,
  project,
}) => {
  const runId = await runAgain(dashboard, folder, project)
  const plan = join(specsOf(folder), AUDIT, 'plan.yaml')
  await writeFile(plan, (await readFile(plan, 'utf8')).replaceAll(/\bviewer\b/g, 'reader'))
  await page.goto(`${dashboard.url}/specs/${AUDIT}`)
  const heads = page.getByRole('table', { name: 'Runs by batch' }).getByRole('columnheader')
  await expect(heads.last()).toHaveText(/, no longer planned$/)
  await expect(heads.filter({ hasText: 'no longer planned' })).toHaveCount(1)
  await expect(cell(page, runId, 'viewer')).toBeVisible()
  await expect(cell(page, runId, 'reader')).toHaveCount(0)
  await expect(page.getByText('Batches right of the dashed line are no longer planned.')).toBeVisible()
})

test('[SPEC-4.2] [SPEC-4.3] a plan of 200 batches, and one of 760, scroll in their own box', async ({
  backend,
  dashboard,
  page,
  folder,
}) => {
  backend.hold('part-0')
  const started = async (spec: string) => {
    const runId = await dashboard.start(spec)
    await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
    return runId
  }
  await addWideSpec(folder, 'wide', 200)
  await started('wide')
  await page.goto(`${dashboard.url}/specs/wide`)
  await expect(page.getByTestId('spec-cell')).toHaveCount(200)
  const box = page.getByRole('region', { name: 'Runs by batch, scrolls' })
  const corner = page.getByRole('columnheader', { name: /^Run, began/ })
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
    const before = await corner.boundingBox()
    await box.evaluate(element => {
      element.scrollIntoView({ block: 'center' })
      element.scrollTo(element.scrollWidth, 0)
    })
    await expect(page.getByTestId('spec-cell').last()).toBeInViewport()
    expect((await corner.boundingBox())?.x).toBe(before?.x)
    await box.evaluate(element => element.scrollTo(0, 0))
  }
  await page.getByRole('rowheader').first().getByRole('link').focus()
  await page.keyboard.press('End')
  await expect(page.getByTestId('spec-cell').last()).toBeFocused()
  await expect(page.getByTestId('spec-cell').last()).toBeInViewport()

  // As dense, and much less to check.
  await addWideSpec(folder, 'dense', 25)
  await started('dense')
  await page.goto(`${dashboard.url}/specs/dense`)
  await expect(page.getByTestId('spec-cell')).toHaveCount(25)
  await expectNoViolations(page)

  await addWideSpec(folder, 'wider', 760)
  await dashboard.start('wider')
  await page.goto(`${dashboard.url}/specs/wider`)
  await expect(page.getByTestId('spec-run')).toHaveCount(1)
  const second = await dashboard.start('wider')
  await expect(row(page, second)).toBeAttached()
  await expect(page.getByTestId('spec-run')).toHaveCount(1)
  await page.getByRole('button', { name: 'Show 1 more of 1 older run' }).click()
  await expect(page.getByTestId('spec-run')).toHaveCount(2)
})

test('[SPEC-3.1] [SPEC-4.7] [SPEC-5.2] without a backend both pages show what is known here, and say so', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const runId = await runAgain(dashboard, folder, project)
  await page.goto(`${dashboard.url}/specs/${AUDIT}`)
  await live(page)
  const note = page.getByTestId('plan-note')
  await expect(note).toHaveCount(0)
  await backend.kill()
  await expect(note).toContainText('This is the plan as it was last read.')
  await expect(page.getByTestId('plan-old')).toBeVisible()
  await expect(page.getByTestId('graph-node')).not.toHaveCount(0)
  await expect(cell(page, runId, 'schema')).toHaveAccessibleName(/completed/)

  await page.goto('about:blank')
  await dashboard.restart()
  await page.goto(`${dashboard.url}/specs/${AUDIT}`)
  await expect(note).toContainText('The plan can’t be read now, so the batches below are those of the runs.')
  await expect(page.getByTestId('graph-node')).toHaveCount(0)
  await expect(cell(page, runId, 'schema')).toHaveAccessibleName(/completed/)
  await expect(page.getByTestId('link-backend')).not.toHaveAttribute('data-link', 'live')
  await expectNoViolations(page)
  await page.goto(`${dashboard.url}/specs`)
  await expect(page.getByTestId('specs-unread')).toBeVisible()
  await expect(page.getByTestId('spec-row')).toHaveCount(1)
  await expectNoViolations(page)
})

test.describe('a page that loses its server', () => {
  test.use({ expectedErrors: [/Failed to load resource|WebSocket/] })

  test('[SPEC-5.2] says that what it shows is last known', async ({ dashboard, page, folder, project }) => {
    const runId = await runAgain(dashboard, folder, project)
    await page.goto(`${dashboard.url}/specs/${AUDIT}`)
    await live(page)
    await expect(page.locator('main')).not.toHaveAttribute('data-old')
    // An answer that does not come, while the page is connected.
    await page.route(`**/api/specs/${AUDIT}/runs`, route => route.abort())
    await dashboard.start(AUDIT, { dryRun: true })
    await expect(page.getByTestId('spec-old')).toContainText('could not be read again')
    await expect(page.locator('main')).toHaveAttribute('data-old')
    await page.unroute(`**/api/specs/${AUDIT}/runs`)
    await expect(page.locator('main')).not.toHaveAttribute('data-old')
    await expect(page.getByTestId('spec-run')).toHaveCount(2)

    await dashboard.kill()
    await expect(page.getByTestId('page-stale')).toBeVisible({ timeout: 20_000 })
    await expect(page.locator('main')).toHaveAttribute('data-old')
    await expect(page).toHaveTitle(/^Last known: /)
    await expect(row(page, runId)).toHaveAttribute('data-status', 'completed')
  })
})

test.describe('odd names', () => {
  test.use({ expectedErrors: [/404/] })

  test('[SPEC-4.8] a spec of any name has a page, and an unknown one is answered with 404', async ({
    dashboard,
    page,
    folder,
  }) => {
    const names = ['100% a b', 'x%2F..%2Fetc', 'a?b#c&d=e', 'hidden\u202etxt.exe', 'بريد العملاء', '<b>&amp;']
    for (const name of names) {
      await cp(join(specsOf(folder), AUDIT), join(specsOf(folder), name), { recursive: true })
    }
    await page.goto(`${dashboard.url}/specs`)
    for (const name of names) {
      const link = page
        .getByTestId('spec-row')
        .and(page.locator(`[data-spec=${JSON.stringify(name)}]`))
        .getByRole('link')
      await expect(link).toHaveAttribute('href', `/specs/${encodeURIComponent(name)}`)
      const response = await page.goto(`${dashboard.url}/specs/${encodeURIComponent(name)}`)
      expect(response?.status()).toBe(200)
      await expect(page.locator('main')).toHaveAttribute('data-spec', name)
      await expect(page.getByTestId('graph-node').first()).toBeVisible()
      expect(await page.title()).not.toMatch(UNSEEN)
      await page.goto(`${dashboard.url}/specs`)
    }
    for (const path of ['no-such-spec', '%2E%2E%2Fetc', 'a%2Fb', '%00', 'x'.repeat(300), '%E2%80%AE']) {
      const response = await page.goto(`${dashboard.url}/specs/${path}`)
      expect([path, response?.status()]).toEqual([path, 404])
      await expect(page.getByRole('heading', { name: 'There is no such spec' })).toBeVisible()
    }
    await page.goto(`${dashboard.url}/specs/no-such-spec`)
    await expectNoViolations(page)
  })
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('[SPEC-5.3] the first HTML has the specs, their runs and what came of them', async ({
    dashboard,
    page,
    folder,
    project,
  }) => {
    const runId = await runAgain(dashboard, folder, project)
    await page.goto(`${dashboard.url}/specs`)
    await page.getByRole('link', { name: AUDIT }).click()
    await expect(page.locator('main')).toHaveAttribute('data-spec', AUDIT)
    await expect(cell(page, runId, 'schema')).toHaveAccessibleName(/^Append-only Table, completed, [\d.]+ s, run of/)
    await expect(page.getByTestId('trend-run')).toHaveCount(1)
    const text = (await page.content()).replaceAll(/<[^>]*>/g, '')
    expect(text.includes('Entry Writer, 1 run, needs Append-only Table')).toBe(true)
    await row(page, runId).getByRole('rowheader').getByRole('link').click()
    await expect(new RunPage(page, dashboard, runId).status).toHaveAttribute('data-status', 'completed')
  })
})

test('[PAGE-2.1] [PAGE-2.2] [PAGE-2.3] [SPEC-4.9] both pages are read whole at every width', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  await runAgain(dashboard, folder, project)
  backend.failBatch('schema')
  await runAgain(dashboard, folder, project)
  // A run without a batch of the plan, and one with a batch that the plan no longer has.
  const plan = join(specsOf(folder), AUDIT, 'plan.yaml')
  await writeFile(plan, (await readFile(plan, 'utf8')).replaceAll(/\bviewer\b/g, 'reader'))
  backend.hold('schema')
  await dashboard.start('012-search-relevance')
  await dashboard.start(AUDIT)
  for (const path of ['/specs', `/specs/${AUDIT}`]) {
    await page.goto(dashboard.url + path)
    await live(page)
    expect([path, ...(await illegible(page))]).toEqual([path])
  }
})

test('[SPEC-4.9] a row has room for its step, down to a phone', async ({ dashboard, page }) => {
  for (const width of [320, 390, 768, 861, 1440]) {
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${dashboard.url}/specs`)
    const steps = page.getByTestId('spec-row').getByRole('button', { name: /^Start/ })
    await expect(steps.first()).toBeVisible()
    const ends = await steps.evaluateAll(buttons => buttons.map(button => button.getBoundingClientRect().right))
    expect(Math.max(...ends), `at ${width} px`).toBeLessThanOrEqual(width)
  }
})
