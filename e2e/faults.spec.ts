import { isOver } from '../lib/run/is-over'
import type { Snapshot } from '../lib/run/model'
import { often } from '../lib/testing/support/often'
import { Dashboard } from './dashboard'
import { expect, test, type ReferenceBackend } from './fixtures'
import { agree, opened } from './program-page'
import { PORTAL, RunPage } from './run-page'
import { Wire } from './wire'

/** Real faults between real processes, repeated many times; at the end every number must be exact. */

const LINES = 10_000
const CUTS = often(40, 200)
const DEATHS = often(5, 20)
const KILLS = often(4, 10)

// These tests take long and share nothing, so all workers can share them.
test.describe.configure({ mode: 'parallel' })

/** Batches of the plan that each depend on the one before. */
const CHAIN = ['setup', 'db', 'models', 'auth', 'api', 'invoices', 'payments', 'e2e', 'release']

/** The part of a run that must be the same in every dashboard. */
const told = ({ status, startedAt, endedAt, error, counts, batches }: Snapshot) => ({
  ...{ status, startedAt, endedAt, error, counts },
  batches: batches.map(({ id, name, status, branch, startedAt, endedAt }) => [
    ...[id, name, status, branch, startedAt, endedAt],
  ]),
})

/** Every backend line of a run, in any order; each as often as the dashboard keeps it. */
async function linesOf(dashboard: Dashboard, runId: string): Promise<string[]> {
  const texts: string[] = []
  for (let after = 0; ;) {
    const { body } = await dashboard.api('GET', `/api/runs/${runId}/logs?after=${after}&limit=${LINES}`)
    const { lines, next } = body as { lines: { stream: string; text: string }[]; next: number }
    texts.push(...lines.filter(({ stream }) => stream !== 'system').map(({ text }) => text))
    if (lines.length === 0) return texts.sort()
    after = next
  }
}

/** The run in an undisturbed dashboard, which reads the whole stream in one connection. */
async function undisturbed(backend: ReferenceBackend, runId: string) {
  const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url })
  try {
    await dashboard.api('PUT', `/api/runs/${runId}`)
    // The history reports the end of a long run before its whole stream is read.
    const isRead = async () => {
      const { status, inferred } = await dashboard.snapshot(runId)
      return isOver(status) && !inferred
    }
    await expect.poll(isRead, { timeout: 60_000 }).toBe(true)
    return { run: told(await dashboard.snapshot(runId)), lines: await linesOf(dashboard, runId) }
  } finally {
    await dashboard.stop()
  }
}

const ends = (dashboard: Dashboard, runId: string, status: string) =>
  expect.poll(async () => (await dashboard.snapshot(runId)).status, { timeout: 60_000 }).toBe(status)

test.describe('the way to the backend', () => {
  test.use({ generation: 'C' })

  test(`[RUN-2] that is cut ${CUTS} times during a run loses and doubles nothing`, async ({ backend }) => {
    test.setTimeout(240_000)
    const wire = await Wire.to(backend.url)
    const dashboard = await Dashboard.launch({ BACKEND_URL: wire.url })
    for (const id of ['setup', 'api']) backend.hold(id)
    const runId = await dashboard.start(PORTAL)
    const pages = await opened(10, dashboard.url, dashboard, runId)
    const newest = async () => (await linesOf(dashboard, runId)).filter(text => text.includes('word ')).length
    for (let cut = 0; cut < CUTS; cut += 1) {
      // Each connection brings one new message, so that none is cut before it has joined.
      backend.print(cut < CUTS / 2 ? 'setup' : 'api', 'stdout', `word ${cut}`)
      await expect.poll(newest, { intervals: [10], timeout: 20_000 }).toBe(cut + 1)
      wire.cut()
      if (cut !== CUTS / 2 - 1) continue
      backend.release('setup')
      await expect
        .poll(async () => (await dashboard.snapshot(runId)).counts.completed, { timeout: 60_000 })
        .toBeGreaterThan(4)
    }
    expect(wire.upgrades).toBeGreaterThanOrEqual(CUTS)
    backend.release('api')
    await ends(dashboard, runId, 'completed')
    const whole = await undisturbed(backend, runId)
    expect(whole.run.counts).toMatchObject({ total: 14, completed: 14 })
    expect(told(await dashboard.snapshot(runId))).toEqual(whole.run)
    await expect.poll(() => linesOf(dashboard, runId), { timeout: 20_000 }).toEqual(whole.lines)
    await agree(pages, dashboard, runId)
    for (const page of pages) page.close()
    await dashboard.stop()
    await wire.close()
  })
})

test('[RUN-2] bursts of 6,000 lines, each of which drops every reader, lose and double nothing', async ({
  backend,
  dashboard,
}) => {
  test.setTimeout(120_000)
  const loud = ['setup', 'models', 'release']
  for (const id of loud) backend.hold(id)
  const runId = await dashboard.start(PORTAL)
  const pages = await opened(10, dashboard.url, dashboard, runId, true)
  for (const id of loud) {
    const isRunning = async () => (await dashboard.snapshot(runId)).batches.find(batch => batch.id === id)?.status
    await expect.poll(isRunning, { timeout: 30_000 }).toBe('running')
    backend.burst(id, 6_000)
    backend.release(id)
  }
  await ends(dashboard, runId, 'completed')
  const whole = await undisturbed(backend, runId)
  expect(whole.run.counts).toMatchObject({ total: 14, completed: 14 })
  expect(whole.lines.filter(text => text.includes('of a burst in')).length).toBe(18_000)
  expect(told(await dashboard.snapshot(runId))).toEqual(whole.run)
  await expect.poll(() => linesOf(dashboard, runId), { timeout: 20_000 }).toEqual(whole.lines)
  await agree(pages, dashboard, runId)
  for (const page of pages) page.close()
})

test(`[RUN-11] a backend that dies under a run and comes back, ${DEATHS} times`, async ({ backend, dashboard }) => {
  test.setTimeout(240_000)
  for (let time = 0; time < DEATHS; time += 1) {
    backend.hold('models')
    const runId = await dashboard.start(PORTAL)
    const pages = await opened(5, dashboard.url, dashboard, runId)
    const completed = async () => (await dashboard.snapshot(runId)).counts.completed
    await expect.poll(completed, { timeout: 20_000 }).toBe(3)
    await backend.restart()
    await ends(dashboard, runId, 'failed')
    const over = await dashboard.snapshot(runId)
    expect(over).toMatchObject({ inferred: true, counts: { total: 14, completed: 3, running: 0 } })
    expect(over.error).not.toBeNull()
    await agree(pages, dashboard, runId)
    for (const page of pages) page.close()
    backend.release('models')
  }
  const runId = await dashboard.start(PORTAL)
  await ends(dashboard, runId, 'completed')
  expect(told(await dashboard.snapshot(runId))).toEqual((await undisturbed(backend, runId)).run)
})

test(`[REC-7] a dashboard that is killed ${KILLS} times during a run, with pages open, forgets nothing`, async ({
  backend,
  dashboard,
}) => {
  test.setTimeout(240_000)
  for (const id of CHAIN) backend.hold(id)
  const runId = await dashboard.start(PORTAL)
  const pages = await opened(10, dashboard.url, dashboard, runId, true)
  let kills = 0
  const again = async () => {
    await dashboard.kill()
    kills += 1
    await dashboard.restart()
  }
  for (const [index, id] of CHAIN.entries()) {
    const isRunning = async () => (await dashboard.snapshot(runId)).batches.find(batch => batch.id === id)?.status
    await expect.poll(isRunning, { timeout: 30_000 }).toBe('running')
    // After its restart the dashboard learns what happened while it was dead.
    backend.release(id)
    if (index % often(3, 1) === 0) await again()
  }
  await ends(dashboard, runId, 'completed')
  const whole = await undisturbed(backend, runId)
  expect(whole.run.counts).toMatchObject({ total: 14, completed: 14 })
  await expect.poll(() => linesOf(dashboard, runId), { timeout: 20_000 }).toEqual(whole.lines)
  await again()
  expect(kills).toBe(KILLS)
  expect(told(await dashboard.snapshot(runId))).toEqual(whole.run)
  expect(await linesOf(dashboard, runId)).toEqual(whole.lines)
  await agree(pages, dashboard, runId)
  for (const page of pages) page.close()
})

test('[SYNC-10] a page whose link drops every 2 s never goes back, and ends right', async ({
  backend,
  dashboard,
  page,
}) => {
  test.setTimeout(120_000)
  const links = new Set<() => Promise<void>>()
  await page.routeWebSocket(/\/api\/live/, socket => {
    socket.connectToServer()
    links.add(() => socket.close())
  })
  const held = CHAIN.slice(0, often(4, CHAIN.length))
  for (const id of held) backend.hold(id)
  const runId = await dashboard.start(PORTAL)
  const run = await new RunPage(page, dashboard, runId).open()
  let drops = 0
  const drop = setInterval(() => {
    if (links.size > 0) drops += 1
    for (const cut of links) void cut()
    links.clear()
  }, 2_000)
  for (const [index, id] of held.entries()) {
    await expect.poll(() => drops, { timeout: 20_000 }).toBeGreaterThan(index)
    await expect(run.card(id)).toHaveAttribute('data-status', 'running', { timeout: 20_000 })
    backend.release(id)
  }
  await run.expectStatus('completed')
  await expect(run.completed).toHaveText('14/14')
  clearInterval(drop)
  const seen = await run.seen()
  const completed = seen.map(state => parseInt(state.completed))
  expect(completed).toEqual([...completed].sort((a, b) => a - b))
  const seconds = seen.map(state => state.seconds)
  expect(seconds.at(-1)).toBe(Math.max(...seconds))
  await run.live()
})
