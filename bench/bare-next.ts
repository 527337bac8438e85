import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../lib/reference-backend/dashboard'
import type { Defer } from './cleanup'
import { untilServed } from './until-served'

const root = join(import.meta.dirname, '..')

/** Where the search for a free port begins. */
const PORT = 4_500

/** The smallest application of the framework with a server of its own, as the product has one. */
const FILES = {
  'package.json': '{ "type": "module" }',
  'next.config.mjs': 'export default { reactStrictMode: true, experimental: { agentUpgrade: false } }',
  'app/layout.jsx': `export const dynamic = 'force-dynamic'
export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>
}`,
  'app/page.jsx': `export default function Page() {
  return <main data-sync="live">Bare</main>
}`,
  'server.mjs': `import { createServer } from 'node:http'
import next from 'next'
const app = next({ dev: false })
await app.prepare()
createServer(app.getRequestHandler()).listen(Number(process.env.PORT), '127.0.0.1')`,
}

/** The floor of the product's pages: a built application of the framework with one page that shows a word. */
export class BareNext {
  readonly #folder: string
  #child: ChildProcess | null = null
  /** Ends a build that is under way. */
  readonly #building = new AbortController()
  #port = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes and builds it. Its folder is inside the project, so that the build finds the framework. */
  static async build(defer: Defer): Promise<BareNext> {
    await mkdir(join(root, 'dist'), { recursive: true })
    const bare = new BareNext(await mkdtemp(join(root, 'dist/bare-next-')))
    defer(() => bare.#remove())
    await mkdir(join(bare.#folder, 'app'))
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(bare.#folder, name), text)
    const next = join(root, 'node_modules/next/dist/bin/next')
    const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
    await promisify(execFile)(process.execPath, [next, 'build'], {
      cwd: bare.#folder,
      env,
      signal: bare.#building.signal,
    })
    return bare
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Starts its server; settles once its page is served. */
  async start(): Promise<void> {
    this.#port ||= await freePort(PORT)
    const env = { ...process.env, NODE_ENV: 'production' as const, PORT: String(this.#port) }
    const child = spawn(process.execPath, ['server.mjs'], { cwd: this.#folder, env, stdio: 'ignore' })
    this.#child = child
    await untilServed(this.url, () => child.exitCode === null)
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async #remove(): Promise<void> {
    this.#building.abort()
    await this.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
