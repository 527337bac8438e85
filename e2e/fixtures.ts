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
  /** Which generation of the wire the backend speaks; `B`, what runs today, unless said otherwise. */
  generation: Generation
  /** A project's folder; each test gets a copy. Unless said otherwise one with a spec of 14 batches, and others. */
  project: string
  /** How many times faster than told the agents work; `Infinity` waits for nothing. */
  speed: number
  /**
   * `on`: agents work in containers on the Engine at hand, and the dashboard watches it; without one the test is skipped, or
   * fails where `CI` is set. `off`, unless said otherwise: agents are simulated, and nobody asks Docker.
   */
  docker: 'off' | 'on'
  /** Console errors that a test brings about on purpose. */
  expectedErrors: RegExp[]
}

export interface Fixtures {
  /** A folder that goes with the test. */
  folder: string
  /** Stands before every batch's id: nothing without Docker, else chance, for other tests may run the same plan on the same Engine. */
  prefix: string
  /** A reference backend on a fresh copy of the project. */
  backend: ReferenceBackend
  /** The production dashboard in front of it. Its log is attached to a test that fails. */
  dashboard: Dashboard
}

/** Playwright's `test`, whose pages fail it on any console error or uncaught one. */
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
    // A page that is still open would ask a server that is no more.
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
