import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { hostileTexts, honestTexts, UNSEEN } from '../lib/testing/support/hostile-texts'
import { expect, test } from './fixtures'
import { PORTAL } from './run-page'

/** Names with invisible or reordering characters, on the built pages, in a browser. */

const OVERRIDE = 'safe\u202etxt.exe'
const honest = Object.values(honestTexts)
const stamp = (n: number) => new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)

/** Expects no invisible text in the page's text, its visible or audible attributes, and its title. */
async function expectAllSeen(page: Page): Promise<void> {
  const texts = await page.evaluate(() => {
    const silent = /^(data-.*|href|value|id|name|class|style|d|for)$/
    const elements = [...document.querySelectorAll('body, body *')].filter(element => !element.matches('script, style'))
    const attributes = elements.flatMap(({ attributes: all }) =>
      [...all].filter(({ name }) => !silent.test(name)).map(({ name, value }) => `${name}=${value}`),
    )
    const own = elements.flatMap(({ childNodes }) =>
      [...childNodes].flatMap(node => (node.nodeType === Node.TEXT_NODE ? [node.nodeValue ?? ''] : [])),
    )
    return [document.title, ...attributes, ...own]
  })
  expect(texts.length).toBeGreaterThan(50)
  const others = texts.map(text => honest.reduce((rest, each) => rest.replaceAll(each, ''), text))
  expect(others.filter(text => UNSEEN.test(text)).map(text => JSON.stringify(text))).toEqual([])
}

/** The characters of a text in their visual order, from left to right. */
const fromLeft = (element: Locator): Promise<string> =>
  element.evaluate(node => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
    const placed: { x: number; character: string }[] = []
    while (walker.nextNode()) {
      const text = walker.currentNode
      for (let index = 0; index < (text.nodeValue ?? '').length; index += 1) {
        const range = document.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + 1)
        placed.push({ x: range.getBoundingClientRect().x, character: text.nodeValue?.charAt(index) ?? '' })
      }
    }
    return placed
      .sort((a, b) => a.x - b.x)
      .map(({ character }) => character)
      .join('')
  })

// A request for an unknown run gets 404.
test.use({ expectedErrors: [/404/] })

test('[SAFE-4.4] [SAFE-4.8] [SAFE-4.9] [SAFE-4.62] [SAFE-4.72] [SAFE-4.73] names, branches, errors and lines that hide or reorder themselves are seen for what they are', async ({
  backend,
  dashboard,
  page,
  context,
}) => {
  test.setTimeout(180_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: dashboard.url })
  backend.hold('db')
  backend.hold('ui')
  const runId = `run ${OVERRIDE}`
  await dashboard.start(PORTAL, { runId })
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.completed, { timeout: 20_000 }).toBe(1)
  let n = 0
  const say = (message: object) =>
    backend.sendRaw(runId, JSON.stringify({ message: '', timestamp: stamp(++n), ...message }))
  const batch = (id: string, name: string, more: object) =>
    say({ type: 'batch_status', batch_id: id, batch_name: name, ...more })
  // An unpaired surrogate cannot be sent; its replacement is visible.
  const texts = Object.entries(hostileTexts).filter(([, text]) => text.isWellFormed())
  for (const [kind, text] of texts) {
    batch(text, text, { status: 'completed', branch: text })
    for (const type of ['log', 'error']) say({ type, message: `${kind}: ${text}` })
  }
  const everything = texts.map(([, text]) => text).join(' ')
  batch('everything', everything, { status: 'failed', error: `${everything}\nsecond line ${everything}` })
  batch('override', OVERRIDE, { status: 'completed', branch: OVERRIDE })
  for (const [kind, text] of Object.entries(honestTexts)) batch(`honest ${kind}`, text, { status: 'completed' })
  const expected = 14 + texts.length + 2 + Object.keys(honestTexts).length
  const all = async () => (await dashboard.snapshot(runId)).batches
  await expect.poll(async () => (await all()).length, { timeout: 20_000 }).toBe(expected)
  // The data is unchanged; only its display is made harmless.
  expect((await all()).find(({ id }) => id === 'override')).toMatchObject({ name: OVERRIDE, branch: OVERRIDE })

  const at = (path: string) => page.goto(`${dashboard.url}${path}`)
  const runPath = `/runs/${encodeURIComponent(runId)}`
  await at(runPath)
  await expect(page.getByTestId('batch-card')).toHaveCount(expected)
  await expectAllSeen(page)
  const card = page.locator('[data-batch-id=override]')
  await expect(card.locator('button[aria-pressed]')).toHaveText('safe\ufffdtxt.exe')
  expect(await fromLeft(card.locator('button[aria-pressed]'))).toBe('safe\ufffdtxt.exe')
  const names = await page.locator('[data-batch-id] button[aria-pressed]').evaluateAll(buttons =>
    buttons.map(button => ({
      text: button.textContent.trim(),
      title: button.parentElement?.title ?? '',
      width: button.getBoundingClientRect().width,
    })),
  )
  for (const { text, width } of names) expect([text, text !== '' && width > 3]).toEqual([text, true])
  // Right-to-left text keeps its direction, and the text beside it keeps its place.
  const hebrew = page.locator('[data-batch-id="honest Hebrew"]')
  expect(await fromLeft(hebrew.locator('button[aria-pressed]'))).toBe(
    Array.from(honestTexts['Hebrew'] ?? '')
      .reverse()
      .join(''),
  )
  const [place, name] = [hebrew.locator('> span').first(), hebrew.locator('span:has(> button[aria-pressed])')]
  expect((await place.boundingBox())?.x).toBeLessThan((await name.boundingBox())?.x ?? 0)
  for (const text of honest)
    expect(
      names.some(each => each.text === text && each.title.startsWith(text)),
      text,
    ).toBe(true)

  // The copy is the unchanged text, and the page names the characters in it that it does not show.
  await expect(card.locator('span[title^="Copy branch, also"]')).toHaveText('copies U+202E')
  await card.getByRole('button', { name: /^Copy branch, also what can’t be seen of it: U\+202E$/ }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(OVERRIDE)

  await page.locator('[data-batch-id=everything] button[aria-pressed]').click()
  await expect(page.getByTestId('batch-panel')).toContainText('everything')
  await expectAllSeen(page)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  // Only the visible rows are in the document: the search scrolls to the line.
  await page.getByLabel('Search the log').fill('climb over other lines')
  await page.getByLabel('Search the log').press('Enter')
  await expect(page.getByTestId('log-lines')).toContainText('climb over other lines')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the whole log' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^[\w.-]+\.log$/)
  expect(await readFile(await download.path(), 'utf8')).not.toMatch(UNSEEN)
  await page.getByRole('button', { name: 'Stop run…' }).click()
  await expect(page.getByRole('dialog')).toContainText('Stop')
  await expectAllSeen(page)

  await page.goto(dashboard.url)
  await page.getByRole('button', { name: 'Import…' }).click()
  const file = { name: `${OVERRIDE}.jsonl`, mimeType: 'application/x-ndjson', buffer: Buffer.alloc(0) }
  await page.getByRole('dialog').getByLabel('File').setInputFiles(file)
  await expect(page.getByRole('dialog').getByText('safe\ufffdtxt.exe.jsonl', { exact: true })).toBeVisible()
  await expectAllSeen(page)

  // The run ends; its error appears on its page, in the list of what needs attention, and in the history.
  say({ type: 'status', status: 'failed' })
  say({ type: 'error', message: `Execution failed: ${everything}\n\n${OVERRIDE}` })
  await expect.poll(async () => (await dashboard.snapshot(runId)).status).toBe('failed')
  await at(runPath)
  await expect(page.getByTestId('run-error')).toContainText('x')
  await expectAllSeen(page)
  await dashboard.api('POST', '/api/runs', { spec: OVERRIDE })
  await at('/')
  await expect(page.getByTestId('fleet-run').filter({ hasText: 'safe\ufffdtxt.exe' })).toHaveCount(2)
  await page.getByLabel('Find in history').fill(`nothing like ${OVERRIDE}`)
  await expect(page.getByText('No run matches')).toBeVisible()
  await expectAllSeen(page)
  await page.getByRole('button', { name: 'Add a run by id…' }).first().click()
  await page.getByRole('dialog').getByRole('textbox').fill(OVERRIDE)
  await page.getByRole('dialog').getByRole('button', { name: 'Follow', exact: true }).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('safe\ufffdtxt.exe')
  await expectAllSeen(page)

  const recording = await fetch(`${dashboard.url}/api/runs/${encodeURIComponent(runId)}/recording`)
  const answer = await fetch(`${dashboard.url}/api/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: await recording.text(),
  })
  const { importId } = (await answer.json()) as { importId: string }
  await at(`/imports/${importId}?batch=override`)
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  await expectAllSeen(page)
  await at(`/runs/${encodeURIComponent(`unknown ${OVERRIDE}`)}`)
  await expect(page.getByText('unknown safe\ufffdtxt.exe')).toBeVisible()
  await expectAllSeen(page)
})
