import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { DashboardProcess } from '../lib/reference-backend/dashboard'
import { snapshot, type Snapshot } from '../lib/run/model'

const root = fileURLToPath(new URL('..', import.meta.url))
const started = z.object({ runId: z.string() })

export interface Answer {
  status: number
  body: unknown
}

/** The production dashboard in its own process. */
export class Dashboard {
  #process: DashboardProcess | undefined
  #port = 0
  #log = ''

  readonly #environment: Record<string, string>
  readonly #dataDir: string

  private constructor(environment: Record<string, string>, dataDir: string) {
    this.#environment = environment
    this.#dataDir = dataDir
  }

  /**
   * Spawns the build on a free port, with its own data folder; settles when it is ready. It watches Docker only if `DOCKER` is
   * `on`.
   */
  static async launch(environment: Record<string, string>): Promise<Dashboard> {
    const dashboard = new Dashboard(environment, await mkdtemp(join(tmpdir(), 'groundtruth-data-')))
    await dashboard.#spawn()
    return dashboard
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Everything that the process has printed. */
  get log(): string {
    return this.#log
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  /** The memory of the process, bytes; 0 if the system does not report it. */
  memory(): number {
    const status = `/proc/${this.pid}/status`
    const told = existsSync(status) ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1] : undefined
    return Number(told ?? 0) * 1024
  }

  /** Calls the HTTP interface. The answer's `body` is parsed if it is JSON. */
  async api(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const isJson = response.headers.get('content-type')?.includes('application/json') ?? false
    return { status: response.status, body: isJson ? await response.json() : await response.text() }
  }

  /** Starts a run; returns its id. */
  async start(
    spec: string,
    more: { runId?: string; dryRun?: boolean; resumeRunId?: string; model?: string; site?: string } = {},
  ): Promise<string> {
    const { status, body } = await this.api('POST', '/api/runs', { spec, ...more })
    if (status !== 201) throw new Error(`The start was answered with ${status}: ${JSON.stringify(body)}`)
    return started.parse(body).runId
  }

  /** The server's current snapshot of a run. */
  async snapshot(runId: string): Promise<Snapshot> {
    const { body } = await this.api('GET', `/api/runs/${encodeURIComponent(runId)}`)
    return snapshot.parse(body)
  }

  /** Starts a new process on the same port, which continues with the recordings of the old one; with `forget`, without them. */
  async restart({ forget = false } = {}): Promise<void> {
    await this.#end()
    if (forget) await rm(this.#dataDir, { recursive: true, force: true })
    await this.#spawn()
  }

  /** Kills the process without a shutdown, as a power cut would. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#process = undefined
  }

  /** Asks the process to end, kills it if that takes too long, and removes its data. Returns its exit code. */
  async stop(): Promise<number | null> {
    const exitCode = await this.#end()
    await rm(this.#dataDir, { recursive: true, force: true })
    return exitCode
  }

  async #end(): Promise<number | null> {
    const ending = this.#process
    this.#process = undefined
    return (await ending?.stop()) ?? null
  }

  async #spawn(): Promise<void> {
    const environment = { DOCKER: 'off', DATA_DIR: this.#dataDir, ...this.#environment, PORT: String(this.#port) }
    try {
      this.#process = await DashboardProcess.start(root, environment, text => (this.#log += text))
    } catch (cause) {
      throw new Error(`The dashboard did not start:\n${this.#log}`, { cause })
    }
    this.#port = this.#process.port
  }
}
