import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { rareRefusals } from '../app/rare-refusals'
import { pageRefusals } from '../app/refusals'
import { faultsOf } from '../lib/testing/support/error-words'
import { makeToken } from '../lib/server/access/tokens'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { illegible } from './legible'

const refusals = { ...pageRefusals, ...rareRefusals }
type Key = keyof typeof refusals

/** The refusals that a test of this file has caused, each with its status. */
const met: Partial<Record<Key, string>> = {}

/** The text that each refusal must contain: what happened, where, and what to do next. */
const parts: Record<Key, [what: RegExp, where: RegExp, next: RegExp]> = {
  unknownPage: [/No page/, /at this address/, /Check the address, or look on the fleet page/],
  unknownRun: [/started elsewhere, or was over/, /It/, /can follow it/],
  unknownToBackend: [/does not know/, /run-unknown/, /Check the id/],
  unknownSpec: [
    /Neither the backend nor any run/,
    /a spec of this name/,
    /Check the address, or look on the page of all specs/,
  ],
  unknownImport: [/No import/, /this address/, /can import it again/],
  pageFailed: [/only their display failed/, /log of the Groundtruth server/, /Try again/],
  unknownToken: [/not known/, /The token/, /Check that all of it was copied/],
  tooManyTries: [/Too many tokens/, /your address/, /Wait a minute/],
  noAnswer: [/no usable answer/, /The Groundtruth server/, /see whether it was before you try again/],
  unreadableAnswer: [/can’t be read/, /The Groundtruth server/, /Reload this page/],
  noWords: [/HTTP 502 and no reason/, /The server, or a proxy/, /log says why.*see whether it was/],
  downloadRefused: [/HTTP 502/, /The log can’t be downloaded/, /Try again/],
  downloadBroke: [/broke off/, /The log can’t be downloaded/, /Check the connection/],
}

/** Expects a refusal's text on the page, with everything that it must contain. */
async function expectRefusal(page: Page, key: Key, status: number | 'none', text: string): Promise<void> {
  await expect(page.getByText(text).first()).toBeVisible()
  const [what, where, next] = parts[key]
  // On a failed page the sentence continues with the error's number, or ends.
  expect(faultsOf(text.endsWith('.') ? text : `${text}.`, { what, where, next })).toEqual([])
  met[key] = String(status)
}

/** Answers one kind of requests this way, in the place of the server or of a proxy. */
async function answering(page: Page, path: string, status: number | null, body = ''): Promise<void> {
  await page.unroute(path)
  await page.route(path, route =>
    status === null ? route.abort() : route.fulfill({ status, contentType: 'application/json', body }),
  )
}

test.use({
  expectedErrors: [/status of (400|401|404|429|502)|ERR_FAILED|planted/],
})
test.describe.configure({ mode: 'serial' })

test('[SAY-8] pages that are not found say what and what next, legible at every width, light and dark', async ({
  dashboard,
  page,
}) => {
  const shown: [string, Key, string][] = [
    ['/no/such/page', 'unknownPage', rareRefusals.unknownPage()],
    ['/runs/run-unknown', 'unknownRun', pageRefusals.unknownRun(true)],
    ['/specs/no-such-spec', 'unknownSpec', rareRefusals.unknownSpec()],
    [`/imports/${'e'.repeat(32)}`, 'unknownImport', rareRefusals.unknownImport()],
  ]
  for (const [path, key, text] of shown) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const response = await page.goto(dashboard.url + path)
      expect(response?.status()).toBe(404)
      await expectRefusal(page, key, 404, text)
      await expect(page.locator('main h1')).toBeVisible()
      expect(await illegible(page, [320, 360, 1280])).toEqual([])
    }
  }
  await expect(page.getByText('e'.repeat(32))).toBeVisible()
  await page.goto(`${dashboard.url}/runs/run-unknown`)
  await page.getByRole('button', { name: 'Follow this run' }).click()
  await expectRefusal(page, 'unknownToBackend', 404, rareRefusals.unknownToBackend('run-unknown'))
})

test('[SAY-3] [IMP-1.8] an address of the HTTP interface that a browser opens is refused with a page', async ({
  dashboard,
  page,
}) => {
  for (const path of ['/api/runs/run-unknown/recording', '/api/nothing', '/api/live/', '/api/runs/%zz']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.goto(dashboard.url + path)
      await expect(page.locator('h1')).toBeVisible()
      expect(await illegible(page, [320, 360, 1280])).toEqual([])
    }
    await page.getByRole('link', { name: 'Go to the fleet' }).click()
    await expect(page).toHaveURL(`${dashboard.url}/`)
  }
})

test('[SAY-1.7] [SAY-8.2] a call that fails says what and what next', async ({ dashboard, backend, page }) => {
  backend.hold('setup')
  const runId = await dashboard.start('014-invoice-portal')
  await page.goto(`${dashboard.url}/runs/${runId}`)
  const stops: [Key, number | 'none', string][] = [
    ['noAnswer', 'none', pageRefusals.noAnswer('POST')],
    ['noWords', 502, pageRefusals.noWords(502, 'POST')],
  ]
  for (const [key, status, text] of stops) {
    await answering(page, '**/stop', status === 'none' ? null : status, '"Bad gateway"')
    await page.getByRole('button', { name: 'Stop run…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Stop/ }).click()
    await expectRefusal(page, key, status, text)
    await page.keyboard.press('Escape')
  }
  const downloads: [Key, number | 'none', string][] = [
    ['downloadBroke', 'none', pageRefusals.downloadBroke('The log')],
    ['downloadRefused', 502, pageRefusals.downloadRefused('The log', 502)],
  ]
  for (const [key, status, text] of downloads) {
    await answering(page, '**/logs*', status === 'none' ? null : status, '"Bad gateway"')
    await page.getByRole('button', { name: 'Download' }).first().click()
    await expectRefusal(page, key, status, text)
  }
  await answering(page, '**/api/specs', 200, '{"specs":7}')
  await page.goto(dashboard.url)
  await page.getByRole('button', { name: 'Start a run…' }).first().click()
  await expectRefusal(page, 'unreadableAnswer', 200, pageRefusals.unreadableAnswer('GET'))
})

test('[SAY-8] the sign-in says what and what next', async ({ backend, folder, page }) => {
  const file = join(folder, 'tokens')
  await writeFile(file, makeToken('ann', 'operator').line)
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, TOKENS_FILE: file })
  try {
    await page.goto(dashboard.url)
    const attempt = async () => {
      await page.getByLabel('Token').fill('gt_planted')
      const answer = page.waitForResponse(response => response.request().method() === 'POST')
      await page.getByRole('button', { name: 'Sign in' }).click()
      return (await answer).status()
    }
    const status = await attempt()
    expect(status).toBe(401)
    await expectRefusal(page, 'unknownToken', status, rareRefusals.unknownToken())
    let last = status
    for (let time = 2; time <= 11; time++) last = await attempt()
    expect(last).toBe(429)
    await expectRefusal(page, 'tooManyTries', last, rareRefusals.tooManyTries())
    expect(await illegible(page, [320, 360, 1280])).toEqual([])
  } finally {
    await dashboard.stop()
  }
})

test('[SAY-8] a page that can’t be shown says what and what next', async ({ dashboard, page }) => {
  const runId = await dashboard.start('014-invoice-portal')
  // A browser in which times can’t be written.
  await page.addInitScript(() => {
    Date.prototype.toISOString = () => {
      throw new Error('planted')
    }
  })
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await expectRefusal(page, 'pageFailed', 'none', pageRefusals.pageFailed())
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await illegible(page, [320, 360, 1280])).toEqual([])
  }
  await expect(page.getByText('planted')).toHaveCount(0)
})

test('[SAY-8] a page whose frame can’t be shown either says what and what next', async ({ dashboard, page }) => {
  await page.goto(dashboard.url)
  await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
  // A browser whose cookies can be read only once more: the frame of every page reads them.
  await page.evaluate(() => {
    let reads = 0
    const get = () => {
      if (reads++ > 0) throw new Error('planted')
      return ''
    }
    Object.defineProperty(document, 'cookie', { get, set: () => {} })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expectRefusal(page, 'pageFailed', 'none', pageRefusals.pageFailed())
  await expect(page.getByRole('banner')).toHaveCount(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await illegible(page, [320, 360, 1280])).toEqual([])
  }
  await expect(page.getByText('planted')).toHaveCount(0)
  await page.getByRole('link', { name: 'Go to the fleet' }).click()
  await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
})

test('[SAY-8.1] [SAY-8.2] all have a row, and were met', async () => {
  const rules = await readFile(new URL('../lib/server/RULES.md', import.meta.url), 'utf8')
  const table = rules.split('\n## SAY-8: ')[1]?.split(/\n#+ /)[0] ?? ''
  const rows = [...table.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, key, status]) => [key, status?.trim()])
  expect(Object.fromEntries(rows)).toEqual(met)
  expect(Object.keys(met).sort()).toEqual(Object.keys(refusals).sort())
})
