import { describe, expect, it } from 'vitest'
import type { Generation } from './generation'
import type { Script } from './agents/script'
import {
  call,
  Listener,
  masked,
  maskedWithoutAgents,
  planOf,
  recordedCalls,
  recordedFrames,
  said,
  start,
  started,
  withoutAgents,
  type Specs,
} from '../testing/backend/reference-backend'

/** The orchestrator's own frames, without those about its agents and without their output. */
const states = (frames: string[]) => withoutAgents(frames).filter(text => !/^(log|error)$/.test(said(text).type ?? ''))

const rawOf = (path: string, recording: string) => {
  const found = recordedCalls(recording).find(call => call.path.startsWith(path))
  const raw = typeof found?.answer === 'string' ? undefined : found?.answer['raw_yaml']
  return typeof raw === 'string' ? raw : null
}

const todo: Specs = {
  '001-todo': {
    plan: rawOf('/api/plans/detail', 'newest/success/http'),
    tasks: rawOf('/api/tasks/detail', 'newest/success/http'),
  },
}

/** The actions of the agents in the recordings. */
const asRecorded: Script = ({ id }) => ({
  ms: 0,
  lines: [
    { stream: 'stdout', text: 'Reading the task.' },
    { stream: 'stdout', text: `working on ${id}` },
    { stream: 'stderr', text: `warning from ${id}` },
    ...[1, 2, 3, 4, 5, 6].map(step => ({ stream: 'stdout' as const, text: `step ${step} of ${id}` })),
  ],
})

/** Runs the recorded plan, and lets the batches complete in the recorded order. */
async function replayed(generation: Generation, recording: string) {
  const backend = await started({ specs: todo, generation, script: asRecorded })
  const recorded = recordedFrames(recording).filter(text => !text.includes('aborted by user'))
  const wanted = states(recorded)
  const ids = wanted.flatMap(text => completed(text) ?? [])
  ids.forEach(id => backend.hold(id))
  await start(backend, '001-todo')
  const listener = await Listener.join(backend)
  for (const [index, text] of wanted.entries()) {
    const id = completed(text)
    if (id !== null) backend.release(id)
    await listener.until(frames => states(frames).length > index)
  }
  return { backend, recorded, heard: listener.frames }
}

const completed = (text: string): string | null => {
  const { type, message } = said(text)
  return type === 'batch_complete' ? (/^Batch (.+) completed on branch/.exec(message ?? '')?.[1] ?? null) : null
}

describe('a run of the recorded plan', () => {
  it('B tells the recorded story, message by message', async () => {
    const { recorded, heard } = await replayed('B', 'newest/success/ws-live')
    expect(states(heard).map(masked)).toEqual(states(recorded).map(masked))
    expect(linesByBatch(heard)).toEqual(linesByBatch(recorded))
    expect(heard.filter(text => text.includes('Simulated agent: no container is started'))).toHaveLength(14)
    expect(withoutAgents(heard)).toHaveLength(withoutAgents(recorded).length)
  })

  it('A tells the recorded story, message by message', async () => {
    const { recorded, heard } = await replayed('A', 'oldest/success/ws-live')
    expect(states(heard).map(masked)).toEqual(states(recorded).map(masked))
    expect(heard.some(text => text.includes('"status"') || text.includes('"type":'))).toBe(false)
    for (const sentence of ['Task ID: db-run', 'Results at: .ckrv/tasks/db-run/', '▌ ✔ Task Complete ']) {
      const whole = (frames: string[]) => frames.map(masked).find(text => text.includes(`"${sentence}"`))
      expect(whole(heard)).toBe(whole(recorded))
    }
  })

  it('C tells the same with every change of every batch', async () => {
    const backend = await started({ specs: todo, generation: 'C', script: asRecorded })
    await start(backend, '001-todo')
    const listener = await Listener.join(backend)
    await listener.until('All batches completed successfully.')
    const changes = listener.frames.map(said).filter(({ type }) => type === 'batch_status')
    expect(changes).toHaveLength(28)
    for (const { batch_id, batch_name, status, branch } of changes) {
      expect([batch_id, batch_name, status]).not.toContain(null)
      if (status === 'completed') expect(branch).toMatch(/^ckrv-batch-[a-z0-9-]+-[0-9a-f]{6}$/)
    }
    expect(listener.frames.map(said).filter(({ type }) => type === 'log').length).toBe(14 * 9)
    expect(new Set(listener.frames.map(text => said(text).stream))).toEqual(new Set([null, 'stdout', 'stderr']))
  })

  it('B: a dry run tells the recorded story without agents and merges, and leaves the plan running', async () => {
    const backend = await started({ specs: todo })
    await start(backend, '001-todo', 'plan-1', { dry_run: true })
    const listener = await Listener.join(backend, 'plan-1')
    await listener.until('All batches completed successfully.')
    const recorded = recordedFrames('newest/dry-run/ws-live')
    expect(listener.masked().sort()).toEqual(recorded.map(masked).sort())
    const { answer } = await call(backend, 'GET', '/api/plans/detail?spec=001-todo')
    expect(statuses(answer)).toEqual(new Set(['running']))
  })
})

/** Lines of agents by batch: all of stdout before all of stderr. */
function linesByBatch(frames: string[]) {
  const ids = ['setup', 'db', '1', 'mail-2', 'release']
  return ids.map(id => {
    const lines = frames
      .map(said)
      .filter(({ type, message }) => /^(log|error)$/.test(type ?? '') && message?.endsWith(` ${id}`))
    return lines.map(({ type, message }) => [type, message])
  })
}

const statuses = (answer: unknown) => new Set(JSON.stringify(answer).match(/(?<="status":")[a-z]*(?=")/g))

describe('resuming', () => {
  it('B: takes an aborted run up again, under its entry', async () => {
    const backend = await started({
      specs: { s: { plan: planOf({ a: [], b: ['a'] }) } },
      script: () => ({ ms: 0, lines: [] }),
    })
    backend.hold('b')
    await start(backend, 's')
    const first = await Listener.join(backend)
    await first.until('"batch_id":"b"')
    const [, historyId = ''] = /Created run history entry: ([\w-]+)/.exec(first.frames.join()) ?? []
    await call(backend, 'POST', '/api/execution/stop', { run_id: 'r1' })
    await start(backend, 's', 'r2', { resume_run_id: historyId })
    backend.release('b')
    const second = await Listener.join(backend, 'r2')
    await second.until('All batches completed successfully.')
    expect(second.frames.slice(2, 5).map(text => said(text).message)).toEqual([
      `Resuming run: ${historyId}`,
      'Resuming: 1 batches already completed',
      'Spawning batch: B',
    ])
    const { answer } = await call(backend, 'GET', `/api/history/s/${historyId}`)
    expect(answer).toMatchObject({
      run: { status: 'completed', batches: [{ status: 'completed' }, { status: 'completed' }] },
    })
  })

  it('B: starts an unknown one fresh, as recorded, under an id that is stored nowhere', async () => {
    const plan = (todo['001-todo']?.plan ?? '').replaceAll('status: pending', 'status: completed')
    const backend = await started({ specs: { '001-todo': { plan } } })
    await start(backend, '001-todo', 'r3', { resume_run_id: 'run-2020-01-01-000000' })
    const listener = await Listener.join(backend, 'r3')
    await listener.until('All batches completed successfully.')
    expect(listener.masked()).toEqual(recordedFrames('newest/abort/ws-unknown').map(masked))
    expect((await call(backend, 'GET', '/api/history/001-todo')).answer).toMatchObject({ total_count: 0 })
  })
})

describe('an abort', () => {
  it('B: is told as recorded, live and to whoever joins again', async () => {
    const backend = await started({ specs: todo, script: asRecorded })
    const working = ['setup', '1', 'db', 'ui']
    working.forEach(id => backend.hold(id))
    await start(backend, '001-todo')
    const live = await Listener.join(backend)
    backend.release('setup')
    await live.until('Spawning batch: Batch 10')
    backend.release('1')
    await live.until('Merging branch worktree/main/ckrv-batch-1-')
    await call(backend, 'POST', '/api/execution/stop', { run_id: 'r1' })
    await live.until('aborted by user')
    backend.release('db')
    await live.until('warning from db')
    backend.release('ui')
    await live.until('warning from ui')
    expect(maskedWithoutAgents(live.frames)).toEqual(maskedWithoutAgents(recordedFrames('newest/abort/ws-live')))
    const again = await Listener.join(backend)
    await again.until('warning from ui')
    expect(maskedWithoutAgents(again.frames)).toEqual(maskedWithoutAgents(recordedFrames('newest/abort/ws-rejoin')))
  })
})
