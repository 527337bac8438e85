import { ageText } from '../app/format'
import { Dashboard } from './dashboard'
import { FakeEngine } from './fake-engine'
import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { RunPage } from './run-page'

const SEARCH = '012-search-relevance'

test('[DOCK-2.30] [PAGE-18.1] [FLEET-1.6] a ghost outlives its backend on every page, as of when that was last live', async ({
  backend,
  page,
}) => {
  test.setTimeout(180_000)
  const engine = await FakeEngine.start()
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: '', DOCKER_HOST: engine.host })
  try {
    for (const id of ['fuzzy', 'amounts']) backend.hold(id)
    const runId = await dashboard.start(SEARCH)
    const shown = await new RunPage(page, dashboard, runId).open()
    const ghosts = page.locator('[data-testid=finding][data-kind=ghost]')
    await expect(ghosts).toHaveCount(2, { timeout: 60_000 })
    await expect(ghosts.first()).not.toHaveAttribute('data-old')
    await backend.kill()
    await expect(shown.card('fuzzy')).toHaveAttribute('data-verdict', 'unknown', { timeout: 60_000 })
    const { findings, lastLiveAt } = await dashboard.snapshot(runId)
    expect(findings.filter(({ kind }) => kind === 'ghost').map(({ knownAt }) => knownAt)).toEqual([
      lastLiveAt,
      lastLiveAt,
    ])

    // On the open page, and on one that is opened now.
    for (const isReloaded of [false, true]) {
      if (isReloaded) await page.reload()
      await expect(ghosts).toHaveCount(2)
      await expect(ghosts.first()).toHaveAttribute('data-old', 'true')
      await expect(ghosts.first()).toContainText('last known')
    }
    // Its times are those of then: the later its page is opened, the older it is, and not the longer the ghost.
    const ghost = findings.find(({ kind }) => kind === 'ghost')
    const lasted = Date.parse(ghost?.knownAt ?? '') - Date.parse(ghost?.at ?? '')
    await expect(ghosts.first()).toContainText(`no container for ${ageText(lasted)}.`)
    await expectNoViolations(page)

    await page.goto(dashboard.url)
    const need = page.locator('[data-testid=need][data-kind=ghost]')
    await expect(need).toHaveAttribute('data-old', 'true')
    await expect(page).toHaveTitle(/^\(1, last known\)/)
  } finally {
    await page.close()
    await dashboard.stop()
    await engine.close()
  }
})
