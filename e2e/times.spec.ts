import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const line = (message: string, timestamp: string) => JSON.stringify({ type: 'log', message, timestamp })

/** The texts of the log's rows, in order. */
const rowsOf = (page: Page) => page.getByTestId('log-lines').locator('[data-index]').allInnerTexts()
const stampOf = async (page: Page, text: string) =>
  page.getByTestId('log-lines').locator('[data-index]', { hasText: text }).locator('time').innerText()

const cases = [
  {
    timezoneId: 'Europe/Berlin',
    locale: 'de-DE',
    same: ['2026-10-25T00:30:00.000000Z', '2026-10-25T01:30:00.000000Z'],
    stamps: ['02:30:00.000 +02:00', '02:30:00.000 +01:00'],
    change: 'Sun 25 Oct 2026, UTC+01:00, was UTC+02:00 before',
  },
  {
    timezoneId: 'America/New_York',
    locale: 'fa-IR',
    same: ['2026-11-01T05:30:00.000000Z', '2026-11-01T06:30:00.000000Z'],
    stamps: ['01:30:00.000 -04:00', '01:30:00.000 -05:00'],
    change: 'Sun 1 Nov 2026, UTC-05:00, was UTC-04:00 before',
  },
  {
    timezoneId: 'Asia/Kathmandu',
    locale: 'ar-EG',
    same: ['2026-10-25T17:30:00.000000Z', '2026-10-25T18:30:00.000000Z'],
    stamps: ['23:15:00.000', '00:15:00.000'],
    change: 'Mon 26 Oct 2026, UTC+05:45',
  },
  {
    timezoneId: 'Pacific/Tongatapu',
    locale: 'th-TH',
    same: ['2026-10-25T10:30:00.000000Z', '2026-10-25T11:30:00.000000Z'],
    stamps: ['23:30:00.000', '00:30:00.000'],
    change: 'Mon 26 Oct 2026, UTC+13:00',
  },
] as const

for (const { timezoneId, locale, same, stamps, change } of cases) {
  test.describe(`in ${timezoneId}, ${locale}`, () => {
    test.use({ timezoneId, locale })

    test('[PAGE-1.2] [PAGE-1.3] [PAGE-1.5] lines an hour apart read apart, and the day is told', async ({
      backend,
      dashboard,
      page,
    }) => {
      backend.hold('setup')
      const runId = await dashboard.start(PORTAL)
      const run = await new RunPage(page, dashboard, runId).open()
      await run.expectStatus('running')
      await run.live()
      backend.sendRaw(runId, line('the first of them', same[0]))
      backend.sendRaw(runId, line('the other of them', same[1]))
      await expect(page.getByText('the other of them')).toBeVisible()
      expect([await stampOf(page, 'the first of them'), await stampOf(page, 'the other of them')]).toEqual(stamps)
      const rows = await rowsOf(page)
      expect(rows[rows.findIndex(text => text.includes('the first of them')) + 1]).toBe(change)
      await expect(page.getByTestId('log-top')).toHaveText(
        /^[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} \d{4}, UTC[+-]\d\d:\d\d$/,
      )

      await page.getByRole('button', { name: 'Dates' }).click()
      const full = await stampOf(page, 'the other of them')
      expect(full).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d$/)
      expect(Date.parse(full.replace(' ', 'T').replace(' ', ''))).toBe(Date.parse(same[1]))
    })
  })
}

test.describe('for a reader in Berlin', () => {
  test.use({ timezoneId: 'Europe/Berlin', locale: 'en-GB' })

  test('[PAGE-1.4] the choice of UTC or local is kept, and right in the first HTML, without an error', async ({
    backend,
    dashboard,
    page,
    context,
  }) => {
    backend.hold('setup')
    const runId = await dashboard.start(PORTAL)
    const path = `${dashboard.url}/runs/${runId}`
    const first = async () => (await (await context.request.get(path)).text()).replaceAll('<!-- -->', '')
    const started = /Started <time[^>]*>([^<]*)</
    // Without the reader's zone the time is in UTC. The run's start is unknown until the backend reports it.
    await expect.poll(async () => started.exec(await first())?.[1] ?? '').toMatch(/ UTC$/)

    await page.goto(path)
    const shown = page.locator('p', { hasText: /^Started / }).locator('time')
    await expect(shown).not.toContainText('UTC')
    const local = await shown.innerText()
    expect(started.exec(await first())?.[1]).toBe(local)

    const zone = page.getByTestId('zone')
    await expect(zone).toHaveText(/Local.*Europe\/Berlin/)
    await zone.press('Enter')
    await expect(shown).toContainText('UTC')
    await expect(page.locator('#log header').getByText(/, (UTC|local time)$/)).toContainText('UTC')
    await page.reload()
    await expect(shown).toContainText('UTC')
    await expect(page.getByTestId('zone')).toHaveText(/^UTC/)
    expect(started.exec(await first())?.[1]).toMatch(/ UTC$/)

    // Another tab changes too.
    const other = await context.newPage()
    await other.goto(dashboard.url)
    await expect(other.getByTestId('zone')).toHaveText(/^UTC/)
    await zone.click()
    await expect(other.getByTestId('zone')).toHaveText(/^Local/)
    await expect(shown).toHaveText(local)
    // The first HTML is now in the reader's own zone, and the page keeps it unchanged.
    await page.reload()
    await expect(shown).toHaveText(local)
    await expect(page.locator('[data-sync="live"]').first()).toBeAttached()

    // The saved log and the HTTP interface use UTC.
    const log = await fetch(`${path.replace('/runs/', '/api/runs/')}/logs`, { headers: { accept: 'text/plain' } })
    const said = (await log.text()).split('\n').filter(text => /\d{2}:\d{2}:\d{2}/.test(text))
    expect(said.length).toBeGreaterThan(0)
    for (const text of said) expect(text).toMatch(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/)
  })

  test('[PAGE-1.1] every time on every page is given in full by mouse, by keyboard and by touch', async ({
    backend,
    browser,
    dashboard,
  }) => {
    test.setTimeout(120_000)
    const over = await dashboard.start(PORTAL)
    await expect.poll(async () => (await dashboard.snapshot(over)).status, { timeout: 30_000 }).toBe('completed')
    backend.failBatch('setup', { exitCode: 3 })
    const failed = await dashboard.start('011-audit-log')
    await expect.poll(async () => (await dashboard.snapshot(failed)).status, { timeout: 30_000 }).not.toBe('starting')
    const recording = await fetch(`${dashboard.url}/api/runs/${over}/recording`)
    const imported = await fetch(`${dashboard.url}/api/imports`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: await recording.text(),
    })
    const { importId } = (await imported.json()) as { importId: string }
    const paths = ['/', `/runs/${over}?batch=setup`, `/runs/${failed}`, `/imports/${importId}`, '/containers']
    const FULL =
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+0[12]:00 \(Europe\/Berlin\), \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/
    const context = await browser.newContext({ timezoneId: 'Europe/Berlin', hasTouch: true })
    const page = await context.newPage()
    let seen = 0
    const pressed = new Set<string>()
    for (const path of paths) {
      await page.goto(dashboard.url + path)
      await expect(page.locator('[data-sync="live"]').first()).toBeAttached({ timeout: 15_000 })
      await expect(page.getByTestId('zone')).toHaveText(/Europe\/Berlin/)
      // Every clock time on the page is inside an element that states its moment.
      const bare = await page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter(
            element => element.closest('time, script, [data-testid=log-top], [data-seq] > :last-child, pre') === null,
          )
          .flatMap(element => [...element.childNodes])
          .filter(node => node.nodeType === Node.TEXT_NODE && /\d{1,2}:\d\d/.test(node.textContent ?? ''))
          .map(node => node.textContent)
          .filter(text => !/127\.0\.0\.1:\d+/.test(text ?? '')),
      )
      expect([path, bare]).toEqual([path, []])
      // The title of each contains the full time; one of each kind is pressed.
      const times = await page.locator('main time:not([datetime^=PT]):visible').evaluateAll(all =>
        all.map((time, index) => ({
          index,
          title: time.getAttribute('title') ?? '',
          at: time.getAttribute('datetime') ?? '',
          place: time.closest('[data-testid=log-lines]') ? 'log' : (time.parentElement?.className ?? ''),
        })),
      )
      for (const { title, at, place } of times) {
        seen += 1
        expect([path, place, title]).toEqual([path, place, expect.stringMatching(FULL)])
        const utc = new Date(Date.parse(at)).toISOString().replace('T', ' ').replace('Z', ' UTC')
        expect(title.endsWith(utc)).toBe(true)
      }
      const tip = page.getByTestId('tip')
      for (const place of new Set(times.map(time => time.place))) {
        if (place === 'log' || pressed.has(place)) continue
        pressed.add(place)
        const { index } = times.find(time => time.place === place)!
        const time = page.locator('main time:not([datetime^=PT]):visible').nth(index)
        await time.press('Enter')
        await expect(tip).toHaveText(FULL)
        await page.keyboard.press('Escape')
        await expect(tip).toBeHidden()
        await time.tap()
        await expect(tip).toHaveText(FULL)
        await tip.evaluate(element => (element as HTMLElement).hidePopover())
      }
    }
    expect(pressed.size).toBeGreaterThan(4)
    expect(seen).toBeGreaterThan(10)
    // A line's stamp, by touch.
    await page.goto(`${dashboard.url}/runs/${over}`)
    const stamp = page.getByTestId('log-lines').locator('time').last()
    await stamp.tap()
    await expect(page.getByTestId('tip')).toHaveText(FULL)
    await context.close()
  })
})
