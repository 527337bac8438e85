import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const NASTY = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
const stamp = (n: number) => new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)

test('[SAFE-4] frames that are no messages, or hostile ones, cost nothing but a counted warning', async ({
  backend,
  dashboard,
  page,
}) => {
  backend.hold('db')
  backend.hold('ui')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await expect(run.completed).toHaveText('1/14', { timeout: 15_000 })
  const title = await page.title()
  const frames = [
    'not JSON',
    '',
    '[]',
    'null',
    '"text"',
    '{"type":5,"message":[]}',
    '{"type":"status","status":"exploded"}',
    '{"type":"batch_status","status":"completed"}',
    '{"type":"batch_status","batch_id":"db","status":"sideways"}',
    '{"type":"telemetry","message":"hello"}',
    '{"__proto__":{"type":"status","status":"failed"},"type":"log","message":"proto"}',
    '['.repeat(50_000),
    JSON.stringify({ type: 'log', message: NASTY, timestamp: stamp(1) }),
    JSON.stringify({
      type: 'log',
      message: '\u001b]8;;javascript:alert(1)\u0007click\u001b]8;;\u0007\u001b[31',
      timestamp: stamp(2),
    }),
    JSON.stringify({ type: 'log', message: 'x'.repeat(5 * 1024 * 1024), timestamp: stamp(3) }),
  ]
  for (const frame of frames) backend.sendRaw(runId, frame)
  backend.sendRaw(runId, Buffer.from([0xff, 0xfe, 0x00, 0x80]), true)
  backend.sendRaw(runId, Buffer.from([0xff, 0xfe, 0x7b, 0x80]))
  backend.sendRaw(runId, JSON.stringify({ type: 'log', message: 'the last word', timestamp: stamp(4) }))
  await expect(page.getByText('the last word').first()).toBeVisible()
  await run.expectStatus('running')
  await expect(run.completed).toHaveText('1/14')
  expect(await page.title()).toBe(title)
  await expect(page.locator('img')).toHaveCount(0)
  const { body } = await dashboard.api('GET', `/api/runs/${runId}/logs`)
  expect(JSON.stringify(body).length).toBeLessThan(300_000)
  expect(dashboard.log).toContain('not understood')
  for (const id of ['db', 'ui']) backend.release(id)
  await expect(run.completed).toHaveText('14/14', { timeout: 30_000 })
})

test('[SAFE-4] batches with the names of prototypes are batches', async ({ backend, dashboard, page }) => {
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 15_000 })
  await run.live()
  for (const [n, id] of ['__proto__', 'constructor', 'toString', NASTY].entries()) {
    const frame = { type: 'batch_status', message: '', status: 'running', batch_id: id, batch_name: id }
    backend.sendRaw(runId, JSON.stringify({ ...frame, timestamp: stamp(n) }))
    await expect(page.locator(`[data-testid="batch-card"]`)).toHaveCount(15 + n)
    await expect(page.locator(`[data-testid="batch-card"]`).nth(14 + n)).toHaveAttribute('data-batch-id', id)
  }
  // The plan does not contain these batches, so the total is unknown.
  await expect(run.completed).toHaveText('0/?')
  await expect(page.locator('img')).toHaveCount(0)
  await page.reload()
  await expect(page.locator('[data-testid="batch-card"]')).toHaveCount(18)
})
