import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { demoRefusals, generationOf, portOf, sitesOf, speedOf, whenAsked } from './command-line'
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
  const sites = sitesOf(values.sites)
  const wantedPort = portOf(process.env['PORT'] || '4400')
  const root = process.cwd()
  const asked = new AbortController()
  const over = whenAsked().then(() => asked.abort())
  const undo: (() => Promise<void>)[] = []
  try {
    if (!isBuilt(root)) await build(root, asked.signal)
    const folder = await mkdtemp(join(tmpdir(), 'groundtruth-demo-'))
    undo.push(() => rm(folder, { recursive: true }))
    const docker = process.env['DOCKER'] === 'off' ? 'off' : 'auto'
    const backends: Demonstrated[] = []
    for (const site of sites) {
      const project = join(folder, site ?? 'project')
      await cp(template, project, { recursive: true })
      // One Engine belongs to one site.
      const uses = backends.length === 0 ? docker : 'off'
      const backend = await startReferenceBackend({ project, generation, speed, docker: uses })
      undo.push(() => backend.close())
      backends.push({ site, project, backend })
    }
    const environment = {
      PORT: String(await freePort(wantedPort)),
      ...addressesOf(backends),
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
      DATA_DIR: join(folder, 'data'),
    }
    const printed: Printed = (text, stream) => void process[stream].write(text)
    const dashboard = await DashboardProcess.start(root, environment, printed, asked.signal)
    undo.push(() => dashboard.stop().then(() => undefined))
    const begin = async ({ site }: Demonstrated) => {
      const runId = await start(dashboard.url, site)
      const at = site === null ? '' : `/sites/${site}`
      console.log(`Run: ${dashboard.url}${at}/runs/${encodeURIComponent(runId)}`)
    }
    for (const { site, backend } of backends) {
      const of = site === null ? '' : ` of ${site}`
      console.log(`Backend${of}: ${backend.url} (generation ${generation}, ${backend.agents})`)
    }
    console.log(`Fleet: ${dashboard.url}/`)
    for (const each of backends) await begin(each)
    console.log('Enter runs it again from the beginning, Ctrl-C ends the demo.')
    const again = againAndAgain({ backends, begin, signal: asked.signal })
    // Wait for the copy to end: the folder must not be removed while files are copied into it.
    undo.push(() => again.catch(() => undefined))
    await Promise.race([over, dashboard.ended(), again.then(() => over)])
  } catch (error) {
    if (!asked.signal.aborted) throw error
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

/** One backend of the demo. `site`: its name; null if it is the only one. */
interface Demonstrated {
  site: string | null
  project: string
  backend: ReferenceBackend
}

/** The variables that lead the dashboard to the backends, and to Docker where it is used. */
function addressesOf(backends: readonly Demonstrated[]): Record<string, string> {
  const urls: string[] = []
  const docker: Record<string, string> = { DOCKER: 'off' }
  for (const { site, backend } of backends) {
    if (site === null) return { BACKEND_URL: backend.url, DOCKER: backend.hasContainers ? 'on' : 'off' }
    urls.push(`${site}=${backend.url}`)
    const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
    if (backend.hasContainers) docker['DOCKER_HOSTS'] = `${site}=${host}`
  }
  return { BACKEND_URLS: urls.join(), ...docker }
}

interface Again {
  backends: readonly Demonstrated[]
  begin: (backend: Demonstrated) => Promise<void>
  signal: AbortSignal
}

/**
 * Runs the plan again at each Enter, with all batches set to pending, because another run of a completed plan does nothing. Settles
 * once the input ends or the signal aborts; rejects if a start is refused.
 */
async function againAndAgain({ backends, begin, signal }: Again): Promise<void> {
  for await (const _ of createInterface({ input: process.stdin, signal })) {
    if (signal.aborted) return
    const free = backends.filter(({ backend }) => !backend.isBusy)
    if (free.length === 0) console.log('A run is still under way. Wait until it has ended, or stop it on its page.')
    for (const each of free) {
      for (const file of ['plan.yaml', 'tasks.yaml']) {
        await cp(join(template, '.specs', SPEC, file), join(each.project, '.specs', SPEC, file))
      }
      await begin(each)
    }
  }
}

/** Starts the run through the dashboard, as its page would; settles with the run's id. */
async function start(url: string, site: string | null): Promise<string> {
  const answer = await fetch(`${url}/api/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ spec: SPEC, ...(site !== null && { site }) }),
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
      options: {
        generation: { type: 'string', default: 'B' },
        speed: { type: 'string', default: '1' },
        sites: { type: 'string', default: '1' },
      },
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
