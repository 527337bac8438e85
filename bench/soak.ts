import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import { startReferenceBackend, type ReferenceBackend } from '../lib/reference-backend/server'
import { PROTOCOL, SOCKET_PATH, type ClientToServer, type ServerToClient } from '../lib/sync/messages'
import { fleetScope, logScope, runScope } from '../lib/sync/scope'

/**
 * Many fast runs before many pages, in rounds. After each round it measures the dashboard's memory after garbage collection; at the
 * end it computes by how much a finished run makes the heap grow. Exits with 1 if that is more than noise, or if a buffer exceeds
 * its bound. RUNS, PAGES and ROUNDS set a smaller load than that of `npm run soak`.
 */
const RUNS = Number(process.env['RUNS'] ?? 200)
const PAGES = Number(process.env['PAGES'] ?? 50)
const ROUNDS = Number(process.env['ROUNDS'] ?? 20)
/** How many finished runs the dashboard keeps: it is warmed up once there were more. */
const KEPT = Math.ceil(RUNS / 10)
const SPEED = 100
const SPEC = '014-invoice-portal'
/** The limit of the heap's growth with each finished run, bytes. Two measurements differ by up to 2 MiB. */
const MAX_SLOPE = 8 * 1_024 + (2 * 1_048_576) / RUNS

const sample = z.object({
  heapUsed: z.number(),
  rss: z.number(),
  logBytes: z.number(),
  queuedBytes: z.number(),
  slow: z.number(),
})
type Sample = z.infer<typeof sample>

/** Starts the dashboard; `measure` asks for its current memory. */
async function startDashboard(backendUrl: string) {
  const script = join(import.meta.dirname, 'soak-dashboard.ts')
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', script, backendUrl, String(KEPT)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => {
    const line = await lines.next()
    if (line.done === true) throw new Error('The dashboard has died.')
    return line.value
  }
  const measure = async (): Promise<Sample> => {
    child.stdin.write('\n')
    return sample.parse(JSON.parse(await next()))
  }
  return { url: await next(), measure, stop: () => child.stdin.end() }
}

const status = z.object({ status: z.string() })
const list = z.object({ runs: z.array(z.object({ runId: z.string() })) })

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`)
    await sleep(100)
  }
}

/** Executes some runs in parallel to their end; every page follows one of them and its log. */
async function round(url: string, backend: ReferenceBackend, pages: readonly Page[], runIds: readonly string[]) {
  for (const runId of runIds) {
    const body = JSON.stringify({ spec: SPEC, runId })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}api/runs`, { method: 'POST', headers, body })
    if (response.status !== 201) throw new Error(`A run was refused: ${await response.text()}`)
  }
  const watched = pages.map((_, index) => runIds[index % runIds.length] ?? '')
  for (const [index, page] of pages.entries()) {
    for (const scopeOf of [runScope, logScope]) page.emit('subscribe', { scope: scopeOf(watched[index] ?? '') }, ignore)
  }
  for (const runId of runIds) {
    await until(`${runId} has completed`, async () => {
      const { status: now } = status.parse(await (await fetch(`${url}api/runs/${runId}`)).json())
      return now === 'completed'
    })
    // A backend never ends a stream. If the stream is cut after the end of the run, the dashboard never joins it again.
    backend.dropSockets(runId)
  }
  for (const [index, page] of pages.entries()) {
    for (const scopeOf of [runScope, logScope]) page.emit('unsubscribe', { scope: scopeOf(watched[index] ?? '') })
  }
  await until('finished runs are archived', async () => {
    const { runs } = list.parse(await (await fetch(`${url}api/runs`)).json())
    return runs.length <= KEPT
  })
}

type Page = Socket<ServerToClient, ClientToServer>
const ignore = () => undefined

async function openPage(url: string): Promise<Page> {
  const page: Page = io(url, {
    ...{ path: SOCKET_PATH, transports: ['websocket'], auth: { protocol: PROTOCOL }, forceNew: true },
  })
  await new Promise<void>(resolve => page.once('connect', resolve))
  page.emit('subscribe', { scope: fleetScope }, ignore)
  return page
}

const MiB = (bytes: number) => (bytes / 1_048_576).toFixed(1).padStart(10)
const KiB = (bytes: number) => `${(bytes / 1_024).toFixed(1)} KiB`

/**
 * By how much each finished run makes the heap grow, bytes: the median of the slopes between any two measurements after the first
 * third, in which the dashboard warms up.
 */
function slopeOf(samples: readonly Sample[], runsPerRound: number): number {
  const warm = samples.slice(Math.ceil(samples.length / 3))
  const slopes = warm.flatMap((one, from) =>
    warm.slice(from + 1).map((other, more) => (other.heapUsed - one.heapUsed) / ((more + 1) * runsPerRound)),
  )
  slopes.sort((a, b) => a - b)
  return slopes[Math.floor(slopes.length / 2)] ?? 0
}

/** The problems of the measurements, a sentence each. */
function problemsOf(samples: readonly Sample[], slope: number): string[] {
  const queued = Math.max(...samples.map(({ queuedBytes }) => queuedBytes))
  const logs = Math.max(...samples.map(({ logBytes }) => logBytes))
  return [
    ...(slope > MAX_SLOPE ? [`The heap grows by ${KiB(slope)} a run, and may by ${KiB(MAX_SLOPE)}.`] : []),
    ...(queued > RUNS * 32 * 1_048_576 ? ['More is queued than may be.'] : []),
    ...(logs > 544 * 1_048_576 ? ['Logs are beyond their budget.'] : []),
  ]
}

const project = await mkdtemp(join(tmpdir(), 'soak-'))
try {
  const demo = join(import.meta.dirname, '../lib/reference-backend/demo-project')
  await cp(demo, project, { recursive: true })
  const backend = await startReferenceBackend({ project, generation: 'B', speed: SPEED })
  const dashboard = await startDashboard(backend.url)
  const pages = await Promise.all(Array.from({ length: PAGES }, () => openPage(dashboard.url)))
  const perRound = Math.ceil(RUNS / ROUNDS)
  const samples: Sample[] = []
  console.log(`${PAGES} pages\n runs   heap MiB   res. MiB   logs MiB  slow pages`)
  for (let n = 1; n <= ROUNDS; n += 1) {
    const runIds = Array.from({ length: perRound }, (_, index) => `soak-${n}-${index}`)
    await round(dashboard.url, backend, pages, runIds)
    const now = await dashboard.measure()
    samples.push(now)
    const figures = [now.heapUsed, now.rss, now.logBytes].map(MiB).join(' ')
    console.log(`${String(n * perRound).padStart(5)} ${figures} ${String(now.slow).padStart(11)}`)
  }
  for (const page of pages) page.disconnect()
  dashboard.stop()
  await backend.close()
  const slope = slopeOf(samples, perRound)
  console.log(`slope: ${KiB(slope)} a finished run, at most ${KiB(MAX_SLOPE)}`)
  const problems = problemsOf(samples, slope)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
} finally {
  await rm(project, { recursive: true, force: true })
}
