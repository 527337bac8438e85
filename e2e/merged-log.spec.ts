import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test, type Dashboard } from './fixtures'
import { MERGED_BATCHES, mergedRun, type MadeUpRecording } from './merged-recording'

/** Imports a recording; returns the address of its page. */
async function imported(dashboard: Dashboard, { text }: MadeUpRecording): Promise<string> {
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await fetch(`${dashboard.url}/api/imports`, { method: 'POST', headers, body: text })
  expect(answer.status).toBe(201)
  return `${dashboard.url}/imports/${((await answer.json()) as { importId: string }).importId}`
}

interface Line {
  seq: number
  text: string
  batch?: string
}
const linesAt = async (path: string, query: string): Promise<Line[]> => {
  const answer = await fetch(`${path.replace('/imports/', '/api/imports/')}/logs?${query}`)
  return ((await answer.json()) as { lines: Line[] }).lines
}

const rows = (page: Page) => page.getByTestId('log-line')
const row = (page: Page, seq: number) => page.locator(`[data-testid="log-line"][data-seq="${seq}"]`)
const area = (page: Page) => page.getByTestId('log-lines')
const shownSeqs = (page: Page) => rows(page).evaluateAll(all => all.map(line => Number(line.dataset['seq'])))
const show = async (page: Page, path: string, log: 'All' | 'Run') => {
  await page.goto(path)
  await page.getByRole('group', { name: 'Whose log' }).getByRole('button', { name: log }).click()
  await expect(rows(page).first()).toBeVisible()
}

test.use({ viewport: { width: 1_440, height: 1_600 } })

test('[LOG-3.3] all lines of a run are one log, by who speaks', async ({ dashboard, page }) => {
  const path = await imported(dashboard, mergedRun())
  await show(page, path, 'All')
  const lines = await linesAt(path, 'of=all')
  await expect(page.getByRole('region', { name: 'Log' })).toContainText(`${lines.length} lines`)

  // Each line is under the name of the batch that printed it.
  const shown = await area(page).evaluate(element => {
    const all: [seq: number, speaker: string | null][] = []
    let speaker: string | null = null
    for (const one of element.querySelectorAll<HTMLElement>('[data-testid="log-speaker"], [data-testid="log-line"]')) {
      if (one.dataset['testid'] === 'log-speaker') speaker = one.textContent
      else all.push([Number(one.dataset['seq']), speaker])
    }
    return all
  })
  expect(shown.length).toBeGreaterThan(15)
  const names: Readonly<Record<string, string>> = MERGED_BATCHES
  for (const [seq, speaker] of shown) {
    const batch = lines.find(line => line.seq === seq)?.batch
    expect([seq, speaker]).toEqual([seq, batch === undefined ? 'Backend' : names[batch]])
  }
  await expect(page.getByTestId('log-top')).toContainText('Backend')
  await area(page).evaluate(element => element.scrollTo(0, 0))

  // The backend's own lines, and those of a batch, are logs of their own as before.
  await page.getByRole('group', { name: 'Whose log' }).getByRole('button', { name: 'Run' }).click()
  await expect(page.getByTestId('log-speaker')).toHaveCount(0)
  await expect(page.locator('[data-source]:not([data-source="backend"])')).toHaveCount(0)
})

test('[LOG-3.6] a link to a line of the merged log opens it there, whatever batch is open', async ({
  dashboard,
  page,
}) => {
  const path = await imported(dashboard, mergedRun())
  const [line] = await linesAt(path, 'of=all&text=cannot%20find')
  const seq = line?.seq ?? 0
  await page.goto(`${path}?batch=api&log=all&line=${seq}`)
  await expect(row(page, seq)).toHaveAttribute('data-marked', 'true')
  await expect(row(page, seq)).toContainText('cannot find module')
  await row(page, seq + 1)
    .getByRole('link')
    .first()
    .click()
  await expect(page).toHaveURL(`${path}?batch=api&line=${seq + 1}&log=all`)
  await page.reload()
  await expect(row(page, seq + 1)).toHaveAttribute('data-marked', 'true')
  await page.getByRole('group', { name: 'Whose log' }).getByRole('button', { name: MERGED_BATCHES.api }).click()
  await expect(page).toHaveURL(`${path}?batch=api`)
})

test('[LOG-3.7] the address names the merged log as long as it is shown', async ({ dashboard, page }) => {
  const path = await imported(dashboard, mergedRun())
  await page.goto(path)
  const tabs = page.getByRole('group', { name: 'Whose log' })
  const all = tabs.getByRole('button', { name: 'All' })
  await all.click()
  await expect(page).toHaveURL(`${path}?log=all`)
  await page.reload()
  await expect(all).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByTestId('log-speaker').first()).toBeVisible()
  await expect(page).toHaveURL(`${path}?log=all`)

  // Without the mark the log stays; another log takes it away.
  const first = rows(page).first()
  await first.getByRole('link').first().click()
  await expect(page).toHaveURL(/\?line=\d+&log=all$/)
  await area(page).press('Escape')
  await expect(page).toHaveURL(`${path}?log=all`)
  await tabs.getByRole('button', { name: 'Run' }).click()
  await expect(page).toHaveURL(path)
  await all.click()
  await page.getByRole('button', { name: MERGED_BATCHES.setup }).first().click()
  await expect(page).toHaveURL(`${path}?batch=setup`)
})

test('[LOG-5.1] what the backend says twice is folded, and nothing of it is lost', async ({
  dashboard,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const path = await imported(dashboard, mergedRun())
  await show(page, path, 'Run')
  const lines = await linesAt(path, 'of=run')
  const seqOf = (text: string) => lines.find(line => line.text.startsWith(text))?.seq ?? 0
  const [said, state] = [seqOf('Batch setup completed'), seqOf('batch setup: completed')]
  await expect(row(page, said)).toBeVisible()
  await expect(row(page, state)).toBeHidden()
  const twins = row(page, said).getByTestId('log-twins')
  await expect(twins).toHaveAccessibleName(/said twice/)
  await twins.click()
  await expect(row(page, state)).toBeVisible()
  await twins.press('Enter')
  await expect(row(page, state)).toBeHidden()

  // A copy has it.
  await page.evaluate(
    ([from, to]) => {
      const text = (seq: number | undefined) => document.querySelector(`[data-seq="${seq}"]`)?.lastElementChild
      const [first, last] = [text(from), text(to)]
      if (first && last) window.getSelection()?.setBaseAndExtent(first, 0, last, last.childNodes.length)
    },
    [said, state + 1] as const,
  )
  await page.keyboard.press('Control+c')
  const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n')
  expect(copied).toEqual(lines.filter(({ seq }) => seq >= said && seq <= state + 1).map(({ text }) => text))

  // A search finds it, and a link leads to it.
  const search = page.getByLabel('Search the log')
  await search.fill('batch setup: completed')
  await search.press('Enter')
  await expect(row(page, state).locator('mark')).toBeVisible()
  await page.goto(`${path}?line=${state}`)
  await expect(row(page, state)).toHaveAttribute('data-marked', 'true')
})

test('[LOG-4.6] a pattern is searched for in the whole log, and what is wrong with one is said', async ({
  dashboard,
  page,
}) => {
  const path = await imported(dashboard, mergedRun())
  await show(page, path, 'All')
  const search = page.getByLabel('Search the log')
  const pattern = page.getByRole('button', { name: 'Pattern' })
  await search.fill('err?or.*(module|TS\\d+)')
  await expect(page.getByTestId('log-matches')).toHaveText('0/0')
  await pattern.click()
  await expect(page.getByTestId('log-matches')).toHaveText('1/2')
  await search.press('Enter')
  await expect(page.getByTestId('log-matches')).toHaveText('2/2')
  await expect(page.locator('mark')).toHaveText(['Error: cannot find module', 'error TS2345'])

  await search.fill('err(or')
  await expect(page.getByRole('alert').filter({ hasText: 'Not searched' })).toContainText(
    'a “(” is never closed, at character 4.',
  )
  await expect(page.getByTestId('log-matches')).toHaveCount(0)
  await pattern.click()
  await expect(page.getByTestId('log-matches')).toHaveText('0/0')
})

test('[LOG-4.6] a pattern on which others despair holds neither the page nor the server', async ({
  dashboard,
  page,
}) => {
  const recording = mergedRun()
  for (let n = 0; n < 40; n += 1) recording.prints('api', 'a'.repeat(60_000))
  const path = await imported(dashboard, recording.prints('api', 'the end'))
  await show(page, path, 'All')
  await page.getByRole('button', { name: 'Pattern' }).click()
  await page.getByLabel('Search the log').fill('(a+)+!$')
  await expect(page.getByTestId('log-matches')).toHaveText('0/0', { timeout: 20_000 })
  await page.getByLabel('Search the log').fill('^the (e|e)+nd$')
  await expect(page.getByTestId('log-matches')).toHaveText('1/1')
  expect((await dashboard.api('GET', '/healthz')).status).toBe(200)
})

test('[LOG-4.7] [LOG-4.8] only errors can be shown, counted, stepped through and downloaded', async ({
  dashboard,
  page,
}) => {
  const path = await imported(dashboard, mergedRun())
  await show(page, path, 'All')
  await page.getByRole('button', { name: 'Errors' }).click()
  const errors = await linesAt(path, 'of=all&level=error')
  expect(errors).toHaveLength(2)
  await expect.poll(() => shownSeqs(page)).toEqual(errors.map(({ seq }) => seq))
  await expect(page.locator('[data-testid="log-line"]:not([data-error])')).toHaveCount(0)
  await expect(page.getByTestId('log-matches')).toHaveText('0/2')
  await page.getByRole('button', { name: 'Next match' }).click()
  await expect(page.getByTestId('log-matches')).toHaveText('1/2')

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '2 lines' }).click()
  const file = await readFile(await (await download).path(), 'utf8')
  expect(file).toMatch(/ stderr \[setup\] Error: cannot find module/)
  expect(file.trimEnd().split('\n')).toHaveLength(3)
  expect(file).toMatch(/\n# 2 lines of all up to line \d+, by level "error"\.\n$/)

  // With a text: both count.
  await page.getByLabel('Search the log').fill('TS2345')
  await expect(page.getByTestId('log-matches')).toHaveText('1/1')
  await expect(page.getByRole('button', { name: '1 line', exact: true })).toBeVisible()
  await page.getByLabel('Search the log').fill('')
  await page.getByRole('button', { name: 'err', exact: true }).click()
  await expect(area(page)).toContainText('No line that is shown tells of an error.')
  await page.getByRole('button', { name: 'Errors' }).click()
  await page.getByRole('button', { name: 'err', exact: true }).click()
  await expect(page.getByRole('button', { name: /^\d+ lines?$/ })).toHaveCount(0)
})

test('[LOG-4.9] of a long log only the lines that fit have a place', async ({ dashboard, page }) => {
  const recording = mergedRun()
  for (let n = 1; n <= 12_000; n += 1) {
    const isError = n % 100 === 0
    recording.prints(
      n % 2 === 0 ? 'api' : 'setup',
      isError ? `failed: ${n}` : `step ${n}`,
      isError ? 'stderr' : 'stdout',
    )
  }
  const path = await imported(dashboard, recording)
  await show(page, path, 'All')
  await page.getByRole('button', { name: 'Errors' }).click()
  const errors = await linesAt(path, 'of=all&level=error')
  expect(errors).toHaveLength(122)
  const all = (await linesAt(path, 'of=all&before=1000000&limit=1'))[0]?.seq ?? 0
  await expect(page.getByRole('region', { name: 'Log' })).toContainText(`122 of ${all.toLocaleString('en')} lines`)
  await expect(page.getByTestId('log-matches')).toHaveText('0/122')
  // From the first to the last, without a line that does not fit.
  await area(page).evaluate(element => element.scrollTo(0, 0))
  await expect(row(page, errors[0]?.seq ?? 0)).toBeInViewport()
  await expect(page.getByTestId('log-gap')).toHaveCount(0)
  const seen = new Set<number>()
  await expect
    .poll(async () => {
      for (const seq of await shownSeqs(page)) seen.add(seq)
      // To the last line that is rendered: a page that is slow leaves none out.
      await rows(page)
        .last()
        .evaluate(line => line.scrollIntoView({ block: 'start' }))
      return [...seen].sort((a, b) => a - b)
    })
    .toEqual(errors.map(({ seq }) => seq))
  // The place of a line stays where the others are shown again.
  await page.getByRole('button', { name: 'Next match' }).click()
  await page.getByRole('button', { name: 'Errors' }).click()
  await expect(page.getByTestId('log-matches')).toHaveCount(0)
  await expect(rows(page).first()).toBeVisible()
})

for (const width of [1_440, 390])
  test(`[LOG-3.3] [LOG-4.6] [LOG-5.1] the merged log is accessible at ${width} px`, async ({ dashboard, page }) => {
    await page.setViewportSize({ width, height: 900 })
    const path = await imported(dashboard, mergedRun())
    await show(page, path, 'All')
    await area(page).scrollIntoViewIfNeeded()
    await page.getByRole('button', { name: 'Pattern' }).click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const sought of ['', 'error.*', 'err(or']) {
        await page.getByLabel('Search the log').fill(sought)
        if (sought === '') await expect(page.locator('mark')).toHaveCount(0)
        else if (sought === 'error.*') await expect(page.locator('mark').first()).toBeVisible()
        else await expect(page.getByText('Not searched')).toBeVisible()
        expect((await new AxeBuilder({ page }).include('#log').analyze()).violations).toEqual([])
      }
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  })
