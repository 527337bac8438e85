import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startReferenceBackend } from '../reference-backend/server'
import { MemoryPublisher } from '../sync/memory-publisher'
import { Hub } from './hub'
import { projectWith } from '../testing/hub/project'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function world(generation: 'A' | 'B' | 'C') {
  const project = await projectWith([{ id: 'setup' }, { id: 'mail', dependsOn: ['setup'] }])
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  const script = () => ({ ms: 10, lines: [] })
  const backend = await startReferenceBackend({ project, generation, script, speed: 10 })
  cleanUp.push(() => backend.close())
  const toNobody = { broadcast: () => undefined, audience: () => 0, failed: () => undefined }
  const publisher = new MemoryPublisher(toNobody)
  const log = pino({ level: 'silent' })
  const hub = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log })
  cleanUp.push(async () => {
    await hub.close()
    publisher.stop()
  })
  return { backend, hub, plan: join(project, '.specs', '001-todo', 'plan.yaml') }
}

describe.each(['A', 'B', 'C'] as const)(
  '[START-1.3] the plan that a start would find, of generation %s',
  generation => {
    it('[START-1.2] before, during and after a run, and of a second one', { timeout: 30_000 }, async () => {
      const { backend, hub } = await world(generation)
      expect(await hub.specPlan('001-todo')).toEqual({ state: 'read', total: 2, completed: 0, runs: [] })
      backend.hold('mail')
      const { runId } = await hub.start({ spec: '001-todo' })
      const half = { state: 'read', total: 2, completed: 1, runs: [runId] }
      await vi.waitFor(async () => expect(await hub.specPlan('001-todo')).toEqual(half), { timeout: 15_000 })
      backend.release('mail')
      const done = { state: 'read', total: 2, completed: 2, runs: [] }
      await vi.waitFor(async () => expect(await hub.specPlan('001-todo')).toEqual(done), { timeout: 15_000 })
    })

    it.each([
      ['missing', null],
      ['unreadable', 'batches: [oops'],
      ['read', 'batches: []'],
    ])('[START-1.1] that is %s: %j', async (state, text) => {
      const { hub, plan } = await world(generation)
      if (text === null) await rm(plan)
      else await writeFile(plan, text)
      expect(await hub.specPlan('001-todo')).toEqual({ state, total: 0, completed: 0, runs: [] })
    })
  },
)
