import { io } from 'socket.io-client'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const UPDATES = 220
const PAGES = 20

test('from a message leaving the backend to the changed page', async ({ backend, dashboard, page }) => {
  test.setTimeout(120_000)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await run.live()

  const sockets = Array.from({ length: PAGES - 1 }, () =>
    io(dashboard.url, { path: '/api/live', transports: ['websocket'], auth: { protocol: 1 } }),
  )
  await Promise.all(
    sockets.map(
      socket =>
        new Promise<void>((resolve, reject) => {
          socket.on('connect_error', reject)
          socket.on('connect', () => {
            for (const scope of ['fleet', `run/${runId}`, `log/${runId}`]) {
              socket.emit('subscribe', { scope }, () => {
                if (scope.startsWith('log/')) resolve()
              })
            }
          })
        }),
    ),
  )

  await page.evaluate(() => {
    const shown = new Map<string, number>()
    Reflect.set(window, 'shown', shown)
    new MutationObserver(() => {
      const at = Date.now()
      for (const card of document.querySelectorAll('[data-testid="batch-card"]')) {
        const id = card.getAttribute('data-batch-id')
        if (id?.startsWith('probe-') && !shown.has(id)) shown.set(id, at)
      }
    }).observe(document, { subtree: true, childList: true, attributes: true })
  })

  const sent = new Map<string, number>()
  for (let n = 0; n < UPDATES; n += 1) {
    const id = `probe-${n}`
    sent.set(id, Date.now())
    const timestamp = new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    const frame = { type: 'batch_status', message: '', timestamp, status: 'running', batch_id: id, batch_name: id }
    backend.sendRaw(runId, JSON.stringify(frame))
    await page.waitForFunction(
      id => {
        const shown: unknown = Reflect.get(window, 'shown')
        return shown instanceof Map && shown.has(id)
      },
      id,
      { polling: 20 },
    )
  }
  const shown = await page.evaluate(() => {
    const shown: unknown = Reflect.get(window, 'shown')
    return shown instanceof Map ? [...(shown as Map<string, number>)] : []
  })
  for (const socket of sockets) socket.close()

  const latencies = shown.map(([id, at]) => at - (sent.get(id) ?? NaN)).sort((a, b) => a - b)
  expect(latencies).toHaveLength(UPDATES)
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)]
  const report = `backend to page, ${UPDATES} updates, ${PAGES} pages: median ${at(0.5)} ms, p99 ${at(0.99)} ms`
  console.log(report)
  test.info().annotations.push({ type: 'latency', description: report })
})
