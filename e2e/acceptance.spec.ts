import { expect, test } from './fixtures'
import { PORTAL, PORTAL_BATCHES, RunPage } from './run-page'

for (const generation of ['A', 'B', 'C'] as const) {
  test.describe(`generation ${generation}`, () => {
    test.use({ generation })

    test('[RUN-7] the timer starts with the execution, the counter follows to 14/14, the status goes on to completed', async ({
      backend,
      dashboard,
      page,
    }) => {
      for (const id of PORTAL_BATCHES) backend.hold(id)
      const runId = await dashboard.start(PORTAL)
      const run = await new RunPage(page, dashboard, runId).open()
      await run.expectStatus('running')
      await expect(run.completed).toHaveText('0/14')
      await expect.poll(() => run.seconds()).toBeGreaterThanOrEqual(1)
      for (const [index, id] of PORTAL_BATCHES.entries()) {
        await expect(run.card(id)).toHaveAttribute('data-status', 'running', { timeout: 10_000 })
        backend.release(id)
        await expect(run.completed).toHaveText(`${index + 1}/14`, { timeout: 10_000 })
        await expect(run.card(id)).toHaveAttribute('data-status', 'completed')
      }
      await run.expectStatus('completed')
      const { startedAt, endedAt } = await dashboard.snapshot(runId)
      const took = Math.floor((Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')) / 1_000)
      await expect(run.elapsed).toHaveAttribute('data-seconds', String(took))

      const seen = await run.seen()
      for (const [index, now] of seen.entries()) {
        const before = seen[index - 1]
        if (!before) continue
        expect(now.seconds, 'the timer never jumps back').toBeGreaterThanOrEqual(before.seconds)
        expect(parseInt(now.completed), 'nor does the counter').toBeGreaterThanOrEqual(parseInt(before.completed))
      }
      const statuses = seen.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1])
      expect(['starting', 'running', 'completed'].filter(status => statuses.includes(status))).toEqual(statuses)
    })

    test('[RUN-5] a batch that fails fails the run, and the page says why', async ({ backend, dashboard, page }) => {
      backend.failBatch('setup', { exitCode: 3 })
      const run = await new RunPage(page, dashboard, await dashboard.start(PORTAL)).open()
      await run.expectStatus('failed')
      await expect(run.card('setup')).toHaveAttribute('data-status', 'failed')
      await expect(run.completed).toHaveText('0/14')
      await expect(page.getByTestId('run-error')).not.toBeEmpty()
    })

    test('[RUN-5] a merge that fails fails the run, and takes the completion back', async ({
      backend,
      dashboard,
      page,
    }) => {
      backend.failMerge('setup')
      const run = await new RunPage(page, dashboard, await dashboard.start(PORTAL)).open()
      await run.expectStatus('failed')
      await expect(run.card('setup')).toHaveAttribute('data-status', 'failed')
      await expect(run.completed).toHaveText('0/14')
    })

    test('[RUN-4] a run that is stopped on the page is aborted', async ({ backend, dashboard, page }) => {
      backend.hold('setup')
      const run = await new RunPage(page, dashboard, await dashboard.start(PORTAL)).open()
      await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 10_000 })
      await page.getByRole('button', { name: /^Stop run/ }).click()
      await page.getByRole('dialog').getByRole('button', { name: /^Stop/ }).click()
      await run.expectStatus('aborted')
      await expect(run.card('setup')).toHaveAttribute('data-status', 'aborted')
      const frozen = await run.seconds()
      await page.reload()
      await run.expectStatus('aborted')
      expect(await run.seconds()).toBe(frozen)
    })

    test('[RUN-3] engine sentences that an agent prints change no status and no count', async ({
      backend,
      dashboard,
      page,
    }) => {
      backend.hold('setup')
      for (const stream of ['stdout', 'stderr'] as const) {
        backend.print('setup', stream, 'Execution failed: x')
        backend.print('setup', stream, 'Execution aborted by user.')
        backend.print('setup', stream, 'All batches completed successfully.')
        backend.print('setup', stream, 'Spec not found: 014-invoice-portal')
        backend.print('setup', stream, 'the last line')
      }
      backend.hold('db')
      backend.hold('ui')
      const runId = await dashboard.start(PORTAL)
      const run = await new RunPage(page, dashboard, runId).open()
      await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 10_000 })
      backend.release('setup')
      await expect(run.completed).toHaveText('1/14', { timeout: 10_000 })
      const log = async () => JSON.stringify((await dashboard.api('GET', `/api/runs/${runId}/logs`)).body)
      await expect.poll(log).toContain('the last line')
      await run.expectStatus('running')
      const seen = await run.seen()
      expect(seen.filter(({ status }) => status !== 'starting' && status !== 'running')).toEqual([])
      expect(new Set(seen.map(({ completed }) => completed))).toEqual(new Set(['0/14', '1/14']))
    })
  })
}
