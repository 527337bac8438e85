import { expect, test, type Dashboard, type ReferenceBackend } from './fixtures'
import { expectNoViolations } from './no-violations'
import { planAgain } from './plan-again'
import { PORTAL, RunPage } from './run-page'

test('[COMPARE-1.1] [COMPARE-1.2] [COMPARE-2.1] [COMPARE-2.2] a run is compared with an earlier one, batch by batch', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const ended = async (runId: string) => {
    await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
    return dashboard.snapshot(runId)
  }
  const dry = await dashboard.start(PORTAL, { dryRun: true })
  await ended(dry)
  await planAgain(project, folder, PORTAL)
  const first = await ended(await dashboard.start(PORTAL))
  await planAgain(project, folder, PORTAL)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await page.getByRole('button', { name: 'Compare…' }).click()
  const comparison = page.getByRole('region', { name: 'Comparison' })
  const choice = comparison.getByRole('combobox', { name: /Compared with/ })
  await expect(choice).toHaveValue(first.runId)
  await expect(comparison).toContainText('This run goes on: what it has completed is compared.')
  await expect.poll(() => new URL(page.url()).searchParams.get('against')).toBe(first.runId)
  backend.release('setup')

  const second = await ended(runId)
  const took = ({ batches }: typeof first) =>
    new Map(batches.map(({ id, startedAt, endedAt }) => [id, Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')]))
  const [now, then] = [took(second), took(first)]
  const deltas = () =>
    comparison
      .getByTestId('compared-batch')
      .evaluateAll(rows => rows.map(row => [row.getAttribute('data-batch-id'), row.getAttribute('data-delta')]))
  const expected = [...now].map(([id, ms]) => [id, String(ms - (then.get(id) ?? NaN))])
  await expect
    .poll(async () => new Map((await deltas()) as [string, string][]))
    .toEqual(new Map(expected as [string, string][]))
  const shown = (await deltas()).map(([, delta]) => Math.trunc(Number(delta) / 1_000))
  expect(shown).toEqual(shown.toSorted((a, b) => b - a))
  await expect(comparison.getByTestId('comparison-sum')).not.toContainText('goes on')
  await expectNoViolations(page)

  // The address alone leads there, also to a run that was not offered first.
  await page.goto(`${dashboard.url}/runs/${runId}?against=${dry}`)
  await expect(choice).toHaveValue(dry)
  await expect(comparison).toContainText('Only one of the two is a dry run.')
  await choice.selectOption(first.runId)
  await expect(comparison.getByRole('link', { name: 'Open that run' })).toHaveAttribute('href', `/runs/${first.runId}`)
  await comparison.getByRole('button', { name: 'End the comparison' }).click()
  await expect(comparison).toHaveCount(0)
  expect(new URL(page.url()).searchParams.has('against')).toBe(false)
})

/** An ended run, and another of its spec that is under way. */
async function startTwo(backend: ReferenceBackend, dashboard: Dashboard, project: string, folder: string) {
  const first = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(first)).status, { timeout: 30_000 }).toBe('completed')
  await planAgain(project, folder, PORTAL)
  backend.hold('mail')
  return { first, runId: await dashboard.start(PORTAL) }
}

test('[COMPARE-3.1] no part of the comparison or of the batches lies over the log', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const { first, runId } = await startTwo(backend, dashboard, project, folder)
  const log = page.getByRole('region', { name: 'Log' })
  for (const query of ['', '&view=timeline', '&view=graph', '&batch=mail']) {
    await page.goto(`${dashboard.url}/runs/${runId}?against=${first}${query}`)
    await expect(page.getByTestId('compared-batch')).toHaveCount(14)
    for (const [width, height] of [
      [1280, 640],
      [1280, 800],
      [1280, 900],
      [1920, 1080],
      [1000, 800],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height })
      const at = `${query} at ${width} x ${height}`
      const top = (await log.boundingBox())?.y ?? NaN
      for (const part of [page.getByRole('region', { name: 'Comparison' }), page.getByRole('tabpanel')]) {
        const { y, height: high } = (await part.boundingBox()) ?? { y: NaN, height: NaN }
        const shown = await part.evaluate(visibleEnd)
        expect(shown, at).toBeLessThanOrEqual(top + 0.5)
        if (query === '' && height > 640) expect(Math.min(high, top - y), at).toBeGreaterThan(90)
      }
    }
  }
})

/** Where what is visible of an element and of all that is in it ends, px from the top of the window. */
function visibleEnd(part: Element): number {
  const endOf = (element: Element): number => {
    let { bottom } = element.getBoundingClientRect()
    for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowY !== 'visible') bottom = Math.min(bottom, at.getBoundingClientRect().bottom)
    }
    return bottom
  }
  return Math.max(...[part, ...part.querySelectorAll('*')].map(endOf))
}

test('[COMPARE-3.2] the comparison keeps the focus, and Escape closes it', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const { runId } = await startTwo(backend, dashboard, project, folder)
  await page.goto(`${dashboard.url}/runs/${runId}?batch=mail`)
  await new RunPage(page, dashboard, runId).live()
  const button = page.getByRole('button', { name: 'Compare…' })
  const comparison = page.getByRole('region', { name: 'Comparison' })
  await button.press('Enter')
  await expect(comparison).toBeVisible()
  await expect(button).toBeFocused()
  await expect(button).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('Escape')
  await expect(comparison).toHaveCount(0)
  await expect(button).toBeFocused()
  await button.press('Enter')
  const end = comparison.getByRole('button', { name: 'End the comparison' })
  await end.focus()
  await page.keyboard.press('Escape')
  await expect(comparison).toHaveCount(0)
  await expect(button).toBeFocused()
  await button.press('Enter')
  await end.press('Enter')
  await expect(button).toBeFocused()
  await expect(button).toHaveAttribute('aria-pressed', 'false')
  // The open batch stays until Escape is pressed once more.
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('batch-panel')).toHaveCount(0)
})

test('[COMPARE-3.2] Escape closes it also in the moment in which the first choice comes', async ({
  backend,
  dashboard,
  page,
  folder,
  project,
}) => {
  const { runId } = await startTwo(backend, dashboard, project, folder)
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await new RunPage(page, dashboard, runId).live()
  const button = page.getByRole('button', { name: 'Compare…' })
  await button.evaluate(element => {
    // Called once the choices are in the page, and before the effects of the page for them.
    const observer = new MutationObserver(() => {
      if (document.querySelector('[data-testid=comparison] option') === null) return
      observer.disconnect()
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
      document.body.dataset['escaped'] = ''
    })
    observer.observe(document.body, { childList: true, subtree: true })
  })
  await button.press('Enter')
  await expect(page.locator('body[data-escaped]')).toBeAttached()
  await expect(page.getByRole('region', { name: 'Comparison' })).toHaveCount(0)
  await expect(button).toHaveAttribute('aria-pressed', 'false')
  expect(new URL(page.url()).searchParams.has('against')).toBe(false)
})

test.describe('with a run that is not known', () => {
  test.use({ expectedErrors: [/404/] })

  test('[COMPARE-2.2] says so', async ({ dashboard, page }) => {
    const runId = await dashboard.start(PORTAL)
    await page.goto(`${dashboard.url}/runs/${runId}?against=none`)
    await expect(page.getByRole('region', { name: 'Comparison' })).toContainText(/no such run.*none/i)
  })
})
