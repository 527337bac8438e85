import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DashboardProcess } from '../lib/reference-backend/dashboard'
import { snapshot } from '../lib/run/model'
import type { Backend, BackendRun } from './backend'
import type { Defer } from './cleanup'
import { untilServed } from './until-served'

const root = join(import.meta.dirname, '..')
/** How many requests are sent at once. */
const AT_ONCE = 8

/** The built product in its own process, with a data folder of its own and without Docker. */
export class Product {
  readonly #backendUrl: string
  readonly #dataDir: string
  #process: DashboardProcess | null = null
  /** Ends a start that is under way. */
  readonly #starting = new AbortController()
  /** 0 lets the system pick one, which a restart keeps. */
  #port = 0
  #log = ''

  private constructor(backendUrl: string, dataDir: string) {
    this.#backendUrl = backendUrl
    this.#dataDir = dataDir
  }

  /** Settles once it is ready. */
  static async start(backend: Backend, defer: Defer): Promise<Product> {
    const product = new Product(backend.url, await mkdtemp(join(tmpdir(), 'groundtruth-bench-')))
    defer(() => product.#stop())
    try {
      await product.start()
    } catch (cause) {
      throw new Error(`The product did not start:\n${product.#log}`, { cause })
    }
    return product
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  /** Starts a process again after `end`, on the same port and with the same data. */
  async start(): Promise<void> {
    const environment = { BACKEND_URL: this.#backendUrl, DATA_DIR: this.#dataDir, DOCKER: 'off' }
    const printed = (text: string) => (this.#log += text)
    const port = { PORT: String(this.#port) }
    this.#process = await DashboardProcess.start(root, { ...environment, ...port }, printed, this.#starting.signal)
    this.#port = this.#process.port
    await untilServed(`${this.url}/readyz`, () => this.#process !== null)
  }

  /** Asks the process to end; its data stay. */
  async end(): Promise<void> {
    const ending = this.#process
    this.#process = null
    await ending?.stop()
  }

  /** Ends the process and removes its data. */
  async #stop(): Promise<void> {
    this.#starting.abort()
    await this.end()
    await rm(this.#dataDir, { recursive: true, force: true })
  }

  /** Follows runs; settles once each is connected and its plan is read. */
  async follow(runs: readonly BackendRun[]): Promise<void> {
    const waiting = [...runs]
    const follower = async () => {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        const response = await fetch(`${this.url}/api/runs/${run.id}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ spec: run.spec }),
        })
        if (!response.ok) throw new Error(`The product does not follow ${run.id}: ${await response.text()}`)
        await this.#untilRunning(run)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, follower))
  }

  /** The value of one of its metrics, the sum over its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text()
    return text
      .split('\n')
      .filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  }

  async #untilRunning({ id }: BackendRun): Promise<void> {
    const deadline = performance.now() + 30_000
    while (performance.now() < deadline) {
      const { status, link, counts } = snapshot.parse(await (await fetch(`${this.url}/api/runs/${id}`)).json())
      if (status === 'running' && link.backend === 'live' && counts.totalKnown) return
      await sleep(50)
    }
    throw new Error(`The product does not show within 30 s that ${id} runs.`)
  }
}
