import { expectNoViolations } from './no-violations'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'

test('[LOG-6.1] [LOG-6.2] a log tells how long after the start of its run each line came', async ({
  backend,
  dashboard,
  page,
}) => {
  await startHeld(backend, dashboard, page)
  const stamps = page.getByTestId('log-line').getByRole('time')
  const log = page.getByRole('region', { name: 'Log' })
  const since = log.getByRole('button', { name: 'Elapsed' })
  await expect(stamps.first()).toHaveText(/^\d\d:\d\d:\d\d\.\d{3}$/)
  await since.click()
  await expect(since).toHaveAttribute('aria-pressed', 'true')
  await expect(log).toContainText('since the run’s start')
  const snapshot = await dashboard.snapshot(new URL(page.url()).pathname.replace('/runs/', ''))
  const started = Date.parse(snapshot.startedAt ?? '')
  const shown = await stamps.evaluateAll(all =>
    all.map(stamp => ({
      text: stamp.textContent,
      at: stamp.getAttribute('datetime') ?? '',
      title: stamp.getAttribute('title') ?? '',
    })),
  )
  expect(shown.length).toBeGreaterThan(5)
  for (const { text, at, title } of shown) {
    const [, sign, hours, minutes, seconds] = /^([+−])(\d\d):(\d\d):(\d\d\.\d{3})$/.exec(text) ?? []
    const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * (sign === '+' ? 1_000 : -1_000)
    expect(Math.round(ms)).toBe(Date.parse(at) - started)
    expect(title).toContain(at.slice(0, 10))
  }
  // One of the two at a time.
  await log.getByRole('button', { name: 'Dates' }).click()
  await expect(since).toHaveAttribute('aria-pressed', 'false')
  await expect(stamps.first()).toHaveText(/^\d{4}-/)
  await since.click()
  await expect(stamps.first()).toHaveText(/^[+−]\d\d:/)
  await expectNoViolations(page)

  // The next log and the next page have it as well.
  await page.reload()
  await expect(stamps.first()).toHaveText(/^[+−]\d\d:/)
  await page.getByTestId('zone').click()
  await expect(stamps.first()).toHaveText(/^[+−]\d\d:/)
  await since.click()
  await expect(stamps.first()).toHaveText(/^\d\d:\d\d:\d\d/)
})
