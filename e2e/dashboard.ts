import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { snapshot, type Snapshot } from '../lib/run/model'

const root = fileURLToPath(new URL('..', import.meta.url))
const started = z.object({ runId: z.string() })

export interface Answer {
  status: number
  body: unknown
}

/** The production dashboard in a process of its own. */
export class Dashboard {
  #process: ChildProcess | undefined
  #port = '0'
  #log = ''

  private constructor(private readonly environment: Record<string, string>) {}

  /** Spawns the build on a free port; settles when it is ready. */
  static async launch(environment: Record<string, string>): Promise<Dashboard> {
    const dashboard = new Dashboard(environment)
    await dashboard.#spawn()
    return dashboard
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Everything that it has printed. */
  get log(): string {
    return this.#log
  }

  /** Calls its HTTP interface. `body` of the answer is parsed where it is JSON. */
  async api(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const isJson = response.headers.get('content-type')?.includes('application/json') ?? false
    return { status: response.status, body: isJson ? await response.json() : await response.text() }
  }

  /** Starts a run; gives its id. */
  async start(spec: string, more: { runId?: string; dryRun?: boolean; resumeRunId?: string } = {}): Promise<string> {
    const { status, body } = await this.api('POST', '/api/runs', { spec, ...more })
    if (status !== 201) throw new Error(`The start was answered with ${status}: ${JSON.stringify(body)}`)
    return started.parse(body).runId
  }

  /** A run as the server has it now. */
  async snapshot(runId: string): Promise<Snapshot> {
    const { body } = await this.api('GET', `/api/runs/${encodeURIComponent(runId)}`)
    return snapshot.parse(body)
  }

  /** A new process on the same port, which knows nothing of the old one's runs. */
  async restart(): Promise<void> {
    await this.stop()
    await this.#spawn()
  }

  /** Ends the process: politely, and by force where that takes too long. Gives its exit code. */
  async stop(): Promise<number | null> {
    const child = this.#process
    if (child === undefined) return null
    this.#process = undefined
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 8_000)
    await exited
    clearTimeout(force)
    return child.exitCode
  }

  async #spawn(): Promise<void> {
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/server.mjs'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', ...this.environment, PORT: this.#port },
    })
    this.#process = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#log += text))
    this.#port = await new Promise<string>((resolve, reject) => {
      let printed = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text
        printed += text
        const port = /^Groundtruth shows .* at http:\/\/[^/]*:(\d+)\/$/m.exec(printed)?.[1]
        if (port !== undefined) resolve(port)
      })
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`The dashboard ended (exit code ${code ?? 'none'}):\n${this.#log}`)))
    })
  }
}
