import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BackendHttp } from '../backend/http'
import { startReferenceBackend, type ReferenceBackend } from '../reference-backend/server'
import type { Snapshot } from '../run/model'
import { MemoryPublisher } from '../sync/memory-publisher'
import { runScope, type Scope } from '../sync/scope'
import { Hub } from './hub'
import { MemoryStore, type RunStore } from './runs/store'
import { projectWith, type PlannedBatch } from '../testing/hub/project'

const DIAMOND: PlannedBatch[] = [
  { id: 'setup', name: 'Project Setup' },
  { id: 'mail', name: 'Mail', dependsOn: ['setup'] },
  { id: 'mail-2', name: 'Mail', dependsOn: ['setup'] },
  { id: '1', name: 'Batch 10', dependsOn: ['setup'] },
  { id: 'release', name: 'Release', dependsOn: ['mail', 'mail-2', '1'] },
]

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

interface World {
  project: string
  backend: ReferenceBackend
  hub: Hub
  http: BackendHttp
  /** Starts another hub later, beside the first. */
  another: (parts?: Parts) => Hub
}

interface Parts {
  publisher?: MemoryPublisher
  store?: RunStore
  log?: Logger
}

const toNobody = {
  broadcast: () => undefined,
  audience: () => 0,
  failed: (_: Scope, error: unknown) => {
    throw error
  },
}

async function world(generation: 'A' | 'B' | 'C', plan = DIAMOND): Promise<World> {
  const project = await projectWith(plan)
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  const script = () => ({ ms: 50, lines: [{ stream: 'stdout' as const, text: 'working' }] })
  const backend = await startReferenceBackend({ project, generation, script, speed: 10 })
  cleanUp.push(() => backend.close())
  const another = (parts: Parts = {}) => {
    const { publisher = new MemoryPublisher(toNobody), log = pino({ level: 'silent' }) } = parts
    const hub = new Hub({ ...parts, backendUrl: new URL(backend.url), engine: null, publisher, log })
    cleanUp.push(async () => {
      await hub.close()
      publisher.stop()
    })
    return hub
  }
  return { project, backend, hub: another(), http: new BackendHttp(new URL(backend.url)), another }
}

const until = (hub: Hub, runId: string, check: (snapshot: Snapshot) => void) =>
  vi.waitFor(
    async () => {
      const snapshot = await hub.snapshot(runId)
      if (!snapshot) throw new Error('no such run')
      check(snapshot)
      return snapshot
    },
    { timeout: 15_000, interval: 20 },
  )

const ended = (hub: Hub, runId: string, status: Snapshot['status']) =>
  until(hub, runId, snapshot => expect(snapshot.status).toBe(status))

it('[SAFE-3.38] the run’s own log says by whom it was started and stopped, where a name is known', async () => {
  const { hub, backend } = await world('B')
  backend.hold('setup')
  const { runId } = await hub.start({ spec: '001-todo' }, 'ann')
  await until(hub, runId, ({ counts }) => expect(counts.running).toBe(1))
  await hub.stop(runId, 'vic')
  await ended(hub, runId, 'aborted')
  const words = async (id: string) => {
    const page = await hub.logs.page(id, { after: 0, limit: 1_000 })
    return page?.lines.filter(({ stream, text }) => stream === 'system' && / by /.test(text)).map(({ text }) => text)
  }
  expect(await words(runId)).toEqual(['Started from the dashboard by ann.', 'Stop asked for by vic.'])

  backend.release('setup')
  const nameless = await hub.start({ spec: '001-todo' })
  await ended(hub, nameless.runId, 'completed')
  expect(await words(nameless.runId)).toEqual([])
})

async function logOf(hub: Hub, runId: string): Promise<string[]> {
  const texts: string[] = []
  for (let after = 0; ;) {
    const page = await hub.logs.page(runId, { after, limit: 10_000 })
    if (!page || page.lines.length === 0) return texts
    texts.push(...page.lines.map(({ text }) => text))
    after = page.next
  }
}

for (const generation of ['A', 'B', 'C'] as const) {
  describe(`generation ${generation}`, () => {
    it('[RUN-1] a run started here is counted to its end', async () => {
      const { hub, backend } = await world(generation)
      backend.hold('setup')
      const { runId } = await hub.start({ spec: '001-todo' })
      const running = await until(hub, runId, ({ counts }) => expect(counts.running).toBe(1))
      expect(running).toMatchObject({ status: 'running', spec: '001-todo', counts: { total: 5, totalKnown: true } })
      expect(running.startedAt).not.toBeNull()
      backend.release('setup')
      const snapshot = await ended(hub, runId, 'completed')
      expect(snapshot.counts).toMatchObject({ total: 5, totalKnown: true, completed: 5 })
      expect(snapshot.startedAt).toBe(running.startedAt)
      expect(snapshot.batches.map(({ name }) => name)).toEqual(DIAMOND.map(({ name }) => name))
      expect(new Set(snapshot.batches.map(({ branch }) => branch)).size).toBe(5)
    })

    it('[RUN-2.5] sockets cut again and again lose no line and double none', async () => {
      const { hub, backend } = await world(generation)
      backend.hold('mail')
      const { runId } = await hub.start({ spec: '001-todo' })
      for (let n = 1; n <= 20; n += 1) {
        backend.print('mail', 'stdout', `line ${n}`)
        backend.dropSockets()
      }
      backend.release('mail')
      await ended(hub, runId, 'completed')
      const numbered = (await logOf(hub, runId)).filter(text => /^line \d+$/.test(text))
      expect(numbered.sort()).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).sort())
    })

    it('[RUN-11.1] a backend that died and came back no longer knows the run: it has failed', async () => {
      const { hub, backend } = await world(generation)
      backend.hold('mail')
      const { runId } = await hub.start({ spec: '001-todo' })
      await until(hub, runId, ({ counts }) => expect(counts.completed).toBeGreaterThanOrEqual(1))
      const before = await until(hub, runId, ({ counts }) => expect(counts.completed).toBe(3))
      await backend.restart()
      const snapshot = await ended(hub, runId, 'failed')
      expect(snapshot).toMatchObject({ inferred: true, counts: { completed: 3, running: 0, aborted: 1, pending: 1 } })
      expect(snapshot.error).toContain('no longer knows this run')
      expect(Date.parse(snapshot.endedAt!)).toBeGreaterThanOrEqual(Date.parse(before.startedAt!))
    })

    it('[RUN-2] a hub that comes late, or after the end, counts the same', async () => {
      const { hub, backend, another } = await world(generation)
      backend.hold('release')
      const { runId } = await hub.start({ spec: '001-todo' })
      await until(hub, runId, ({ counts }) => expect(counts.completed).toBe(4))
      const late = another()
      const { snapshot, created } = await late.follow(runId)
      expect(created).toBe(true)
      expect(snapshot.startedAt).toBe((await hub.snapshot(runId))?.startedAt)
      await until(late, runId, ({ counts }) => expect(counts).toMatchObject({ completed: 4, total: 5, running: 1 }))
      backend.release('release')
      const first = await ended(hub, runId, 'completed')
      const after = another()
      await after.follow(runId, '001-todo')
      for (const other of [late, after]) {
        const { counts, endedAt } = first
        const same = await until(other, runId, snapshot => expect(snapshot).toMatchObject({ counts, endedAt }))
        expect(same.batches.map(({ branch }) => branch)).toEqual(first.batches.map(({ branch }) => branch))
      }
    })

    it('[RUN-4.16] a stop from here aborts the run', async () => {
      const { hub, backend } = await world(generation)
      backend.hold('setup')
      const { runId } = await hub.start({ spec: '001-todo' })
      await until(hub, runId, ({ counts }) => expect(counts.running).toBe(1))
      await hub.stop(runId)
      const snapshot = await ended(hub, runId, 'aborted')
      expect(snapshot.counts).toMatchObject({ running: 0, aborted: 1, pending: 4 })
      await expect(hub.stop(runId)).rejects.toMatchObject({ code: 'over' })
    })

    it('[RUN-4.17] [RUN-4.18] a stop from elsewhere aborts it too, once a fresh join has shown that no agent printed it', async () => {
      const { hub, backend, http } = await world(generation)
      backend.hold('setup')
      const { runId } = await hub.start({ spec: '001-todo' })
      await until(hub, runId, ({ counts }) => expect(counts.running).toBe(1))
      await http.stop(runId)
      expect((await ended(hub, runId, 'aborted')).stopping).toBe(false)
    })

    it('[RUN-5.3] [RUN-5.4] a failed merge takes its batch’s completion back', async () => {
      const { hub, backend } = await world(generation)
      backend.failMerge('mail-2')
      const { runId } = await hub.start({ spec: '001-todo' })
      const snapshot = await ended(hub, runId, 'failed')
      expect(snapshot.error).toMatch(/AI could not resolve all conflicts|Merge failed/)
      const merged = snapshot.batches.find(({ id }) => id === 'mail-2')
      expect(merged).toMatchObject({ status: 'failed' })
      // The documented contract gives a branch only with a completion.
      if (generation !== 'C') expect(merged?.branch).toMatch(/ckrv-batch-mail-2-[0-9a-f]{6}$/)
    })

    it('[RUN-5] a failed batch fails the run', async () => {
      const { hub, backend } = await world(generation)
      backend.failBatch('setup', { exitCode: 3 })
      const { runId } = await hub.start({ spec: '001-todo' })
      const snapshot = await ended(hub, runId, 'failed')
      expect(snapshot.batches[0]).toMatchObject({ id: 'setup', status: 'failed' })
      expect(snapshot.counts).toMatchObject({ failed: 1, pending: 4, running: 0 })
      expect(snapshot.error).not.toBeNull()
    })

    it('[RUN-3] what agents print moves no status', async () => {
      const { hub, backend } = await world(generation)
      backend.hold('setup')
      const { runId } = await hub.start({ spec: '001-todo' })
      await until(hub, runId, ({ counts }) => expect(counts.running).toBe(1))
      for (const stream of ['stdout', 'stderr'] as const) {
        for (const text of [
          'Execution failed: x',
          'Execution aborted by user.',
          'All batches completed successfully.',
          'Batch release completed on branch main',
          'Spec not found: 001-todo',
          'Execution not found.',
        ]) {
          backend.print('setup', stream, text)
        }
      }
      backend.release('setup')
      const statuses = new Set<string>()
      await until(hub, runId, ({ status }) => {
        statuses.add(status)
        expect(status).toBe('completed')
      })
      expect([...statuses]).not.toContain('failed')
      expect([...statuses]).not.toContain('aborted')
      expect((await hub.snapshot(runId))?.counts.completed).toBe(5)
    })
  })
}

describe('the hub', () => {
  it('[RUN-2.5] a burst that drops every reader ends with each line once', async () => {
    const { hub, backend } = await world('B')
    backend.burst('mail', 6_000)
    const { runId } = await hub.start({ spec: '001-todo' })
    await ended(hub, runId, 'completed')
    const burst = (await logOf(hub, runId)).filter(text => text.endsWith('of a burst in mail'))
    expect(burst).toHaveLength(6_000)
    expect(new Set(burst).size).toBe(6_000)
  })

  it('[RUN-8] a message that is never sent live is made good by the plan or a fresh join', async () => {
    const { hub, backend } = await world('B')
    backend.hold('release')
    backend.lose(frame => frame.includes('"batch_id":"mail"') && frame.includes('"status":"completed"'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await until(hub, runId, ({ counts }) => expect(counts).toMatchObject({ completed: 4, running: 1 }))
    backend.release('release')
    await ended(hub, runId, 'completed')
  })

  it('[RUN-8.5] two runs of one spec at once share a plan that corrects neither', { timeout: 20_000 }, async () => {
    const { hub, backend, http } = await world('B')
    backend.hold('mail')
    const first = (await hub.start({ spec: '001-todo', runId: 'first' })).runId
    await until(hub, first, ({ counts }) => expect(counts.completed).toBe(3))
    const second = (await hub.start({ spec: '001-todo', runId: 'second' })).runId
    await until(hub, second, ({ batches }) => expect(batches.filter(({ basis }) => basis === 'plan')).toHaveLength(3))
    const plan = await http.plan('001-todo')
    expect(plan.filter(({ completed }) => completed)).toHaveLength(3)
    await http.stop(first)
    await ended(hub, first, 'aborted')
    backend.release('mail')
    const snapshot = await ended(hub, second, 'completed')
    expect(snapshot.counts).toMatchObject({ total: 5, completed: 5 })
    // The first run's batch was at work when that run ended. The second run completed it later, which does not count for
    // the first.
    expect((await hub.snapshot(first))?.counts).toMatchObject({ completed: 3, aborted: 1, pending: 1 })
  })

  it('[RUN-11] keeps nothing of an id that the backend does not know', async () => {
    const { hub } = await world('B')
    await expect(hub.follow('run-none')).rejects.toMatchObject({ code: 'not-found', message: 'Execution not found.' })
    expect(await hub.snapshot('run-none')).toBeUndefined()
    expect(await hub.runs()).toEqual([])
  })

  it('[RUN-11] tells everybody who asks at once for such an id the same', async () => {
    const { hub } = await world('B')
    const asked = await Promise.allSettled(['run-none', 'run-none', 'run-none'].map(id => hub.follow(id)))
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    for (const each of asked) expect(each).toMatchObject({ reason: { code: 'not-found' } })
    expect(await hub.snapshot('run-none')).toBeUndefined()
  })

  it('[RUN-14.1] an id used again after a restart is a new run under a new epoch', async () => {
    const { hub, backend, http } = await world('B')
    backend.hold('mail')
    const { runId } = await hub.start({ spec: '001-todo', runId: 'again' })
    const old = await until(hub, runId, ({ counts }) => expect(counts.completed).toBe(3))
    await backend.kill()
    await until(hub, runId, ({ link }) => expect(link.backend).not.toBe('live'))
    await backend.restart()
    backend.release('mail')
    await http.start({ spec: '001-todo', runId: 'again', dryRun: false, model: undefined, resumeRunId: undefined })
    const fresh = await ended(hub, runId, 'completed')
    expect(fresh.epoch).not.toBe(old.epoch)
    expect(fresh.startedAt! > old.startedAt!).toBe(true)
    expect(fresh.counts).toMatchObject({ completed: 5, total: 5 })
  })

  it('[RUN-14] an id used again for another spec is counted by that one’s plan', { timeout: 20_000 }, async () => {
    const { hub, backend, http, project } = await world('B')
    const specs = join(project, '.specs')
    await cp(join(specs, '001-todo'), join(specs, '002-other'), { recursive: true })
    const plan = await readFile(join(specs, '002-other', 'plan.yaml'), 'utf8')
    await writeFile(join(specs, '002-other', 'plan.yaml'), plan.slice(0, plan.indexOf('  - id: mail\n')))
    backend.hold('setup')
    const { runId } = await hub.start({ spec: '001-todo', runId: 'again' })
    await until(hub, runId, ({ counts }) => expect(counts).toMatchObject({ running: 1, total: 5 }))
    await backend.kill()
    await until(hub, runId, ({ link }) => expect(link.backend).not.toBe('live'))
    await backend.restart()
    backend.release('setup')
    await http.start({ spec: '002-other', runId, dryRun: false, model: undefined, resumeRunId: undefined })
    await until(hub, runId, ({ spec, status, counts }) => {
      expect([spec, status]).toEqual(['002-other', 'completed'])
      expect(counts).toMatchObject({ total: 1, completed: 1 })
    })
  })

  it('starts a run once, and says why not', async () => {
    const { hub, backend, another } = await world('B')
    backend.hold('setup')
    await hub.start({ spec: '001-todo', runId: 'mine' })
    await expect(hub.start({ spec: '001-todo', runId: 'mine' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(another().start({ spec: '001-todo', runId: 'mine' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'Execution already running',
    })
    await backend.kill()
    await expect(hub.start({ spec: '001-todo' })).rejects.toMatchObject({ code: 'unreachable' })
    expect(await hub.runs()).toHaveLength(1)
    await expect(hub.stop('none')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('[RUN-2.9] an id whose start is refused is another’s run: who follows it then gets that one, for good', async () => {
    const { hub, backend, http } = await world('B')
    backend.hold('setup')
    await http.start({ spec: '001-todo', runId: 'theirs', dryRun: false, model: undefined, resumeRunId: undefined })
    const [start, follow] = await Promise.allSettled([
      hub.start({ spec: '001-todo', runId: 'theirs' }),
      hub.follow('theirs'),
    ])
    expect(start).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } })
    expect(follow).toMatchObject({ status: 'fulfilled', value: { created: true } })
    await until(hub, 'theirs', ({ counts }) => expect(counts.running).toBe(1))
  })

  it('[RUN-2.9] [RUN-4] no stop is sent for an id while its start may yet be refused', async () => {
    const { hub, backend, http } = await world('B')
    backend.hold('setup')
    await http.start({ spec: '001-todo', runId: 'theirs', dryRun: false, model: undefined, resumeRunId: undefined })
    const asked = await Promise.allSettled([hub.start({ spec: '001-todo', runId: 'theirs' }), hub.stop('theirs')])
    expect(asked).toMatchObject([{ reason: { code: 'conflict' } }, { reason: { code: 'not-found' } }])
    await hub.follow('theirs')
    await until(hub, 'theirs', ({ status }) => expect(status).toBe('running'))
  })

  it('[RUN-5.2] an unknown spec is the backend’s to refuse: the run fails', async () => {
    const { hub } = await world('B')
    const { runId } = await hub.start({ spec: '999-none' })
    expect((await ended(hub, runId, 'failed')).error).toMatch(/not found/i)
  })

  it('[RUN-9] a backend that is away greys the numbers, and fails nothing', async () => {
    const { hub, backend } = await world('B')
    backend.hold('mail')
    const { runId } = await hub.start({ spec: '001-todo' })
    await until(hub, runId, ({ counts, link }) => {
      expect(counts.completed).toBe(3)
      expect(link.backend).toBe('live')
    })
    await backend.kill()
    const away = await until(hub, runId, ({ link }) => expect(link.backend).not.toBe('live'))
    expect(away).toMatchObject({ status: 'running', counts: { completed: 3, running: 1 } })
    expect((await hub.fleet()).runs[0]?.link.backend).not.toBe('live')
  })

  it(
    '[SYNC-9] a finished run whose stream has ended is kept with its log, and listed',
    { timeout: 20_000 },
    async () => {
      const { hub, backend } = await world('B')
      const { runId } = await hub.start({ spec: '001-todo' })
      const before = await ended(hub, runId, 'completed')
      backend.dropSockets()
      const lines = await logOf(hub, runId)
      await vi.waitFor(() => expect(hub.liveRuns).toBe(0), { timeout: 10_000 })
      const after = await hub.snapshot(runId)
      expect(after).toMatchObject({ counts: before.counts, endedAt: before.endedAt, status: 'completed' })
      expect((await logOf(hub, runId)).length).toBeGreaterThanOrEqual(lines.length)
      expect((await hub.runs()).map(run => run.runId)).toEqual([runId])
      expect((await hub.follow(runId)).created).toBe(false)
      await expect(hub.start({ spec: '001-todo', runId })).rejects.toMatchObject({ code: 'conflict' })
    },
  )

  it('logs a fault of its own, and goes on with the run', { timeout: 20_000 }, async () => {
    const { backend, another } = await world('B')
    const logged: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) })
    let faults = 0
    const publisher = new (class extends MemoryPublisher {
      override touch(scope: Scope): void {
        if (scope === runScope('mine') && (faults += 1) % 2) throw new Error('a faulty publisher')
        super.touch(scope)
      }
    })(toNobody)
    const store = new (class extends MemoryStore {
      override put() {
        return Promise.reject(new Error('a full store'))
      }
    })()
    const hub = another({ publisher, store, log })
    await hub.start({ spec: '001-todo', runId: 'mine' })
    expect((await ended(hub, 'mine', 'completed')).counts).toMatchObject({ completed: 5, total: 5 })
    backend.dropSockets()
    await vi.waitFor(() => expect(hub.liveRuns).toBe(0), { timeout: 10_000 })
    expect(faults).toBeGreaterThan(2)
    expect(logged[0]).toContain('a faulty publisher')
    expect(logged[0]).toContain('"runId":"mine"')
  })
})
