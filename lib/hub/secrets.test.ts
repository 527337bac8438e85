import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import { afterEach, expect, it, vi } from 'vitest'
import { startReferenceBackend } from '../reference-backend/server'
import { MemoryPublisher } from '../sync/memory-publisher'
import { fleetScope, logScope, runScope } from '../sync/scope'
import { HubError } from './api/hub-api'
import { Hub } from './hub'
import { projectWith } from '../testing/hub/project'

const SECRET = 'ghp_aB3dE6gH9jK2mN5pQ8sTaB3dE6gH9jK2mN5p'
const KEY_LINE = 'MIIEowIBAAKCAQEAx7mYqF0yqY9wJ8pQ1v4mCkPj0z8m3yqX'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

it.each(['A', 'B', 'C'] as const)(
  '[SAFE-4.33] [SAFE-4.44] no secret that an agent prints reaches a page, a log or an answer (%s)',
  async generation => {
    const project = await projectWith([{ id: 'setup' }])
    cleanUp.push(() => rm(project, { recursive: true, force: true }))
    const texts = [`using ${SECRET}`, '-----BEGIN PRIVATE KEY-----', KEY_LINE, '-----END PRIVATE KEY-----']
    const lines = texts.map(text => ({ stream: 'stdout' as const, text }))
    const script = () => ({ ms: 50, lines })
    const backend = await startReferenceBackend({ project, generation, script, speed: 10 })
    cleanUp.push(() => backend.close())
    const pushed: string[] = []
    const publisher = new MemoryPublisher({
      audience: () => 1,
      broadcast: (...message) => pushed.push(JSON.stringify(message)),
      failed: (_, error) => pushed.push(String(error)),
    })
    const sink = { write: (line: string) => pushed.push(line) }
    const hub = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log: pino({}, sink) })
    cleanUp.push(async () => {
      await hub.close()
      publisher.stop()
    })
    backend.hold('setup')
    const { runId } = await hub.start({ spec: '001-todo' })
    backend.print('setup', 'stderr', `Execution failed: denied for ${SECRET}`)
    backend.release('setup')
    await vi.waitFor(async () => expect((await hub.snapshot(runId))?.endedAt).not.toBeNull(), { timeout: 10_000 })

    const answers = await Promise.all([
      ...[fleetScope, runScope(runId), logScope(runId)].map(scope => publisher.snapshot(scope)),
      ...[hub.snapshot(runId), hub.logs.page(runId, { after: 0, limit: 10_000 }), hub.fleet()],
    ])
    const all = JSON.stringify([answers, pushed])
    expect(all).toContain('ghp_•••')
    expect(all).not.toContain(SECRET)
    expect(all).not.toContain(KEY_LINE)
  },
)

it('[SAFE-4.46] no error of the hub holds a secret', () => {
  expect(new HubError('refused', `denied for ${SECRET}`).message).toBe('denied for ghp_•••')
})
