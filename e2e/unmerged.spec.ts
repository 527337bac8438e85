import { expect, test } from './fixtures'
import { expectNoViolations } from './no-violations'
import { PORTAL, RunPage } from './run-page'

test('[PAGE-12.10] a run that failed by a merge names the branch, and the command that merges it', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.failMerge('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await run.expectStatus('failed')
  const unmerged = page.getByTestId('run-summary').getByTestId('unmerged')
  const branch = (await dashboard.snapshot(runId)).batches.find(({ id }) => id === 'setup')?.branch
  await expect(unmerged).toContainText(
    `The branch of Project Setup was not merged. In the project, by hand: git merge ${branch}`,
  )
  await expectNoViolations(page)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await unmerged.getByRole('button', { name: 'Copy command' }).click()
  await expect(page.getByTestId('notice').getByRole('status')).toHaveText('Copied command.')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`git merge ${branch}`)

  // The fleet leads there.
  await page.goto(dashboard.url)
  const need = page.getByTestId('need')
  await expect(need).toContainText('AI could not resolve all conflicts.')
  await need.getByRole('link', { name: 'Open run' }).click()
  await expect(unmerged).toBeVisible()
})
