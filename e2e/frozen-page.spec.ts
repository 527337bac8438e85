import { often } from '../lib/testing/support/often'
import { expect, test } from './fixtures'
import { agree, opened } from './program-page'
import { PORTAL } from './run-page'
import { Wire } from './wire'

/** How long the page is frozen, s. */
const STILL = often(20, 60)
/** The number of other pages. */
const OTHERS = often(60, 200)

test(`[SYNC-5.3] a page that stands still for ${STILL} s delays none of ${OTHERS} others, and is right when it wakes`, async ({
  backend,
  dashboard,
}) => {
  test.setTimeout(240_000)
  backend.hold('setup')
  const runId = await dashboard.start(PORTAL)
  await expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 20_000 }).toBe('running')
  const wire = await Wire.to(dashboard.url)
  const [frozen] = await opened(1, wire.url, dashboard, runId, true)
  const [attentive] = await opened(1, dashboard.url, dashboard, runId, true)
  if (!frozen || !attentive) throw new Error('no page')
  const others = [attentive, ...(await opened(OTHERS - 1, dashboard.url, dashboard, runId))]

  let completed = 0
  /** Completes one more batch and prints 64 KiB of output; settles when all pages show it, with the time that each needed, ms. */
  const update = async (): Promise<number[]> => {
    completed += 1
    const stamp = (n: number) => new Date().toISOString().replace('Z', `${String(n).padStart(6, '0')}+00:00`)
    for (let line = 0; line < 16; line += 1) {
      const log = {
        type: 'log',
        message: 'x'.repeat(4_096),
        stream: 'stdout',
        timestamp: stamp(completed * 100 + line),
      }
      backend.sendRaw(runId, JSON.stringify(log))
    }
    const status = { type: 'batch_status', message: '', status: 'completed', batch_id: `probe-${completed}` }
    const sent = Date.now()
    backend.sendRaw(runId, JSON.stringify({ ...status, timestamp: stamp(completed * 100 + 99) }))
    const took = () => others.flatMap(page => (page.shownAt(completed) ?? Infinity) - sent)
    await expect.poll(() => Math.max(...took()), { intervals: [5], timeout: 20_000 }).toBeLessThan(Infinity)
    return took()
  }
  const measure = async (updates: number, whileTrue: () => boolean): Promise<number[]> => {
    const all: number[] = []
    for (let n = 0; n < updates || whileTrue(); n += 1) all.push(...(await update()))
    return all.sort((a, b) => a - b)
  }
  const words = (latencies: number[]) => {
    const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)]
    return `median ${at(0.5)} ms, p99 ${at(0.99)} ms of ${latencies.length}`
  }

  const before = await measure(50, () => false)
  const memory = dashboard.memory()
  wire.freeze()
  const until = Date.now() + STILL * 1_000
  const during = await measure(50, () => Date.now() < until)
  const grown = dashboard.memory() - memory
  expect(frozen.run.counts.completed).toBeLessThan(completed)
  expect(frozen.sync).toBe('stale')
  wire.thaw()
  await agree([frozen, ...others], dashboard, runId)
  await expect.poll(() => frozen.lines.at(-1)).toEqual(attentive.lines.at(-1))
  const report = `${OTHERS} pages: ${words(before)}; beside a page that stands still for ${STILL} s: ${words(during)}; the server grew by ${Math.round(grown / 1e6)} MB`
  console.log(report)
  test.info().annotations.push({ type: 'latency', description: report })
  for (const page of [frozen, ...others]) page.close()
  await wire.close()
})
