import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BUILT = ['.next/BUILD_ID', 'dist/server.mjs']
/** What the build is made of, relative to the repository. */
const SOURCES = ['app', 'lib', 'public', 'server.ts', 'next.config.mjs', 'package.json']
const NOT_BUILT = /(\.test\.tsx?|\/reference-backend)$/

/** Whether the dashboard in this repository is built, and later than its sources were last changed. */
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

/** Runs `npm run build`, its output passed through. Rejects where it fails. */
export async function build(root: string, signal: AbortSignal): Promise<void> {
  const building = spawn('npm', ['run', 'build'], { cwd: root, stdio: 'inherit', signal })
  await once(building, 'exit')
  const { exitCode } = building
  if (exitCode !== 0) throw new Error(`"npm run build" failed (exit code ${exitCode ?? 'none'}).`)
}

/** The first port from this one up that nobody listens on. */
export async function freePort(from: number): Promise<number> {
  for (let port = from; port <= 65_535; port++) if (await isFree(port)) return port
  throw new Error(`No port from ${from} up is free.`)
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

/** A dashboard in a process of its own. */
export class Dashboard {
  readonly url: string
  readonly #process: ChildProcess

  constructor(root: string, port: number, environment: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`
    this.#process = spawn(process.execPath, ['--enable-source-maps', 'dist/server.mjs'], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...environment },
    })
  }

  /** Settles once `GET /readyz` answers 200; rejects where the process ends first, or after 30 s. */
  async ready(signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + 30_000
    while (Date.now() < deadline) {
      if (this.#hasEnded()) throw new Error(this.#ending())
      if (await this.#answers()) return
      await sleep(100, undefined, { signal })
    }
    throw new Error(`The dashboard at ${this.url} was not ready within 30 s.`)
  }

  /** Rejects when the process ends by itself. */
  async ended(): Promise<never> {
    if (!this.#hasEnded()) await once(this.#process, 'exit')
    throw new Error(this.#ending())
  }

  /** Ends the process: politely, and after 6 s by force. */
  async stop(): Promise<void> {
    if (this.#hasEnded()) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), 6000)
    await exited
    clearTimeout(patience)
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  #ending(): string {
    const { exitCode, signalCode } = this.#process
    return `The dashboard's process ended by itself (${signalCode ?? `exit code ${exitCode ?? 'none'}`}).`
  }

  async #answers(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`).then(
      ({ status }) => status,
      () => null,
    )
    return answer === 200
  }
}
