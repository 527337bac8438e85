import { expect, test } from './fixtures'

const SPEC = '014-invoice-portal'

test('a run goes from its start to its end, whatever the backend does', async ({ backend, dashboard, page }) => {
  const status = async () => (await dashboard.snapshot(runId)).status
  backend.hold('setup')
  const runId = await dashboard.start(SPEC)
  await expect.poll(status).toBe('running')
  backend.dropSockets()
  backend.release('setup')
  await expect.poll(status, { timeout: 30_000 }).toBe('completed')
  expect((await dashboard.snapshot(runId)).counts).toMatchObject({ total: 14, totalKnown: true, completed: 14 })
  await page.goto(`${dashboard.url}/runs/${runId}`)
  await expect(page.getByTestId('batches-completed')).toHaveText('14/14')
})

test.describe('with Docker', () => {
  test.use({ docker: 'on' })
  test('agents work in containers, of batches that no other test has', async ({ backend, dashboard, prefix }) => {
    const setup = `${prefix}setup`
    backend.hold(setup)
    const runId = await dashboard.start(SPEC)
    expect(await backend.containers.of(setup)).toMatch(/^[0-9a-f]{64}$/)
    expect((await dashboard.snapshot(runId)).batches.map(({ id }) => id)).toContain(setup)
    backend.release(setup)
    const status = async () => (await dashboard.snapshot(runId)).status
    await expect.poll(status, { timeout: 60_000 }).toBe('completed')
  })
})

test.describe('a dashboard that is stopped', () => {
  // The page's requests in the meantime are refused: by the server while it stops, then by the system.
  test.use({ expectedErrors: [/ERR_CONNECTION_REFUSED|Unexpected response code: 503/] })
  test('ends cleanly with pages open, and its successor knows nothing', async ({ dashboard, page }) => {
    const runId = await dashboard.start(SPEC)
    await page.goto(dashboard.url)
    await expect(page.locator('[data-sync="live"]').first()).toBeAttached()
    // A request that has just been sent would be reset, not refused.
    await page.waitForLoadState('networkidle')
    expect(await dashboard.stop()).toBe(0)
    await dashboard.restart()
    expect((await dashboard.api('GET', `/api/runs/${runId}`)).status).toBe(404)
  })
})

test.describe('an error in the browser', () => {
  test.describe('that nobody expects', () => {
    test.fail()
    test('fails the test', async ({ page }) => {
      await page.goto('data:text/html,<script>console.error("unexpected")</script>')
    })
    test('fails the test where it was thrown', async ({ page }) => {
      await page.goto('data:text/html,<script>throw new Error("unexpected")</script>')
    })
  })

  test.describe('that is expected', () => {
    test.use({ expectedErrors: [/on purpose/] })
    test('does not', async ({ page }) => {
      await page.goto('data:text/html,<script>console.error("on purpose")</script>')
    })
  })
})
