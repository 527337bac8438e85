import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { demoRefusals, generationOf, portOf, speedOf, whenAsked } from './command-line'
import { build, DashboardProcess, freePort, isBuilt, type Printed } from './dashboard'
import { startReferenceBackend, type ReferenceBackend } from './server'

const SPEC = '014-invoice-portal'
const template = fileURLToPath(new URL('demo-project', import.meta.url))

/**
 * Runs `npm run demo`: a dashboard, a backend whose agents run in containers if Docker is available, and a run of 14 batches. It
 * lasts until Ctrl-C and then removes everything it created.
 */
async function show(): Promise<void> {
  const { values } = options()
  const generation = generationOf(values.generation)
  const speed = speedOf(values.speed)
  const wantedPort = portOf(process.env['PORT'] || '4400')
  const root = process.cwd()
  const asked = new AbortController()
  const over = whenAsked().then(() => asked.abort())
  const undo: (() => Promise<void>)[] = []
  try {
    if (!isBuilt(root)) await build(root, asked.signal)
    const folder = await mkdtemp(join(tmpdir(), 'groundtruth-demo-'))
    undo.push(() => rm(folder, { recursive: true }))
    const project = join(folder, 'project')
    await cp(template, project, { recursive: true })
    const docker = process.env['DOCKER'] === 'off' ? 'off' : 'auto'
    const backend = await startReferenceBackend({ project, generation, speed, docker })
    undo.push(() => backend.close())
    const environment = {
      PORT: String(await freePort(wantedPort)),
      BACKEND_URL: backend.url,
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
      DOCKER: backend.hasContainers ? 'on' : 'off',
      DATA_DIR: join(folder, 'data'),
    }
    const printed: Printed = (text, stream) => void process[stream].write(text)
    const dashboard = await DashboardProcess.start(root, environment, printed, asked.signal)
    undo.push(() => dashboard.stop().then(() => undefined))
    const begin = async () => {
      const runId = await start(dashboard.url)
      console.log(`Run: ${dashboard.url}/runs/${encodeURIComponent(runId)}`)
    }
    console.log(`Backend: ${backend.url} (generation ${generation}, ${backend.agents})`)
    console.log(`Fleet: ${dashboard.url}/`)
    await begin()
    console.log('Enter runs it again from the beginning, Ctrl-C ends the demo.')
    const again = againAndAgain({ project, backend, begin, signal: asked.signal })
    // Wait for the copy to end: the folder must not be removed while files are copied into it.
    undo.push(() => again.catch(() => undefined))
    await Promise.race([over, dashboard.ended(), again.then(() => over)])
  } catch (error) {
    if (!asked.signal.aborted) throw error
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

interface Again {
  project: string
  backend: ReferenceBackend
  begin: () => Promise<void>
  signal: AbortSignal
}

/**
 * Runs the plan again at each Enter, with all batches set to pending, because another run of a completed plan does nothing. Settles
 * once the input ends or the signal aborts; rejects if a start is refused.
 */
async function againAndAgain({ project, backend, begin, signal }: Again): Promise<void> {
  for await (const _ of createInterface({ input: process.stdin, signal })) {
    if (signal.aborted) return
    if (backend.isBusy) console.log('A run is still under way. Wait until it has ended, or stop it on its page.')
    else {
      for (const file of ['plan.yaml', 'tasks.yaml']) {
        await cp(join(template, '.specs', SPEC, file), join(project, '.specs', SPEC, file))
      }
      await begin()
    }
  }
}

/** Starts the run through the dashboard, as its page would; settles with the run's id. */
async function start(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ spec: SPEC }),
  })
  const text = await answer.text()
  if (answer.status !== 201) throw demoRefusals.runRefused(answer.status, errorIn(text))
  return z.object({ runId: z.string() }).parse(JSON.parse(text)).runId
}

/** The message of the dashboard's refusal; the start of the text if it is not a refusal. */
function errorIn(text: string): string {
  const refusal = z
    .string()
    .transform(parsed)
    .pipe(z.object({ error: z.string() }))
    .safeParse(text)
  return refusal.data?.error ?? text.slice(0, 500)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function options() {
  try {
    return parseArgs({
      options: { generation: { type: 'string', default: 'B' }, speed: { type: 'string', default: '1' } },
    })
  } catch (error) {
    throw error instanceof Error ? demoRefusals.badOption(error) : error
  }
}

try {
  await show()
  process.exit(0)
} catch (error) {
  console.error(`The demo failed. ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
