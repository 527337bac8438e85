import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeToken } from '../lib/server/access/tokens'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL } from './run-page'

test('[START-4.1] [START-4.2] an operator resumes a failed run: its entry goes on, and completed batches stay', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.failBatch('models', { exitCode: 3 })
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('failed')
  const { historyId, counts } = await dashboard.snapshot(runId)
  expect(historyId).not.toBeNull()
  await page.goto(`${dashboard.url}/runs/${runId}`)
  const button = page.getByTestId('run-summary').getByRole('button', { name: 'Resume this run…' })
  await button.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Resume a run' })
  await expect(dialog.getByTestId('resumed')).toContainText(PORTAL)
  await expect(dialog.getByTestId('resumed-id')).toHaveText(historyId ?? '')
  await expect(dialog.getByTestId('resumed')).toContainText('continues the entry of this run in its history')
  await expect(dialog.getByTestId('start-outlook')).toContainText(
    `${counts.completed} of 14 batches are completed already`,
  )
  await expect(dialog.getByRole('radio')).toHaveCount(0)
  await expectNoViolations(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(button).toBeFocused()

  await button.click()
  await dialog.getByRole('button', { name: 'Resume', exact: true }).click()
  await expect(page).not.toHaveURL(new RegExp(runId))
  await expect(page.getByTestId('batches-completed')).toHaveText('14/14', { timeout: 30_000 })
  const resumed = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '')
  const { body } = await dashboard.api('GET', `/api/runs/${resumed}/logs`)
  expect(JSON.stringify(body)).toContain(`Resuming run: ${historyId}`)
  // A run that completed has nothing left.
  await expect(page.getByRole('button', { name: 'Resume this run…' })).toHaveCount(0)
})

test.describe('with a sign-in', () => {
  // The browser reports the page that is refused before the sign-in.
  test.use({ expectedErrors: [/status of 40[134]/] })

  test('[START-4.1] a viewer is offered no resume, and no other button of its kind', async ({ backend, page }) => {
    const folder = await mkdtemp(join(tmpdir(), 'groundtruth-resume-'))
    const team = { ann: makeToken('ann', 'operator'), vic: makeToken('vic', 'viewer') }
    const tokensFile = join(folder, 'tokens')
    await writeFile(tokensFile, `${team.ann.line}\n${team.vic.line}\n`)
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: 'off', TOKENS_FILE: tokensFile })
    try {
      backend.failBatch('models', { exitCode: 3 })
      const headers = { authorization: `Bearer ${team.ann.secret}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ spec: PORTAL, runId: 'run-1' })
      await fetch(`${dashboard.url}/api/runs`, { method: 'POST', headers, body })
      const status = async () =>
        ((await (await fetch(`${dashboard.url}/api/runs/run-1`, { headers })).json()) as { status: string }).status
      await expect.poll(status, { timeout: 20_000 }).toBe('failed')
      for (const [name, offered] of [
        ['vic', 0],
        ['ann', 1],
      ] as const) {
        await page.context().clearCookies()
        await page.goto(`${dashboard.url}/runs/run-1`)
        await page.getByLabel('Token').fill(team[name].secret)
        await page.getByRole('button', { name: 'Sign in' }).click()
        await expect(page.getByTestId('who')).toContainText(name)
        // It comes with the buttons.
        await expect(page.getByTestId('run-summary').locator('summary')).toBeVisible()
        await expect(page.getByRole('button', { name: 'Resume this run…' })).toHaveCount(offered)
        if (name === 'vic')
          expect(
            await page.getByRole('button', { name: /resume|^start|stop|follow (a|this|again)/i }).allTextContents(),
          ).toEqual([])
      }
    } finally {
      await page.close()
      await dashboard.stop()
      await rm(folder, { recursive: true })
    }
  })
})
