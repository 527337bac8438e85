import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startReferenceBackend } from '../reference-backend/server'
import { MemoryPublisher } from '../sync/memory-publisher'
import { projectWith } from '../testing/hub/project'
import { Hub } from './hub'

const SPEC = '001-todo'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** A hub beside a backend whose plan gives `setup` two tasks, one of them without a title. */
async function world(generation: 'A' | 'B' | 'C') {
  const project = await projectWith([{ id: 'setup' }, { id: 'mail', dependsOn: ['setup'] }])
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  const [plan, tasks] = ['plan.yaml', 'tasks.yaml'].map(file => join(project, '.specs', SPEC, file)) as [string, string]
  const batch = (id: string, needs: string, of: string) =>
    `- {id: ${id}, name: ${id}, task_ids: [${of}], depends_on: [${needs}], status: pending, reasoning: x, ` +
    `execution_strategy: parallel, model_assignment: {default: some/model, overrides: {}}}\n`
  await writeFile(
    plan,
    `spec_id: ${SPEC}\nbatches:\n${batch('setup', '', 'T001, T009')}${batch('mail', 'setup', 'T002')}`,
  )
  const task = (id: string, title: string) =>
    `- {id: ${id}, phase: x, title: ${title}, status: pending, complexity: 1}\n`
  await writeFile(tasks, `tasks:\n${task('T001', 'Lay the ground')}${task('T002', 'Send mail')}`)
  const script = () => ({ ms: 10, lines: [] })
  const backend = await startReferenceBackend({ project, generation, script, speed: 10 })
  cleanUp.push(() => backend.close())
  const toNobody = { broadcast: () => undefined, audience: () => 0, failed: () => undefined }
  const publisher = new MemoryPublisher(toNobody)
  const hub = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log: pino({ level: 'silent' }) })
  cleanUp.push(async () => {
    await hub.close()
    publisher.stop()
  })
  return { hub, plan, tasks }
}

describe.each(['A', 'B', 'C'] as const)('[SPEC-6.1] the tasks of a batch, of generation %s', generation => {
  it(
    '[SPEC-6.2] [SPEC-6.4] before a run and after the backend has rewritten both files',
    { timeout: 30_000 },
    async () => {
      const { hub, plan } = await world(generation)
      const before = await hub.batchTasks(SPEC, 'setup')
      expect(before).toMatchObject({ plan: 'read', titles: 'read', model: 'some/model' })
      expect(before?.tasks).toEqual([
        { id: 'T001', title: 'Lay the ground' },
        { id: 'T009', title: null },
      ])
      const { runId } = await hub.start({ spec: SPEC })
      await vi.waitFor(async () => expect(await hub.snapshot(runId)).toMatchObject({ status: 'completed' }), 15_000)
      expect(await readFile(plan, 'utf8')).not.toContain('execution_strategy')
      const done = [
        { id: 'T001', title: 'Lay the ground', completed: true },
        { id: 'T009', title: null },
      ]
      await vi.waitFor(async () => expect((await hub.batchTasks(SPEC, 'setup'))?.tasks).toEqual(done), 15_000)
    },
  )

  it('[SPEC-6.2] whose files are gone or broken', async () => {
    const { hub, tasks } = await world(generation)
    await writeFile(tasks, 'tasks: [oops')
    expect(await hub.batchTasks(SPEC, 'mail')).toMatchObject({
      titles: 'unreadable',
      tasks: [{ id: 'T002', title: null }],
    })
    expect(await hub.batchTasks('nowhere', 'mail')).toBeUndefined()
  })
})
