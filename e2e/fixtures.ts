import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test as base } from '@playwright/test'
import { copyProject } from '../lib/reference-backend/copy-project'
import { whyNoDocker } from '../lib/reference-backend/docker'
import type { Generation } from '../lib/reference-backend/generation'
import { startReferenceBackend, type ReferenceBackend } from '../lib/reference-backend/server'
import { Dashboard } from './dashboard'

export { expect }
export type { Dashboard, ReferenceBackend }

/** Set these with `test.use({ … })`. */
export interface Options {
  /** The generation of the wire that the backend speaks; default `B`, today's. */
  generation: Generation
  /** A project's folder; each test gets a copy. The default project has a spec of 14 batches, and other specs. */
  project: string
  /** The factor by which agents work faster than scripted; `Infinity` waits for nothing. */
  speed: number
  /**
   * `on`: agents work in containers on the default Engine, and the dashboard watches it; without an Engine the test is skipped, or
   * fails if `CI` is set. `off`, the default: agents are simulated, and Docker is not asked.
   */
  docker: 'off' | 'on'
  /** Console errors that a test causes on purpose. */
  expectedErrors: RegExp[]
}

export interface Fixtures {
  /** A folder that is removed after the test. */
  folder: string
  /**
   * The prefix of every batch's id: empty without Docker, otherwise random, because other tests may run the same plan on the same
   * Engine.
   */
  prefix: string
  /** A reference backend on a fresh copy of the project. */
  backend: ReferenceBackend
  /** The production dashboard, connected to this backend. Its log is attached to a failed test. */
  dashboard: Dashboard
}

/** Playwright's `test`; a console error or an uncaught error on a page fails the test. */
export const test = base.extend<Options & Fixtures>({
  generation: ['B', { option: true }],
  project: [fileURLToPath(new URL('../lib/reference-backend/demo-project', import.meta.url)), { option: true }],
  speed: [100, { option: true }],
  docker: ['off', { option: true }],
  expectedErrors: [[], { option: true }],

  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'groundtruth-e2e-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },

  prefix: async ({ docker }, use) => {
    await use(docker === 'on' ? `${randomBytes(3).toString('hex')}-` : '')
  },

  backend: async ({ folder, prefix, generation, project, speed, docker }, use, info) => {
    if (docker === 'on' && process.env['CI'] === undefined) {
      const why = await whyNoDocker()
      info.skip(why !== null, `Docker: ${why ?? ''}`)
    }
    const copy = join(folder, 'project')
    await copyProject(project, copy, prefix)
    const backend = await startReferenceBackend({ project: copy, generation, speed, docker })
    await use(backend)
    await backend.close()
  },

  dashboard: async ({ backend, docker, context }, use, info) => {
    const dashboard = await Dashboard.launch({ BACKEND_URL: backend.url, DOCKER: docker })
    await use(dashboard)
    // A page that is still open would send requests to a stopped server.
    for (const page of context.pages()) await page.close()
    await dashboard.stop()
    if (info.status !== info.expectedStatus) {
      await info.attach('dashboard.log', { body: dashboard.log, contentType: 'text/plain' })
    }
  },

  context: async ({ context, expectedErrors }, use) => {
    const errors: string[] = []
    context.on('console', message => {
      if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`)
    })
    context.on('weberror', event => errors.push(event.error().stack ?? event.error().message))
    await use(context)
    const unexpected = errors.filter(error => !expectedErrors.some(expected => expected.test(error)))
    expect(unexpected, 'errors in the browser').toEqual([])
  },
})
