import { expect, test } from './fixtures'
import { startHeld } from './held-run'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'

test('[PAGE-9.1] [PAGE-9.2] the palette goes to batches, runs, specs and actions', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  const runPath = new URL(page.url()).pathname
  const palette = page.getByRole('dialog', { name: 'Go to' })
  const typed = palette.getByRole('combobox')
  const active = palette.getByRole('option', { selected: true })
  await run.completed.focus()
  await page.keyboard.press('ControlOrMeta+k')
  await expect(typed).toBeFocused()
  await expect(palette.getByRole('option', { name: PORTAL }).first()).toBeVisible()
  await expectNoViolations(page)
  await page.keyboard.press('End')
  await expect(active).toBeInViewport()
  await page.keyboard.press('Home')
  const atFirst = await active.textContent()
  await page.keyboard.press('ArrowDown')
  await expect(active).not.toHaveText(atFirst ?? '')
  await expect(active).toHaveAttribute('id', (await typed.getAttribute('aria-activedescendant')) ?? '')
  await page.keyboard.press('Escape')
  await expect(palette).toHaveCount(0)
  await expect(run.completed).toBeFocused()

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('paywe')
  await expect(active).toContainText('Payment Webhooks')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('batch-panel')).toContainText('Payment Webhooks')

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('nothing has such a name')
  await expect(palette.getByRole('option')).toHaveCount(0)
  await expect(palette).toContainText('Nothing here matches.')
  await typed.fill('containers')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/containers$/)

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type(`${PORTAL} running`)
  await expect(active).toContainText(PORTAL)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`${runPath}$`))

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('stop run')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: `Stop ${PORTAL}?` })).toBeVisible()
})

test('[PAGE-9.3] [PAGE-9.4] single keys move about, and can be switched off for good', async ({
  backend,
  dashboard,
  page,
}) => {
  await startHeld(backend, dashboard, page)
  const panel = page.getByTestId('batch-panel')
  await page.keyboard.press('j')
  await expect(panel).toContainText('Project Setup')
  await page.keyboard.press('j')
  await expect(panel).toContainText('Database Foundation')
  await page.keyboard.press('k')
  await expect(panel).toContainText('Project Setup')
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await page.keyboard.press('l')
  await expect(page.getByRole('log')).toBeFocused()
  await page.keyboard.press('/')
  const search = page.getByRole('searchbox', { name: 'Search the log' })
  await expect(search).toBeFocused()
  await page.keyboard.type('jkn?gf')
  await expect(search).toHaveValue('jkn?gf')
  await expect(panel).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(search).toHaveValue('')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('log')).toBeFocused()

  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await expect(page).toHaveURL(`${dashboard.url}/`)
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await expect(page).toHaveURL(/\/containers$/)
  await expect(page.getByRole('heading', { name: 'Containers', level: 1 })).toBeVisible()

  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await page.keyboard.press('?')
  await expect(sheet).toBeVisible()
  await expectNoViolations(page)
  await sheet.getByRole('checkbox', { name: 'Keys without Ctrl or ⌘' }).uncheck()
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await page.keyboard.press('?')
  await expect(page).toHaveURL(/\/containers$/)
  await expect(sheet).toHaveCount(0)

  await page.reload()
  await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
  await page.keyboard.press('?')
  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('dialog')).toHaveCount(1)
  await page.keyboard.type('keyboard')
  await page.keyboard.press('Enter')
  await expect(sheet.getByRole('checkbox', { name: /^Keys without/ })).not.toBeChecked()
})

test('[PAGE-9.3] n goes to the batch that failed', async ({ backend, dashboard, page }) => {
  backend.failBatch('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.expectStatus('failed')
  await run.live()
  await page.keyboard.press('n')
  await expect(page.getByTestId('batch-panel')).toContainText('Project Setup')
})

test('[PAGE-8.1] [PAGE-8.2] [PAGE-8.3] [PAGE-8.5] a run is said aloud, and shown on the icon', async ({
  backend,
  dashboard,
  page,
}) => {
  const run = await startHeld(backend, dashboard, page)
  const icon = page.locator('link[rel="icon"][data-state]')
  const polite = page.getByTestId('said-politely')
  const atOnce = page.getByTestId('said-at-once')
  await expect(icon).toHaveAttribute('data-state', 'running')
  await page.reload()
  await run.live()
  await expect(polite).toBeAttached()
  await expect(polite).toHaveText('')
  await expect(atOnce).toHaveText('')
  await expect(polite).toHaveAttribute('aria-live', 'polite')
  await expect(atOnce).toHaveAttribute('aria-live', 'assertive')
  backend.release('db')
  await run.expectStatus('completed')
  await expect(atOnce).toHaveText('The run is completed.')
  await expect(polite).toHaveText('14 of 14 completed.')
  await expect(icon).toHaveAttribute('data-state', 'completed')
  await expect(icon).toHaveAttribute('href', /^data:image\/svg\+xml,/)
  // The next page has the plain icon again.
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await expect(icon).toHaveCount(0)
})

test.describe('notifications', () => {
  test('[PAGE-8.6] come only after a press, and only while the page is hidden', async ({
    backend,
    dashboard,
    page,
  }) => {
    await page.addInitScript(() => {
      const shown: string[] = []
      Reflect.set(window, 'shownNotifications', shown)
      class Shown {
        static permission = 'default'
        static requestPermission() {
          Shown.permission = 'granted'
          return Promise.resolve('granted')
        }
        constructor(title: string, { body }: { body: string }) {
          shown.push(`${title}: ${body}`)
        }
      }
      Reflect.set(window, 'Notification', Shown)
      Object.defineProperty(document, 'hidden', { get: () => Reflect.get(window, 'isHidden') === true })
    })
    const shown = () => page.evaluate(() => Reflect.get(window, 'shownNotifications') as string[])
    const run = await startHeld(backend, dashboard, page)
    expect(await shown()).toEqual([])
    await page.keyboard.press('?')
    await page.getByRole('button', { name: 'Notify me…' }).click()
    await expect(page.getByRole('button', { name: 'Notifications are on' })).toBeVisible()
    expect(await shown()).toEqual(['Groundtruth: Notifications are on.'])
    await page.keyboard.press('Escape')
    await page.evaluate(() => Reflect.set(window, 'isHidden', true))
    backend.release('db')
    await run.expectStatus('completed')
    await expect.poll(async () => (await shown()).at(-1)).toBe(`14/14 ${PORTAL}, completed: The run is completed.`)
  })
})
