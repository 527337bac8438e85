import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test, type Dashboard, type ReferenceBackend } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const BURST = 20_000

// Its backend passes lines on as they are printed.
test.use({ generation: 'C' })

interface Line {
  seq: number
  text: string
}

const linesAfter = async (dashboard: Dashboard, runId: string, after: number, limit = 1_000): Promise<Line[]> => {
  const { body } = await dashboard.api('GET', `/api/runs/${runId}/logs?after=${after}&limit=${limit}`)
  return (body as { lines: Line[] }).lines
}

const foundBy = async (dashboard: Dashboard, runId: string, text: string) => {
  const { body } = await dashboard.api('GET', `/api/runs/${runId}/logs/search?text=${encodeURIComponent(text)}`)
  return body as { seqs: number[]; count: number; from: number; to: number }
}

/** A run under way whose agent has printed very many lines. */
async function startLong(backend: ReferenceBackend, dashboard: Dashboard) {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.running, { timeout: 20_000 }).toBe(1)
  backend.burst('setup', BURST)
  // Repeated also where a busy server closes a connection that was kept open.
  await expect(async () => {
    expect((await foundBy(dashboard, runId, `line ${BURST} of a burst`)).count).toBe(1)
  }).toPass({ timeout: 60_000 })
  const { to } = await foundBy(dashboard, runId, 'x')
  let sent = 0
  /** Sends one line more, as an agent prints it. */
  const say = (message: string) => {
    const timestamp = new Date().toISOString().replace('Z', `${String(++sent).padStart(6, '0')}+00:00`)
    backend.sendRaw(runId, JSON.stringify({ type: 'log', message, stream: 'stdout', timestamp }))
  }
  return { runId, last: to, say }
}

const rows = (page: Page) => page.getByTestId('log-line')
const row = (page: Page, seq: number) => page.locator(`[data-testid="log-line"][data-seq="${seq}"]`)
const area = (page: Page) => page.getByTestId('log-lines')
const topOf = async (page: Page, seq: number) => (await row(page, seq).boundingBox())?.y

test('[LOG-2.1] [LOG-2.4] the whole log can be read, and is counted', async ({ backend, dashboard, page }) => {
  const { runId, last } = await startLong(backend, dashboard)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await expect(row(page, last)).toBeInViewport()
  await expect(page.getByRole('region', { name: 'Log' })).toContainText(`${last.toLocaleString('en')} lines`)

  await area(page).evaluate(element => element.scrollTo(0, 0))
  await expect(row(page, 1)).toBeInViewport()
  await expect(page.getByTestId('log-gap')).toHaveCount(0)
  const first = await linesAfter(dashboard, runId, 0, 10)
  // A state that says the same as a sentence beside it is folded into that.
  const isState = ({ text }: Line) => /^batch \S+: (?:running|completed)/.test(text)
  for (const { seq, text } of first.filter(line => !isState(line))) await expect(row(page, seq)).toContainText(text)

  // From the first line to a thousand lines on: no line is missing or other than the server's.
  await page.setViewportSize({ width: 1_440, height: 2_400 })
  const seen = new Map<number, string>()
  const expected = await linesAfter(dashboard, runId, 0)
  await expect
    .poll(
      async () => {
        const shown = await rows(page).evaluateAll(all =>
          all.map(line => [Number(line.dataset['seq']), line.lastElementChild?.textContent ?? ''] as const),
        )
        for (const [seq, text] of shown) seen.set(seq, text)
        const missing = expected.find(line => !isState(line) && !seen.has(line.seq))
        // To the first one that was not seen yet: a page that is slow leaves none out.
        const share = Math.max(0, (missing?.seq ?? 0) - 20) / last
        await area(page).evaluate((element, at) => element.scrollTo(0, element.scrollHeight * at), share)
        return missing?.seq ?? null
      },
      { timeout: 60_000, intervals: [50] },
    )
    .toBe(null)
  for (const line of expected) if (!isState(line)) expect([line.seq, seen.get(line.seq)]).toEqual([line.seq, line.text])

  // Anywhere in between.
  for (const share of [0.7, 0.2, 0.5]) {
    await area(page).evaluate((element, at) => element.scrollTo(0, element.scrollHeight * at), share)
    const near = Math.round(last * share)
    await expect
      .poll(async () => Math.abs(Number(await rows(page).first().getAttribute('data-seq')) - near))
      .toBeLessThan(200)
    await expect(page.getByTestId('log-gap')).toHaveCount(0)
  }
})

test('[LOG-2.2] what is read stays in place while lines arrive and earlier ones are loaded', async ({
  backend,
  dashboard,
  page,
}) => {
  const { runId, last, say } = await startLong(backend, dashboard)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await expect(row(page, last)).toBeInViewport()
  // To the first of the newest lines, where earlier ones are loaded above.
  const first = last - 999
  await page.goto(`${dashboard.url}/runs/${runId}?line=${first + 5}`)
  await expect(row(page, first + 5)).toBeInViewport()
  await expect(row(page, first - 5)).toBeAttached()
  const before = await topOf(page, first + 5)
  for (let n = 0; n < 300; n += 1) say(`more ${n}`)
  await expect(page.getByTestId('new-lines')).toHaveText('300 new lines')
  expect(await topOf(page, first + 5)).toBe(before)
  await area(page).evaluate(element => element.scrollBy(0, -3_000))
  await expect(page.getByTestId('log-gap')).toHaveCount(0)
  await page.getByTestId('new-lines').click()
  await expect(row(page, last + 300)).toBeInViewport()
  say('and one')
  await expect(row(page, last + 301)).toBeInViewport()
})

test('[LOG-2.5] [LOG-2.6] [LOG-2.12] a search is of the whole log, and jumps to lines that were not loaded', async ({
  backend,
  dashboard,
  page,
}) => {
  const { runId, last, say } = await startLong(backend, dashboard)
  const long = `${'x'.repeat(3_000)} needle ${'y'.repeat(2_000)}`
  say(long)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await expect(row(page, last + 1)).toBeAttached()
  const search = page.getByLabel('Search the log')
  const matches = page.getByTestId('log-matches')

  const { seqs, count } = await foundBy(dashboard, runId, 'line 7')
  expect(count).toBeGreaterThan(1_000)
  await search.fill('LINE 7')
  // The next match is shown without a key.
  await expect(matches).toHaveText(new RegExp(`^[1-9]\\d*/${count}$`))
  await expect(page.locator('mark').first()).toBeInViewport()
  await expect(page.getByText(`in all ${(last + 1).toLocaleString('en')} lines`)).toBeVisible()
  // Behind the last match comes the first one.
  await search.press('Enter')
  await search.press('Shift+Enter')
  await expect(matches).toHaveText(/^\d+\/\d+$/)
  await search.fill('line 77 of')
  const [only = 0] = (await foundBy(dashboard, runId, 'line 77 of')).seqs
  await search.press('Enter')
  await expect(row(page, only)).toBeInViewport()
  await expect(row(page, only).locator('mark')).toHaveText('line 77 of')
  await expect(matches).toHaveText('1/1')
  expect(seqs[0]).toBeLessThan(only)

  // New lines count, too.
  say('another line 77 of it')
  await expect(matches).toHaveText('1/2')
  await search.press('Enter')
  await expect(matches).toHaveText('2/2')
  await expect(row(page, last + 2)).toBeInViewport()

  // A match far to the right, in a line that does not wrap, and in one that does.
  for (const wrap of [false, true]) {
    if (wrap) await page.getByRole('button', { name: 'Wrap lines' }).click()
    await search.fill('needle')
    // The same text is no new search.
    if (wrap) await search.press('Enter')
    await expect(page.locator('mark', { hasText: 'needle' })).toBeInViewport({ ratio: 1 })
    await expect(matches).toHaveText('1/1')
    if (wrap) continue
    await expect(row(page, last + 1).getByRole('link', { name: String(last + 1) })).toBeInViewport({ ratio: 1 })
    await expect(row(page, last + 1).locator('time')).toBeInViewport({ ratio: 1 })
  }
  await search.press('Escape')
  await expect(search).toHaveValue('')
  await expect(search).toBeFocused()
  await expect(page.locator('mark')).toHaveCount(0)
  await search.fill('not in it')
  await expect(matches).toHaveText('0/0')

  // The choice to wrap lasts.
  await page.reload()
  await run.live()
  await expect(page.getByRole('button', { name: 'Wrap lines' })).toHaveAttribute('aria-pressed', 'true')
})

test('[LOG-2.8] a link leads to a line, or to some of them', async ({ backend, dashboard, page }) => {
  const { runId, last } = await startLong(backend, dashboard)
  const path = `${dashboard.url}/runs/${runId}`
  await page.goto(`${path}?line=4321`)
  await expect(row(page, 4_321)).toBeInViewport()
  await expect(row(page, 4_321)).toHaveAttribute('data-marked', 'true')
  await expect(page.locator('[data-marked]')).toHaveCount(1)
  await expect(page.getByRole('button', { name: 'Follow', exact: true })).toHaveAttribute('aria-pressed', 'false')

  const number = (seq: number) => row(page, seq).getByRole('link', { name: String(seq), exact: true })
  await expect(number(4_322)).toHaveAttribute('href', '?line=4322')
  await number(4_319).click()
  await expect(page).toHaveURL(`${path}?line=4319`)
  await number(4_323).click({ modifiers: ['Shift'] })
  await expect(page).toHaveURL(`${path}?line=4319-4323`)
  await expect(page.locator('[data-marked]')).toHaveCount(5)
  await page.reload()
  await expect(row(page, 4_319)).toBeInViewport()
  await expect(page.locator('[data-marked]')).toHaveCount(5)

  // By keyboard.
  await area(page).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page).toHaveURL(`${path}?line=4324`)
  await page.keyboard.press('Shift+ArrowUp')
  await expect(page).toHaveURL(`${path}?line=4323-4324`)
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(path)
  await expect(page.locator('[data-marked]')).toHaveCount(0)

  // The run's own log, beside a batch that is open.
  await page.goto(`${path}?batch=setup&log=run&line=${last - 3}`)
  await expect(row(page, last - 3)).toBeInViewport()
  await expect(row(page, last - 3)).toHaveAttribute('data-marked', 'true')
  await page.getByRole('group', { name: 'Whose log' }).getByRole('button').last().click()
  await expect(page).toHaveURL(`${path}?batch=setup`)
})

for (const { width, height } of [
  { width: 390, height: 844 },
  { width: 900, height: 800 },
  { width: 1280, height: 900 },
])
  test(`[LOG-2.11] a link to lines shows them, also of the log of a batch, at ${width} px`, async ({
    backend,
    dashboard,
    page,
  }) => {
    await page.setViewportSize({ width, height })
    const { runId, last } = await startLong(backend, dashboard)
    const isIn = async (seq: number) => expect(row(page, seq)).toBeInViewport({ ratio: 0.9 })
    const path = `${dashboard.url}/runs/${runId}?batch=setup&log=run`
    for (const [from, to] of [
      [50, 55],
      [last - 400, last - 396],
    ] as const) {
      await page.goto(`${path}&line=${from}-${to}`)
      await expect(row(page, from)).toHaveAttribute('data-marked', 'true')
      for (let seq = from; seq <= to; seq += 1) await isIn(seq)
      // They stand in the middle.
      await expect
        .poll(async () => {
          const [view, first, end] = await Promise.all(
            [area(page), row(page, from), row(page, to)].map(part => part.boundingBox()),
          )
          if (!view || !first || !end) return null
          const [above, below] = [first.y - view.y, view.y + view.height - end.y - end.height]
          return Math.abs(above - below) < 40
        })
        .toBe(true)
    }
    await expect(page.getByTestId('batch-panel')).toBeVisible({ visible: width > 720 })
  })

test('[LOG-2.7] a copy has a line a line, without numbers and times; links are links', async ({
  backend,
  dashboard,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { runId, last, say } = await startLong(backend, dashboard)
  say('one\ntwo, of the same message')
  say('1 %\r50 %\r100 %')
  say('see https://example.org/a?b=c. And javascript:alert(1)')
  const run = await new RunPage(page, dashboard, runId).open()
  await run.live()
  await expect(row(page, last + 3)).toBeInViewport()
  const height = async (seq: number) => (await row(page, seq).boundingBox())?.height ?? 0
  expect(await height(last + 1)).toBeCloseTo(2 * (await height(last)), 0)
  await expect(row(page, last + 2)).toContainText('100 %')
  await expect(row(page, last + 2)).not.toContainText('50 %')
  await row(page, last + 2)
    .getByRole('button', { name: 'last state' })
    .click()
  await expect(row(page, last + 2)).toContainText('1 %␍50 %␍100 %')
  await row(page, last + 2)
    .getByRole('button', { name: 'all states' })
    .click()
  const link = row(page, last + 3).locator('a[target]')
  await expect(link).toHaveCount(1)
  await expect(link).toHaveAttribute('href', 'https://example.org/a?b=c')
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer')

  await page.evaluate(seq => {
    const text = (line: number) => document.querySelector(`[data-seq="${line}"]`)?.lastElementChild
    const [from, to] = [text(seq), text(seq + 3)]
    if (from && to) window.getSelection()?.setBaseAndExtent(from, 0, to, to.childNodes.length)
  }, last)
  await page.keyboard.press('Control+c')
  const lines = await linesAfter(dashboard, runId, last - 1)
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied.split('\n')).toEqual([lines[0]?.text, 'one', 'two, of the same message', '100 %', lines[3]?.text])
  // To select is to read: the log no longer follows.
  await expect(page.getByRole('button', { name: 'Follow', exact: true })).toBeVisible()
})

test('[LOG-2.1] [LOG-2.5] [LOG-2.8] an import has its whole log, too', async ({ backend, dashboard, page }) => {
  const { runId, last } = await startLong(backend, dashboard)
  const recording = await fetch(`${dashboard.url}/api/runs/${runId}/recording`)
  const imported = await fetch(`${dashboard.url}/api/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: await recording.text(),
  })
  const { importId } = (await imported.json()) as { importId: string }
  await page.goto(`${dashboard.url}/imports/${importId}?line=3000`)
  await expect(row(page, 3_000)).toBeInViewport()
  await expect(row(page, 3_000)).toHaveAttribute('data-marked', 'true')
  const [line] = await linesAfter(dashboard, runId, 2_999, 1)
  await expect(row(page, 3_000)).toContainText(line?.text ?? '?')
  await page.getByLabel('Search the log').fill('line 7')
  await expect(page.getByTestId('log-matches')).toHaveText(
    new RegExp(`^[1-9]\\d*/${(await foundBy(dashboard, runId, 'line 7')).count}$`),
  )
  await expect(page.getByText(`in all ${last.toLocaleString('en')} lines`)).toBeVisible()
})

test.describe('lines that can’t be read', () => {
  test.use({ expectedErrors: [/Failed to load resource/] })

  test('[LOG-2.1] say so, and can be read again', async ({ backend, dashboard, page }) => {
    const { runId } = await startLong(backend, dashboard)
    const run = await new RunPage(page, dashboard, runId).open()
    await run.live()
    const answer = { status: 500, contentType: 'application/json', body: '{"error":"The log is on fire."}' }
    await page.route('**/logs?*', route => route.fulfill(answer))
    await area(page).evaluate(element => element.scrollTo(0, 0))
    await expect(page.getByTestId('log-gap')).toContainText('were not read. The log is on fire.')
    await page.unroute('**/logs?*')
    await page.getByRole('button', { name: 'Read again' }).click()
    await expect(row(page, 1)).toBeInViewport()
  })
})

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [1_440, 390])
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } })

      test('[LOG-2.9] the log is accessible', async ({ backend, dashboard, page }) => {
        const { runId, last } = await startLong(backend, dashboard)
        const run = await new RunPage(page, dashboard, runId).open()
        await run.live()
        await area(page).scrollIntoViewIfNeeded()
        await expect(row(page, last)).toBeAttached()
        await page.getByLabel('Search the log').fill('line 77 of')
        await page.getByLabel('Search the log').press('Enter')
        await expect(page.getByTestId('log-matches')).toHaveText('1/1')
        const only = (await foundBy(dashboard, runId, 'line 77 of')).seqs[0] ?? 0
        await expect(row(page, only)).toBeInViewport()
        await row(page, only).getByRole('link').first().click()
        await expect(page.locator('[data-marked]')).toHaveCount(1)
        expect((await new AxeBuilder({ page }).include('#log').analyze()).violations).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      })
    })
