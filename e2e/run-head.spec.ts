import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { illegible } from './legible'
import { startLong } from './long-plan'
import { expectNoViolations } from './no-violations'
import { RunPage } from './run-page'

const WIDTHS = [320, 390, 721, 768, 1024, 1101, 1120, 1200, 1280, 1299, 1300, 1440, 1920]

/** Runs in the page: what is wrong with the boxes of the head. */
function faultsOfHead(): string[] {
  const faults: string[] = []
  const { scrollWidth } = document.documentElement
  if (scrollWidth > window.innerWidth) faults.push(`the page is ${scrollWidth} px wide`)
  const head = document.querySelector('main > [aria-label="Run"]')
  if (head === null) return ['there is no head']
  const whole = head.getBoundingClientRect()
  const parts = [
    'h1',
    '[data-testid="run-status"]',
    '[role="timer"]',
    '[data-testid="batches-completed"]',
    '[role="img"]',
    '#counts',
    '[aria-label="Sources"]',
    '[data-opens="stop"]',
    '[popovertarget]',
    'button[aria-label="Copy run id"]',
  ].map(selector => ({ selector, element: head.querySelector(selector) }))
  const boxes = parts.flatMap(({ selector, element }) => {
    if (element === null) faults.push(`there is no ${selector}`)
    if (element === null || !element.checkVisibility()) return []
    const { left, right, top, bottom } = element.getBoundingClientRect()
    if (left < whole.left || right > whole.right + 0.5 || top < whole.top || bottom > whole.bottom + 0.5)
      faults.push(`${selector} reaches out of the head`)
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) faults.push(`${selector} is too wide`)
    return [{ selector, left, right, top, bottom }]
  })
  boxes.forEach((a, index) => {
    for (const b of boxes.slice(index + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      if (across > 1 && down > 1) faults.push(`${a.selector} and ${b.selector} overlap`)
    }
  })
  for (const target of head.querySelectorAll('button')) {
    const { width, height } = target.getBoundingClientRect()
    if (target.checkVisibility() && (width < 23.9 || height < 23.9))
      faults.push(`${target.getAttribute('aria-label') ?? target.textContent} is ${width} by ${height} px`)
  }
  return faults
}

/** Where the timer begins, how far the count is below its top, and how far it is below the name of the run, px. */
async function timerAndCount(page: Page) {
  const boxes = await Promise.all(
    [page.getByRole('timer'), page.getByTestId('batches-completed'), page.locator('h1')].map(part =>
      part.boundingBox(),
    ),
  )
  const [timer, count, name] = boxes
  if (!timer || !count || !name) throw new Error('The head has no timer, no count or no name.')
  return {
    left: timer.x,
    top: Math.round(count.y + count.height - timer.y - timer.height),
    bottom: timer.y - name.y - name.height,
  }
}

/** The left edge of the timer at each width, and that nothing is wrong there. */
async function expectHeads(page: Page): Promise<number[]> {
  const lefts: number[] = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    await expect.poll(() => page.evaluate(faultsOfHead), { message: `at ${width} px`, timeout: 5_000 }).toEqual([])
    const { left, top, bottom } = await timerAndCount(page)
    lefts.push(left)
    // Time and count share a line; on a phone only where both have room.
    if (width > 720) expect([width, Math.abs(top)]).toEqual([width, 0])
    if (width < 1300) expect([width, left]).toEqual([width, width < 721 ? 16 : 20])
    expect([width, bottom > 0]).toEqual([width, width < 1300])
  }
  expect(await illegible(page, WIDTHS)).toEqual([])
  return lefts
}

test('[PAGE-14.1] [PAGE-14.2] [PAGE-14.3] the head has its places at every width, for few and many batches', async ({
  backend,
  dashboard,
  folder,
  page,
}) => {
  test.setTimeout(240_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  const few = await startHeld(backend, dashboard, page)
  const ofFew = await expectHeads(page)
  await page.setViewportSize({ width: 1440, height: 900 })
  await few.card('db').getByRole('button').first().press('Enter')
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  expect(await expectHeads(page)).toEqual(ofFew)
  await expectNoViolations(page)

  const plan = { completed: 83, running: 5, waiting: 112 }
  const many = await new RunPage(page, dashboard, await startLong(folder, backend, dashboard, plan)).open()
  await many.live()
  expect(await expectHeads(page)).toEqual(ofFew)
  await page.goto(`${page.url()}?batch=b85`)
  await many.live()
  expect(await expectHeads(page)).toEqual(ofFew)
})

test('[PAGE-14.5] export and import are in a menu that keys open and close', async ({ backend, dashboard, page }) => {
  await startHeld(backend, dashboard, page)
  const more = page.getByRole('button', { name: 'More', exact: true })
  const save = page.getByTestId('export')
  await expect(save).toBeHidden()
  await more.focus()
  await page.keyboard.press('Enter')
  await expect(save).toBeVisible()
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    for (const button of [save, page.getByRole('button', { name: 'Import…' })]) {
      const box = await button.boundingBox()
      expect(box?.height).toBeGreaterThanOrEqual(24)
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width).toBe(true)
    }
  }
  await page.keyboard.press('Tab')
  await expect(save).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(save).toBeHidden()
  await expect(more).toBeFocused()
})

test('[PAGE-14.4] [PAGE-14.6] branches end differently, and no column moves when a batch opens', async ({
  backend,
  dashboard,
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  const run = await startHeld(backend, dashboard, page)
  const branch = run.card('setup').locator('[title^="worktree/"]')
  await expect(branch).toHaveText(/^worktree\/main\/ckrv-batch-setup-[0-9a-f]{6}$/)
  // Seen is its end alone.
  expect((await branch.boundingBox())?.width).toBeLessThan(110)
  await expect(branch).toHaveAttribute('title', /^worktree\/.*\/ckrv-batch-setup-[0-9a-f]{6}$/)

  /** How far the durations end from the end of the list. */
  const tookAt = () =>
    run.card('setup').evaluate(row => {
      const last = [...row.querySelectorAll('time[datetime^="PT"]')].at(-1)
      return row.getBoundingClientRect().right - (last?.getBoundingClientRect().right ?? 0)
    })
  const before = await tookAt()
  await run.card('setup').getByRole('button').first().press('Enter')
  await expect(page.getByTestId('batch-panel')).toBeVisible()
  expect(await tookAt()).toBe(before)
})
