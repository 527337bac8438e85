import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { isBuilt } from './dashboard'
import { dockerAt, whyNoDocker } from './docker'

const docker = dockerAt()
const whyNot = await whyNoDocker(docker)

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** A replacement for the dashboard's server: it starts a run by a request to the backend. */
const stub = `
import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
const { PORT, BACKEND_URL, DOCKER, DOCKER_HOST } = process.env
writeFileSync('seen.json', JSON.stringify({ BACKEND_URL, DOCKER, DOCKER_HOST }))
let runs = 0
createServer(async (request, response) => {
  runs += 1
  const runId = 'run ' + runs
  const { spec } = await new Response(request).json()
  const body = JSON.stringify({ spec, run_id: runId })
  const headers = { 'content-type': 'application/json' }
  // Only the first run is begun: what the second one would find stays to be seen.
  if (runs === 1) await fetch(BACKEND_URL + '/api/execution/start', { method: 'POST', headers, body })
  response.writeHead(process.env.REFUSE ? 502 : 201).end(JSON.stringify({ runId }))
}).listen(Number(PORT), '127.0.0.1', () => console.log(\`Groundtruth shows \${BACKEND_URL} at http://127.0.0.1:\${PORT}/\`))
process.on('SIGTERM', () => process.exit(0))
`

/** A repository whose dashboard is built, with the replacement as its server. */
function repository(): string {
  const root = mkdtempSync(join(tmpdir(), 'demo-test-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, '.next'))
  mkdirSync(join(root, 'dist'))
  writeFileSync(join(root, 'package.json'), '{"scripts":{"build":"exit 7"}}')
  writeFileSync(join(root, '.next/BUILD_ID'), 'x')
  writeFileSync(join(root, 'dist/server.mjs'), stub)
  return root
}

function run(script: string, root: string, args: string[], env: Record<string, string> = {}) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--import', tsx, path, ...args], {
    cwd: root,
    env: { ...process.env, DOCKER: 'off', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The lines that a process prints, up to one that begins with this text. */
async function linesUntil({ stdout }: ChildProcess, last: string): Promise<string[]> {
  const lines: string[] = []
  if (stdout === null) return lines
  for await (const line of createInterface(stdout)) {
    lines.push(line)
    if (line.startsWith(last)) break
  }
  return lines
}

const seen = z.object({ BACKEND_URL: z.string(), DOCKER: z.string().optional(), DOCKER_HOST: z.string().optional() })

/** The demo's folders in the temporary folder. */
const temporary = (root: string) => readdirSync(root).filter(name => name.startsWith('groundtruth-demo-'))

/** A port that stays in use as long as the test runs. */
async function takenPort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

describe('npm run demo', { timeout: 20_000 }, () => {
  it('shows a run on the next free port, and leaves nothing behind', async () => {
    const root = repository()
    const port = await takenPort()
    const child = run('demo.ts', root, ['--speed', '100'], { PORT: String(port), TMPDIR: root })
    const lines = await linesUntil(child, 'Run: ')
    const [fleet = '', page = ''] = lines.slice(-2)
    const shown = Number(/^Fleet: http:\/\/127\.0\.0\.1:(\d+)\/$/.exec(fleet)?.[1])
    expect(shown).toBeGreaterThan(port)
    expect(page).toBe(`Run: http://127.0.0.1:${shown}/runs/run%201`)

    const { BACKEND_URL, DOCKER } = seen.parse(JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8')))
    expect(DOCKER).toBe('off')
    expect(lines.some(line => line.endsWith('agents are simulated: no container is started)'))).toBe(true)
    const specs = await (await fetch(`${BACKEND_URL}/api/specs`)).text()
    expect(specs).toContain('"name":"014-invoice-portal"')
    expect(temporary(root)).toHaveLength(1)

    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(temporary(root)).toEqual([])
    await expect(fetch(`${BACKEND_URL}/health`)).rejects.toThrow()
    await expect(fetch(`http://127.0.0.1:${shown}/readyz`)).rejects.toThrow()
  })

  it('[START-3] [START-3.1] [START-3.2] [START-3.3] begins again from the beginning at Enter, once its run is over', async () => {
    const root = repository()
    const child = run('demo.ts', root, ['--speed', '200'], { PORT: String(await takenPort()), TMPDIR: root })
    const lines: string[] = []
    createInterface(child.stdout).on('line', line => lines.push(line))
    const said = (text: RegExp) => lines.filter(line => text.test(line)).length
    await vi.waitFor(() => expect(said(/^Enter runs it again from the beginning/)).toBe(1), { timeout: 40_000 })
    await vi.waitFor(
      () => {
        child.stdin.write('\n')
        expect(said(/^Run: .*\/runs\/run%202$/)).toBeGreaterThan(0)
      },
      { timeout: 40_000, interval: 100 },
    )
    const { BACKEND_URL } = seen.parse(JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8')))
    // The run is active, and its plan may be half written at this moment. In the first run's plan all batches are completed.
    await vi.waitFor(async () => {
      const plan = await (await fetch(`${BACKEND_URL}/api/plans/detail?spec=014-invoice-portal`)).text()
      expect(plan).toMatch(/"status":"(pending|running)"/)
    })
    const history = await (await fetch(`${BACKEND_URL}/api/history/014-invoice-portal`)).text()
    expect(history).toContain('"status":"completed"')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  }, 100_000)

  it.skipIf(whyNot !== null)(
    `runs agents in containers, and leaves none behind (skipped without Docker: ${whyNot ?? 'it is here'})`,
    async () => {
      const root = repository()
      const child = run('demo.ts', root, [], { DOCKER: '', PORT: String(await takenPort()), TMPDIR: root })
      const lines = await linesUntil(child, 'Run: ')
      expect(lines.some(line => / \(generation B, agents are scripts in containers of /.test(line))).toBe(true)
      const { DOCKER, DOCKER_HOST } = seen.parse(JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8')))
      expect([DOCKER, DOCKER_HOST]).toEqual(['on', process.env['DOCKER_HOST']])
      const agents = async () => {
        const all = await docker.listContainers({ all: true })
        return all.filter(({ Mounts }) => Mounts.some(({ Source }) => Source.startsWith(root)))
      }
      await vi.waitFor(async () => expect(await agents()).toMatchObject([{ State: 'running' }]), { timeout: 10_000 })
      child.kill('SIGINT')
      expect(await once(child, 'exit')).toEqual([0, null])
      expect(await agents()).toEqual([])
      expect(temporary(root)).toEqual([])
    },
  )

  it.each<[string, (root: string) => Record<string, string>, RegExp]>([
    ['the run is refused', () => ({ REFUSE: '1' }), /did not start the run: 502/],
    [
      'the dashboard ends at once',
      root => {
        writeFileSync(join(root, 'dist/server.mjs'), 'process.exit(3)')
        return {}
      },
      /process ended by itself \(exit code 3\)/,
    ],
    [
      'the build fails',
      root => {
        rmSync(join(root, 'dist'), { recursive: true })
        return {}
      },
      /"npm run build" failed \(exit code 7\)/,
    ],
  ])('ends with a sentence where %s', async (_what, prepare, sentence) => {
    const root = repository()
    const child = run('demo.ts', root, [], prepare(root))
    const [ended, said] = await Promise.all([once(child, 'exit'), text(child.stderr)])
    expect(ended).toEqual([1, null])
    expect(said).toMatch(sentence)
  })

  it('names a wrong generation', async () => {
    const child = run('demo.ts', repository(), ['--generation', 'D'])
    expect(await text(child.stderr)).toContain('There is no generation "D"')
  })
})

describe('the backend alone', { timeout: 20_000 }, () => {
  it('serves a project until it is told to end', async () => {
    const demo = fileURLToPath(new URL('demo-project', import.meta.url))
    const child = run('main.ts', demo, ['--port', '0', '--generation', 'A'])
    const [line = ''] = await linesUntil(child, 'Backend: ')
    const url = /http:\S+/.exec(line)?.[0] ?? ''
    expect(await (await fetch(`${url}/api/specs`)).text()).toContain('"count":4')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('isBuilt', () => {
  const change = (root: string, file: string, seconds: number) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    if (!existsSync(join(root, file))) writeFileSync(join(root, file), '')
    utimesSync(join(root, file), seconds, seconds)
  }

  it('is true while no source is younger than the build', () => {
    const root = repository()
    const now = Date.now() / 1000
    for (const file of ['package.json', 'lib/run/fold.ts']) change(root, file, now - 100)
    for (const folder of ['lib/run', 'lib']) utimesSync(join(root, folder), now - 100, now - 100)
    expect(isBuilt(root)).toBe(true)
    change(root, 'lib/run/fold.test.ts', now + 100)
    change(root, 'lib/reference-backend/demo.ts', now + 100)
    expect(isBuilt(root)).toBe(true)
    change(root, 'lib/run/fold.ts', now + 100)
    expect(isBuilt(root)).toBe(false)
  })

  it.each(['.next/BUILD_ID', 'dist/server.mjs'])('is false without %s', file => {
    const root = repository()
    rmSync(join(root, file))
    expect(isBuilt(root)).toBe(false)
  })
})
