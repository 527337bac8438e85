import { io } from 'socket.io-client'
import { PROTOCOL } from '../lib/sync/messages'
import { expect, test } from './fixtures'
import { PORTAL, RunPage } from './run-page'

const UPDATES = 220
const PAGES = 20

// A trace films the page, which costs more than the measured work.
test.use({ trace: 'off' })

test('from a message leaving the backend to the changed page', async ({ backend, dashboard, page }) => {
  test.setTimeout(120_000)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  await expect(run.card('setup')).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
  await run.live()

  const sockets = Array.from({ length: PAGES - 1 }, () =>
    io(dashboard.url, { path: '/api/live', transports: ['websocket'], auth: { protocol: PROTOCOL } }),
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

  // Each update completes one more batch, and the page's counter shows it.
  await page.evaluate(() => {
    const shown = new Map<number, number>()
    Reflect.set(window, 'shown', shown)
    const counter = document.querySelector('[data-testid="batches-completed"]')
    new MutationObserver(() => {
      const completed = parseInt(counter?.textContent ?? '')
      if (!shown.has(completed)) shown.set(completed, Date.now())
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })

  const sent = [0]
  for (let n = 1; n <= UPDATES; n += 1) {
    const timestamp = new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    const status = { type: 'batch_status', message: '', status: 'completed', batch_id: `probe-${n}` }
    sent.push(Date.now())
    backend.sendRaw(runId, JSON.stringify({ ...status, timestamp }))
    await page.waitForFunction(
      n => {
        const shown: unknown = Reflect.get(window, 'shown')
        return shown instanceof Map && shown.has(n)
      },
      n,
      { polling: 10 },
    )
  }
  const shown = await page.evaluate(() => {
    const shown: unknown = Reflect.get(window, 'shown')
    return shown instanceof Map ? [...(shown as Map<number, number>)] : []
  })
  for (const socket of sockets) socket.close()

  const latencies = shown
    .filter(([n]) => n > 0)
    .map(([n, at]) => at - (sent[n] ?? NaN))
    .sort((a, b) => a - b)
  expect(latencies).toHaveLength(UPDATES)
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)]
  const report = `backend to page, ${UPDATES} updates, ${PAGES} pages: median ${at(0.5)} ms, p99 ${at(0.99)} ms`
  console.log(report)
  test.info().annotations.push({ type: 'latency', description: report })
})
