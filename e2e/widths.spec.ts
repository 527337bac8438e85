import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { makeToken } from '../lib/server/access/tokens'
import { Dashboard } from './dashboard'
import { expect, test, type ReferenceBackend } from './fixtures'
import { illegible, WIDTHS } from './legible'
import { PORTAL, RunPage } from './run-page'

/** Names of the maximum length, without a place for a line break. */
const SPEC = `SpecWithoutAnySpaces${'OfNoEnd'.repeat(12)}`
const RUN = `run-without-spaces-${'x9Y_'.repeat(40)}`
const BATCH = `batch_without_spaces_${'x9Y_'.repeat(15)}`
const NAME = `BatchWithoutSpaces${'AndVeryLong'.repeat(10)}`
const ERROR = `ErrorWithoutSpaces${'/path/to/it'.repeat(20)}`
const FEW = WIDTHS.filter((_, index) => index % 3 === 0)

/** Adds a spec whose names have the maximum length. */
async function addLongSpec(folder: string): Promise<void> {
  const specs = join(folder, 'project', '.specs')
  await cp(join(specs, '011-audit-log'), join(specs, SPEC), { recursive: true })
  const plan = join(specs, SPEC, 'plan.yaml')
  const text = await readFile(plan, 'utf8')
  await writeFile(
    plan,
    text.replaceAll('schema', BATCH).replaceAll('Append-only Table', NAME).replaceAll('011-audit-log', SPEC),
  )
}

/** Starts a run of that spec, whose first batch is running, and opens its page. */
async function longRun(backend: ReferenceBackend, dashboard: Dashboard, page: Page): Promise<RunPage> {
  backend.hold(BATCH)
  await dashboard.start(SPEC, { runId: RUN })
  const run = await new RunPage(page, dashboard, RUN).open()
  await expect(run.card(BATCH)).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await run.live()
  return run
}

/** Exports a run and imports it again; returns the import's id. */
async function importOf(dashboard: Dashboard, runId: string): Promise<string> {
  const recording = await fetch(`${dashboard.url}/api/runs/${runId}/recording`)
  const answer = await fetch(`${dashboard.url}/api/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: await recording.text(),
  })
  return ((await answer.json()) as { importId: string }).importId
}

// The test names what is illegible; a trace of every width would take longer than the test.
test.use({ trace: 'off' })

const live = (page: Page) => expect(page.locator('[data-sync="live"]').first()).toBeAttached({ timeout: 15_000 })

async function expectLegible(page: Page, widths: readonly number[] = WIDTHS): Promise<void> {
  expect([page.url(), ...(await illegible(page, widths))]).toEqual([page.url()])
}

/** Expects every shortened name to be shown in full at a press, as a person finds it. */
async function expectWholeAtPress(page: Page): Promise<void> {
  for (const control of await page.locator('main [data-whole=tip]:visible').all()) {
    if ((await control.evaluate(element => element.tagName)) === 'TIME') continue
    await control.press('Enter')
    await expect(page.getByTestId('tip')).toHaveText((await control.getAttribute('title')) ?? '')
    await page.keyboard.press('Escape')
  }
}

test.describe('[PAGE-2] names without spaces', () => {
  test.use({ expectedErrors: [/status of 404/] })

  /** The options of a separate dashboard: evidence keeps its columns even if Docker cannot be reached. */
  const away = { DOCKER: '', DOCKER_HOST: 'unix:///nowhere/docker.sock' }

  test('[PAGE-2.1] [PAGE-2.2] [PAGE-2.3] are read whole on the page of a run that is at work, at every width', async ({
    backend,
    folder,
    page,
  }) => {
    test.setTimeout(180_000)
    await addLongSpec(folder)
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, ...away })
    try {
      const run = await longRun(backend, dashboard, page)
      const stamp = new Date().toISOString().replace('Z', '000000Z')
      const say = (frame: object) => backend.sendRaw(RUN, JSON.stringify({ message: '', timestamp: stamp, ...frame }))
      say({ type: 'batch_status', status: 'running', batch_id: `${BATCH}2`, batch_name: `${NAME}2` })
      say({
        type: 'batch_status',
        status: 'completed',
        batch_id: `${BATCH}2`,
        batch_name: `${NAME}2`,
        branch: `ckrv/${BATCH}`,
      })
      say({ type: 'batch_status', status: 'failed', batch_id: `${BATCH}3`, batch_name: `${NAME}3`, message: ERROR })
      say({ type: 'error', message: ERROR })
      await expect(run.card(`${BATCH}3`)).toBeVisible()
      await expectLegible(page)
      await expectWholeAtPress(page)

      // The open batch shows its full name, id and branch.
      await page.setViewportSize({ width: 1280, height: 900 })
      await run.card(`${BATCH}2`).locator('button[aria-pressed]').press('Enter')
      const panel = page.getByTestId('batch-panel')
      for (const text of [`${NAME}2`, `${BATCH}2`, `ckrv/${BATCH}`])
        await expect(panel.locator('dd', { hasText: text }).first()).toBeVisible()
      await expectLegible(page)
      await page.keyboard.press('Escape')

      await page.setViewportSize({ width: 1280, height: 900 })
      await page.getByRole('button', { name: /^Stop run/ }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectLegible(page, FEW)
    } finally {
      await dashboard.stop()
    }
  })

  test('[PAGE-2.1] [PAGE-2.2] [PAGE-2.3] are read whole on the fleet, in dialogs, and where nothing is found, at every width', async ({
    backend,
    folder,
    page,
  }) => {
    test.setTimeout(180_000)
    await addLongSpec(folder)
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, ...away })
    try {
      await longRun(backend, dashboard, page)
      // The import of an unfinished run says that its status is the last known one.
      await importOf(dashboard, RUN)
      await page.goto(dashboard.url)
      await live(page)
      await expectLegible(page)
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.getByRole('button', { name: 'Start a run…' }).click()
      await expect(page.getByText(SPEC).last()).toBeVisible()
      await expectLegible(page, FEW)
      await page.keyboard.press('Escape')
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.getByRole('button', { name: 'Add a run by id…' }).click()
      await page.getByLabel('Run id').fill(`${RUN}unknown`)
      await page.getByRole('dialog').getByRole('button', { name: 'Follow' }).click()
      await expect(page.getByRole('dialog').getByRole('alert')).toContainText(RUN)
      await expectLegible(page, FEW)

      await page.goto(`${dashboard.url}/containers`)
      await expect(page.getByTestId('docker-banner')).toBeVisible()
      await expectLegible(page)
      await page.goto(`${dashboard.url}/runs/${RUN}unknown`)
      await expect(page.getByRole('heading', { name: 'not followed here' })).toBeVisible()
      await expectLegible(page)
      for (const path of ['/no/such/page', '/imports/none']) {
        await page.goto(dashboard.url + path)
        await expect(page.locator('main h1')).toBeVisible()
        await expectLegible(page, FEW)
      }
    } finally {
      await dashboard.stop()
    }
  })

  test('[PAGE-2.1] [PAGE-2.2] [PAGE-2.3] are read whole of runs that are over, failed and imported, at every width', async ({
    backend,
    dashboard,
    folder,
    page,
  }) => {
    test.setTimeout(180_000)
    await addLongSpec(folder)
    backend.failBatch(BATCH, { exitCode: 3 })
    await dashboard.start(SPEC, { runId: RUN })
    await expect.poll(async () => (await dashboard.snapshot(RUN)).status, { timeout: 30_000 }).toBe('failed')
    await dashboard.start(PORTAL)
    const importId = await importOf(dashboard, RUN)
    for (const path of [`/runs/${RUN}`, `/imports/${importId}?batch=${BATCH}`, '/']) {
      await page.goto(dashboard.url + path)
      await live(page)
      await expectLegible(page)
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.getByRole('button', { name: 'Import…' }).click()
    await writeFile(join(folder, `${NAME}.jsonl`), 'no recording')
    await page.getByLabel('File').setInputFiles(join(folder, `${NAME}.jsonl`))
    await expectLegible(page, FEW)
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 390, height: 844 })
    await expect(page.getByText(RUN).first()).toBeVisible()
  })
})

test('[PAGE-1.6] [PAGE-2.1] [PAGE-2.2] [PAGE-2.3] large numbers are read whole: 110 of 120 batches, after 1,234 hours', async ({
  backend,
  folder,
  page,
}) => {
  const hours = 1_234 * 3_600_000
  const ids = Array.from({ length: 120 }, (_, n) => `b${n}`)
  const batches = ids.map((id, n) =>
    JSON.stringify({
      ...{ id, name: `Batch ${n}`, task_ids: [`T${n}`], depends_on: [], reasoning: 'One of many', branch: null },
      ...{ model_assignment: { default: 'claude-haiku', overrides: {} }, execution_strategy: 'sequential' },
      ...{ estimated_cost: 0.1, estimated_time: '1m', status: n < 110 ? 'completed' : 'pending' },
    }),
  )
  const plan = join(folder, 'project', '.specs', '011-audit-log', 'plan.yaml')
  await writeFile(plan, ['spec_id: 011-audit-log', 'batches:', ...batches.map(batch => `  - ${batch}`), ''].join('\n'))
  for (const id of ids.slice(110)) backend.hold(id)
  // The run began long before it was followed.
  backend.setClock(-hours)
  const started = await fetch(`${backend.url}/api/execution/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ spec: '011-audit-log', run_id: RUN }),
  })
  expect(started.ok).toBe(true)
  await expect.poll(() => backend.isBusy).toBe(true)
  backend.setClock(hours)
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url })
  try {
    await dashboard.api('PUT', `/api/runs/${RUN}`)
    await page.goto(`${dashboard.url}/runs/${RUN}`)
    await expect(page.getByTestId('batches-completed')).toHaveText('110/120')
    await expect(page.getByTestId('run-elapsed')).toHaveText(/^1234:/)
    await expectLegible(page)
    await page.goto(dashboard.url)
    await expect(page.getByText('110/120').first()).toBeVisible()
    await expectLegible(page)
    await page.goBack()
    await backend.kill()
    await expect(page.getByTestId('run-elapsed')).toHaveAttribute('data-frozen', 'true', { timeout: 30_000 })
    await expectLegible(page)
  } finally {
    await dashboard.stop()
  }
})

test('[PAGE-2.5] the bar of every page has one line from 360 px on', async ({ dashboard, page }) => {
  const runId = await dashboard.start(PORTAL)
  for (const path of ['/', `/runs/${runId}`, '/specs', '/containers']) {
    await page.goto(dashboard.url + path)
    for (const width of [360, 375, 390, 430, 600, 768, 1280]) {
      await page.setViewportSize({ width, height: 844 })
      const tops = await page.getByRole('banner').evaluate(bar =>
        [...bar.querySelectorAll('nav a, button')]
          .filter(each => each.checkVisibility())
          .map(each => each.getBoundingClientRect())
          .map(({ top, height }) => top + height / 2),
      )
      expect(Math.max(...tops) - Math.min(...tops), `${path} at ${width} px`).toBeLessThan(8)
    }
  }
})

test.describe('where people sign in', () => {
  const who = makeToken(`somebody.with-a_long.name@${'example.'.repeat(4)}org`, 'operator')

  test('[PAGE-2.1] [PAGE-2.2] the sign-in and who is signed in are read whole, at every width', async ({
    backend,
    page,
  }) => {
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, TOKENS: who.line })
    try {
      await page.goto(dashboard.url)
      await expectLegible(page)
      await page.getByLabel('Token').fill(who.secret)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await live(page)
      await expectLegible(page)
      await page.setViewportSize({ width: 320, height: 640 })
      await page.getByTestId('who').locator('[data-whole]').press('Enter')
      await expect(page.getByTestId('tip')).toHaveText(/^somebody\.with-a_long.*, operator$/)
    } finally {
      await dashboard.stop()
    }
  })
})

test.describe('with agents in containers', () => {
  test.use({ docker: 'on' })

  test('[PAGE-2.1] [PAGE-2.2] [PAGE-2.3] evidence and containers are read whole, at every width', async ({
    backend,
    dashboard,
    page,
    prefix,
  }) => {
    test.setTimeout(180_000)
    const setup = `${prefix}setup`
    backend.hold(setup)
    await dashboard.start(PORTAL, { runId: RUN })
    const run = await new RunPage(page, dashboard, RUN).open()
    await expect(run.card(setup)).toHaveAttribute('data-verdict', 'agrees', { timeout: 30_000 })
    await expectLegible(page)
    await page.setViewportSize({ width: 1280, height: 900 })
    await run.card(setup).locator('button[aria-pressed]').press('Enter')
    await expectLegible(page)
    await page.goto(`${dashboard.url}/containers`)
    await live(page)
    await expect(page.getByTestId('container-row').first()).toBeVisible()
    await expectLegible(page)
    await page.setViewportSize({ width: 1280, height: 900 })
    await expectWholeAtPress(page)
    backend.release(setup)
  })
})
