import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { demoRefusals } from './command-line'

const BUILT = ['.next/BUILD_ID', 'dist/server.mjs']
/** The sources of the build, relative to the repository. */
const SOURCES = ['app', 'lib', 'public', 'server.ts', 'next.config.mjs', 'package.json']
const NOT_BUILT = /(\.test\.tsx?|\/reference-backend|\/testing)$/

/** Whether the dashboard in this repository is built, and the build is newer than its sources. */
export function isBuilt(root: string): boolean {
  const built = BUILT.map(path => join(root, path))
  if (!built.every(path => existsSync(path))) return false
  const newest = Math.max(...SOURCES.map(path => changedAt(join(root, path))))
  return built.every(path => statSync(path).mtimeMs >= newest)
}

function changedAt(path: string): number {
  if (NOT_BUILT.test(path) || !existsSync(path)) return 0
  const { mtimeMs } = statSync(path)
  const inside = statSync(path).isDirectory() ? readdirSync(path) : []
  return inside.length === 0 ? mtimeMs : Math.max(...inside.map(name => changedAt(join(path, name))))
}

/** Runs `npm run build` and passes its output through. Rejects if it fails. */
export async function build(root: string, signal: AbortSignal): Promise<void> {
  const building = spawn('npm', ['run', 'build'], { cwd: root, stdio: 'inherit', signal })
  await once(building, 'exit')
  const { exitCode } = building
  if (exitCode !== 0) throw demoRefusals.notBuilt(exitCode)
}

/** The first free port from this one upwards. */
export async function freePort(from: number): Promise<number> {
  for (let port = from; port <= 65_535; port++) if (await isFree(port)) return port
  throw demoRefusals.noPort(from)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const free = new Promise<boolean>(resolve => {
    server.once('listening', () => resolve(true)).once('error', () => resolve(false))
  })
  server.listen(port, '127.0.0.1')
  const result = await free
  if (result) {
    server.close()
    await once(server, 'close')
  }
  return result
}

/** The time limits of a start, and of a stop before the process is killed, ms. */
const STARTS_WITHIN = 30_000
const STOPS_WITHIN = 8_000

/** Receives the output of the dashboard. */
export type Printed = (text: string, stream: 'stdout' | 'stderr') => void

/** A dashboard in its own process. */
export class DashboardProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  #port = 0

  private constructor(root: string, environment: Record<string, string>, printed: Printed) {
    this.#child = spawn(process.execPath, ['dist/server.mjs'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', ...environment },
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream].setEncoding('utf8').on('data', (text: string) => printed(text, stream))
    }
  }

  /**
   * Spawns the build of this repository; settles once it prints its address. Rejects if its process ends before that, it takes
   * longer than 30 s, or `signal` aborts; no process is left then.
   */
  static async start(
    root: string,
    environment: Record<string, string>,
    printed: Printed,
    signal = new AbortController().signal,
  ): Promise<DashboardProcess> {
    const dashboard = new DashboardProcess(root, environment, printed)
    try {
      dashboard.#port = await dashboard.#listens(signal)
    } catch (error) {
      await dashboard.stop()
      throw error
    }
    return dashboard
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Rejects when the process ends by itself. */
  async ended(): Promise<never> {
    if (!this.#hasEnded()) await once(this.#child, 'exit')
    throw this.#ending()
  }

  /** Asks the process to end, and kills it after 8 s. Returns its exit code; null if a signal ended it. */
  async stop(): Promise<number | null> {
    if (this.#hasEnded()) return this.#child.exitCode
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), STOPS_WITHIN)
    await exited
    clearTimeout(patience)
    return this.#child.exitCode
  }

  /** Kills the process immediately. */
  async kill(): Promise<void> {
    if (this.#hasEnded()) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #listens(signal: AbortSignal): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      const patience = AbortSignal.timeout(STARTS_WITHIN)
      patience.addEventListener('abort', () => reject(demoRefusals.slowDashboard(STARTS_WITHIN / 1_000)))
      signal.addEventListener('abort', () => reject(demoRefusals.calledOff()))
      this.#child.once('error', reject)
      this.#child.once('exit', () => reject(this.#ending()))
      let printed = ''
      const look = (text: string) => {
        printed += text
        const port = /^Groundtruth shows .* at http:\/\/[^/]*:(\d+)\/$/m.exec(printed)?.[1]
        if (port === undefined) return
        this.#child.stdout.off('data', look)
        resolve(Number(port))
      }
      this.#child.stdout.on('data', look)
    })
  }

  #hasEnded(): boolean {
    const neverBegan = this.#child.pid === undefined
    return neverBegan || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #ending(): Error {
    const { exitCode, signalCode } = this.#child
    return demoRefusals.dashboardEnded(signalCode ?? `exit code ${exitCode ?? 'none'}`)
  }
}
