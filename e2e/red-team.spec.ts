import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Page } from '@playwright/test'
import { shortName } from '../lib/run/text/kept-text'
import { makeToken } from '../lib/server/access/tokens'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { PORTAL } from './run-page'

/** Texts that agents and others may write to make a page execute them: each must stay text wherever it appears. */

const PWN = 'window.pwned=1'
const hostile = {
  script: `<script>${PWN}</script>`,
  image: `<img src=x onerror="${PWN}">`,
  svg: `<svg onload="${PWN}"><a href="javascript:${PWN}">x</a></svg>`,
  title: `</title><script>${PWN}</script>`,
  quote: `"'><iframe srcdoc="<script>parent.${PWN}</script>"></iframe>`,
  template: `{{constructor.constructor('${PWN}')()}}\${${PWN}}`,
  ansi: '\u001b[31mred\u001b[2J\u001b[H\u001b[999Bmoved',
  link: `\u001b]8;;javascript:${PWN}\u0007click me\u001b]8;;\u0007`,
  bidi: 'abc\u202edcba\u2066x',
  invisible: 'zero\u200bwidth\u0000null\ufeff',
  proto: '__proto__',
  long: 'long '.repeat(400),
}
const texts = Object.values(hostile)

const stamp = (n: number) => new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)

/** Expects everything from outside on the page to have stayed text. */
async function expectInert(page: Page, title: RegExp): Promise<void> {
  const found = await page.evaluate(() => ({
    pwned: 'pwned' in window,
    foreign: [...document.querySelectorAll('body img, iframe, object, embed, video, audio, base, foreignObject')]
      .length,
    links: [...document.querySelectorAll('a')]
      .map(({ href }) => href)
      .filter(href => !href.startsWith(location.origin)),
    handlers: [...document.querySelectorAll('*')].flatMap(({ attributes }) =>
      [...attributes].map(({ name }) => name).filter(name => name.startsWith('on')),
    ),
    forms: [...document.querySelectorAll('form')]
      .map(({ action }) => action)
      .filter(to => !to.startsWith(location.origin)),
    isWide: document.documentElement.scrollWidth > window.innerWidth,
    brandTop: document.querySelector('header a[href="/"]')?.getBoundingClientRect().top ?? -1,
  }))
  const { brandTop, ...rest } = found
  expect(rest).toEqual({ pwned: false, foreign: 0, links: [], handlers: [], forms: [], isWide: false })
  expect(brandTop).toBeGreaterThanOrEqual(0)
  await expect(page).toHaveTitle(title)
}

/** Watches a page and reports every way in which a text was executed. */
function watched(page: Page, origin: string): string[] {
  const told: string[] = []
  page.on('dialog', dialog => {
    told.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:')) told.push(`a request: ${url}`)
  })
  page.on('popup', popup => void told.push(`a popup: ${popup.url()}`))
  return told
}

test('[SAFE-4] hostile names, ids, branches, errors and lines are inert on every page, and in an import', async ({
  backend,
  dashboard,
  page,
}) => {
  test.setTimeout(90_000)
  const told = watched(page, dashboard.url)
  backend.hold('db')
  backend.hold('ui')
  // A run's id contains no slash and no control characters; all other characters are allowed.
  const runId = `<img src=x onerror="${PWN}">\u202e"'`
  await dashboard.start(PORTAL, { runId })
  await expect.poll(async () => (await dashboard.snapshot(runId)).counts.completed, { timeout: 15_000 }).toBe(1)
  let n = 0
  const say = (message: object) =>
    backend.sendRaw(runId, JSON.stringify({ message: '', timestamp: stamp(++n), ...message }))
  for (const text of texts) {
    say({ type: 'batch_status', status: 'running', batch_id: `id ${text}`, batch_name: text })
    for (const type of ['log', 'error', 'info', 'warning']) say({ type, message: text })
  }
  say({ type: 'log', message: `${'A'.repeat(5 * 1024 * 1024)}<script>${PWN}</script>` })
  say({
    type: 'batch_status',
    status: 'completed',
    batch_id: `id ${hostile.image}`,
    batch_name: 'x',
    branch: hostile.svg,
  })
  const all = async () => (await dashboard.snapshot(runId)).batches.length
  await expect.poll(all, { timeout: 15_000 }).toBe(14 + texts.length)

  // During the run: the run's page, each hostile batch with its panel, the log's end.
  await page.goto(`${dashboard.url}/runs/${encodeURIComponent(runId)}`)
  await expect(page.locator('[data-testid=batch-card]')).toHaveCount(14 + texts.length)
  await expectInert(page, /^2\/\? 014-invoice-portal, running$/)
  for (const text of texts) {
    // An id that exceeds the limit is stored in its short form.
    const id = shortName(`id ${text}`)
    await page.goto(`${dashboard.url}/runs/${encodeURIComponent(runId)}?batch=${encodeURIComponent(id)}`)
    await expect(page.getByTestId('batch-panel')).toBeVisible()
    await expectInert(page, /^2\/\? 014-invoice-portal, running$/)
  }
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByTestId('log-lines')).toContainText('AAAA')
  await expectInert(page, /running$/)

  // The run ends with a hostile error text, which the fleet also shows.
  say({ type: 'status', status: 'failed' })
  say({ type: 'error', message: `Execution failed: ${hostile.title}${hostile.bidi}\n\n${hostile.svg}` })
  await expect.poll(async () => (await dashboard.snapshot(runId)).status).toBe('failed')
  await expect(page.getByTestId('run-error')).toContainText('</title>')
  await expect(page.getByTestId('run-error')).toContainText('abc\ufffddcba')
  await expectInert(page, /^2\/\? 014-invoice-portal, failed$/)
  await page.goto(dashboard.url)
  await expect(page.getByText('</title>').first()).toBeVisible()
  await expectInert(page, /Fleet/)

  // The backend is responsible for refusing a spec with such a name.
  const specs = [hostile.image, `${PWN}<svg onload=${PWN}>`, '{{x}}', '<b>bold</b>'.replace('/', '')]
  for (const spec of specs) await dashboard.api('POST', '/api/runs', { spec })
  await expect(page.getByTestId('fleet-run')).toHaveCount(1 + specs.length, { timeout: 15_000 })
  await expectInert(page, /Fleet/)

  // The import shows the same texts, with the same protection.
  const recording = await fetch(`${dashboard.url}/api/runs/${encodeURIComponent(runId)}/recording`)
  const answer = await fetch(`${dashboard.url}/api/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: await recording.text(),
  })
  const { importId } = (await answer.json()) as { importId: string }
  await page.goto(`${dashboard.url}/imports/${importId}?batch=${encodeURIComponent(`id ${hostile.image}`)}`)
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  await expectInert(page, /^2\/\? 014-invoice-portal, imported, then failed$/)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectInert(page, /failed$/)
  await page.goto(dashboard.url)
  await expectInert(page, /Fleet/)
  expect(told).toEqual([])
})

test.describe('containers of anybody’s making', () => {
  test.use({ docker: 'on' })

  test('[SAFE-4] hostile batch ids, work trees and output of agents are inert beside their evidence', async ({
    backend,
    dashboard,
    page,
    prefix,
  }) => {
    const told = watched(page, dashboard.url)
    backend.hold(`${prefix}setup`)
    const runId = await dashboard.start(PORTAL)
    for (const text of texts)
      if (text !== hostile.long) backend.print(`${prefix}setup`, 'stdout', text.replace('\u0000', ''))
    const setup = page.locator(`[data-testid=batch-card][data-batch-id="${prefix}setup"]`)
    await page.goto(`${dashboard.url}/runs/${runId}?batch=${prefix}setup`)
    await expect(setup).toHaveAttribute('data-verdict', 'agrees', { timeout: 30_000 })
    await expect(page.getByTestId('log-lines')).toContainText('onerror', { timeout: 30_000 })
    await expectInert(page, /running$/)
    await page.goto(`${dashboard.url}/containers`)
    await expect(page.getByTestId('container-row').first()).toBeVisible()
    await expectInert(page, /Containers|containers/)
    backend.release(`${prefix}setup`)
    expect(told).toEqual([])
  })
})

const FORGED = encodeURIComponent(
  'x\n{"level":30,"audit":true,"action":"sign in","outcome":"done"}\n\u001b[2J\u009b31m',
)
/** Addresses that the framework would answer itself, or repeat in its output. */
const addresses = [
  ...[`/_next/image?url=%2F${FORGED}&w=64&q=75`, `/_next/image?url=http%3A%2F%2F127.0.0.1%2F${FORGED}&w=64&q=75`],
  ...[`/%5Fnext/image?url=%2F${FORGED}&w=64&q=75`, `//_next/image?url=%2F${FORGED}&w=64&q=75`],
  ...[`/_NEXT/image?url=%2F${FORGED}&w=64&q=75`, `/runs/..%2F_next%2Fimage?url=%2F${FORGED}&w=64&q=75`],
  ...[`/_next/data/${FORGED}/index.json`, '/_next/webpack-hmr', '/_next/server/middleware-manifest.json'],
  ...[`/__nextjs_original-stack-frame?file=${FORGED}`, '/__nextjs_font/x.woff2', '/_next/'],
  ...['/_next/static/..%2F..%2Fserver%2Fapp%2Fpage.js', '/_next/static/%2e%2e/%2e%2e/BUILD_ID'],
  ...[`/_next/static/${FORGED}.js`, `/runs/${FORGED}`, `/imports/${FORGED}`, `/${FORGED}`, `/?x=${FORGED}`],
  ...[`/runs/${FORGED}/opengraph-image`, `/api/runs/${FORGED}`, '/404', '/500', '/_error', '/_not-found'],
]
const framed: Record<string, string>[] = [
  {},
  { 'next-action': 'x'.repeat(40), 'next-router-state-tree': FORGED },
  { rsc: '1', 'next-router-prefetch': '1', 'next-router-state-tree': '%5B%22' },
  { 'x-middleware-subrequest': 'middleware:middleware', 'x-nextjs-data': '1', 'x-matched-path': '/_next/image' },
  { 'x-invoke-path': '/_next/image', 'x-invoke-status': '500', 'x-now-route-matches': '1=x', purpose: 'prefetch' },
]

test('[SAFE-2.19] [SAFE-4.71] no address makes the framework serve or print anything by itself', async ({
  dashboard,
}) => {
  for (const address of addresses) {
    for (const headers of framed) {
      const { status, text: answer } = await asked(dashboard.url, address, headers)
      expect([address, answer.includes('BUILD_ID')]).toEqual([address, false])
      const isInternal = /_+next/i.test(address) && !address.startsWith('/_next/static/x')
      if (isInternal) expect([address, status]).toEqual([address, 404])
    }
  }
  const lines = dashboard.log.trimEnd().split('\n')
  const printed = lines.filter(line => !line.startsWith('Groundtruth shows '))
  for (const line of printed) expect(JSON.parse(line)).not.toHaveProperty('audit')
  expect(dashboard.log).not.toMatch(/[\u001b\u0080-\u009f]/)
})

test('[SAFE-4.71] a stranger’s headers make the framework say nothing', async ({ backend, folder }) => {
  const tokensFile = join(folder, 'tokens')
  await writeFile(tokensFile, `${makeToken('ann', 'operator').line}\n`)
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, TOKENS_FILE: tokensFile })
  try {
    for (const headers of framed) {
      for (const address of ['/sign-in', '/sign-in?_rsc=1', '/icon.svg', '/']) {
        expect((await asked(dashboard.url, address, headers)).status).toBeLessThan(400)
      }
    }
    expect(dashboard.log).not.toMatch(/"level":[456]0/)
  } finally {
    await dashboard.stop()
  }
})

/** Requests exactly this address: `fetch` would shorten it. */
async function asked(url: string, address: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(url)
  const request = get({ hostname, port, path: address, headers: { accept: 'text/html', ...headers } })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, text: await text(response) }
}

/** Paths that lead out of a folder, as they may appear in a JSON body. */
const ways = [
  ...[
    '..',
    '.',
    '../../etc/passwd',
    '..\\..\\windows',
    '/etc/passwd',
    'a/../../b',
    '..%2f..%2fetc',
    '%2e%2e',
    '....//',
  ],
  ...[
    'a\u0000b',
    'a\u0000.yaml',
    '\u0000',
    '~root',
    '.hidden',
    `${'../'.repeat(40)}etc/passwd`,
    'C:\\x',
    '\\\\host\\share',
    'x'.repeat(5_000),
  ],
]

test.describe('ways out of a folder', () => {
  test('[SAFE-2] [SAFE-4] in specs, run ids, imports and batches lead nowhere', async ({ backend, folder }) => {
    test.setTimeout(60_000)
    const home = join(folder, 'home')
    const dataDir = join(home, 'data')
    await mkdir(home)
    await writeFile(join(home, 'secret'), 'a secret beside the data folder')
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DATA_DIR: dataDir })
    try {
      const runId = await dashboard.start(PORTAL)
      await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 30_000 }).toBe('completed')
      const before = (await dashboard.api('GET', '/api/runs')).body as { runs: unknown[] }
      for (const way of ways) {
        const refused = [
          await dashboard.api('POST', '/api/runs', { spec: way }),
          await dashboard.api('POST', '/api/runs', { spec: PORTAL, runId: `${way}/x` }),
          await dashboard.api('POST', '/api/runs', { spec: PORTAL, resumeRunId: `${way}\u0000` }),
        ]
        // A value that can be the name of a sibling folder is passed to the backend, which does not find it.
        const isName = /^[^/\\.\u0000][^/\\\u0000]{0,127}$/.test(way)
        expect([way, ...refused.map(({ status }) => status)]).toEqual([way, isName ? 201 : 422, 422, 422])
        for (const segment of [way, encodeURIComponent(way), encodeURIComponent(encodeURIComponent(way))]) {
          for (const [method, path] of [
            ['GET', `/api/runs/${segment}`],
            ['GET', `/api/runs/${segment}/logs`],
            ['GET', `/api/runs/${segment}/recording`],
            ['POST', `/api/runs/${segment}/stop`],
            ['PUT', `/api/runs/${segment}`],
            ['GET', `/api/imports/${segment}`],
            ['GET', `/api/imports/${segment}/recording`],
            ['DELETE', `/api/imports/${segment}`],
            ['POST', `/api/containers/${segment}/stop`],
            ['GET', `/api/runs/${runId}/logs?batch=${segment}`],
          ] as const) {
            const { status, body } = await dashboard
              .api(method, path)
              .catch(() => ({ status: 404, body: 'no such URL' }))
            // A path that the client shortens itself ends at a list, which contains only known runs.
            expect([method, path, status >= 400 || path.includes('..')]).toEqual([method, path, true])
            expect(JSON.stringify(body)).not.toContain('a secret beside')
          }
        }
      }
      const after = (await dashboard.api('GET', '/api/runs')).body as { runs: unknown[] }
      const names = ways.filter(way => /^[^/\\.\u0000][^/\\\u0000]{0,127}$/.test(way))
      expect(after.runs).toHaveLength(before.runs.length + names.length)
      const files = (await readdir(home, { recursive: true })).sort()
      const strange = files.filter(
        name => !/^(secret|data|data\/(lock|recordings|recordings\/[0-9a-f]{64}\.jsonl))$/.test(name),
      )
      expect(strange).toEqual([])
      expect(files.filter(name => name.endsWith('.jsonl'))).toHaveLength(after.runs.length)
    } finally {
      await dashboard.stop()
    }
  })
})
