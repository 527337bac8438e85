import type { BrowserContext, Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { expectNoViolations } from './no-violations'

const AUDIT = '011-audit-log'
const RISING = [659, 880]
const FALLING = [440, 370, 294]

/** From now on each page notes the pitches that it plays. */
async function listen(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const played: number[] = []
    Reflect.set(window, 'played', played)
    const Oscillator = window.OscillatorNode
    Reflect.set(
      window,
      'OscillatorNode',
      class extends Oscillator {
        constructor(audio: BaseAudioContext, options: OscillatorOptions) {
          super(audio, options)
          played.push(this.frequency.value)
        }
      },
    )
  })
}
const played = async (...pages: Page[]) =>
  (
    await Promise.all(
      pages.map(page => page.evaluate(() => (Reflect.get(window, 'played') as number[]).map(Math.round))),
    )
  ).flat()
/** No tab plays, nor holds back others. */
const quiet = (page: Page) =>
  expect
    .poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length), { timeout: 15_000 })
    .toBe(0)

test('[PAGE-8.7] [PAGE-8.8] alarms have a tone once a reader wants that, in one of the tabs', async ({
  backend,
  dashboard,
  context,
  page,
}) => {
  test.setTimeout(120_000)
  await listen(context)
  const run = await startHeld(backend, dashboard, page)
  await run.live()
  const fleet = await context.newPage()
  await fleet.goto(dashboard.url)
  await expect(fleet.locator('[data-sync="live"]').first()).toBeAttached()

  // Off at first.
  backend.failBatch('schema', { exitCode: 3 })
  await dashboard.start(AUDIT)
  await expect(fleet.getByTestId('said-at-once')).toContainText(`${AUDIT} failed.`, { timeout: 20_000 })
  expect(await played(page, fleet)).toEqual([])

  // A browser lets only those pages sound that were clicked.
  await fleet.getByRole('heading', { level: 1 }).click()
  await page.bringToFront()
  const sound = page.getByRole('checkbox', { name: /^Sound/ })
  await page.keyboard.press('?')
  await sound.check()
  await expect.poll(() => played(page)).toEqual(RISING)
  await expectNoViolations(page)
  await page.keyboard.press('Escape')
  await quiet(page)

  // Both tabs tell of the end, and one of them plays.
  backend.release('db')
  await run.expectStatus('completed')
  for (const each of [page, fleet]) {
    await expect(each.getByTestId('said-at-once')).toContainText('is completed.', { timeout: 20_000 })
  }
  await expect.poll(() => played(page, fleet)).toHaveLength(2 * RISING.length)
  await quiet(page)

  backend.failBatch('schema', { exitCode: 4 })
  await dashboard.start(AUDIT)
  await expect.poll(() => played(page, fleet), { timeout: 20_000 }).toHaveLength(2 * RISING.length + FALLING.length)
  expect((await played(fleet)).slice(-FALLING.length)).toEqual(FALLING)
  const all = await played(page, fleet)
  expect(all.filter(pitch => RISING.includes(pitch))).toEqual([...RISING, ...RISING])

  await page.reload()
  await run.live()
  await page.keyboard.press('?')
  await expect(sound).toBeChecked()
  await sound.uncheck()
  await page.reload()
  await run.live()
  await page.keyboard.press('?')
  await expect(sound).not.toBeChecked()
})
