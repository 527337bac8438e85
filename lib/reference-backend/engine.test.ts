import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { frame } from '../backend/wire'
import type { Script } from './script'
import type { Generation } from './generation'
import {
  call,
  Listener,
  masked,
  planOf,
  projectOf,
  recordedCalls,
  recordedFrames,
  start,
  started,
  type Specs,
} from './testing'

const said = (text: string) => frame.parse(JSON.parse(text))

/** Frames that the engine says itself, without what it says about its agents. */
const states = (frames: string[]) =>
  frames.filter(text => {
    const { type, message } = said(text)
    return type !== 'log' && type !== 'error' && !ABOUT_AGENTS.has(message ?? '')
  })

const ABOUT_AGENTS = new Set([
  'Executing in Docker sandbox with Claude Code...',
  'Using Claude subscription',
  'Simulated agent: no container is started',
])

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

/** What the agents of the recordings did. */
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
    const without = (frames: string[]) => frames.filter(text => !ABOUT_AGENTS.has(said(text).message ?? '')).length
    expect(without(heard)).toBe(without(recorded))
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

const DIAMOND = planOf({ setup: [], slow: ['setup'], bad: ['setup'], last: ['slow', 'bad'] })

describe('a batch that fails', () => {
  it('B: ends the run as recorded, while its sibling goes on unheard of but for its lines', async () => {
    const backend = await started({ specs: { '001-todo': { plan: DIAMOND } }, script: failing })
    backend.hold('slow')
    backend.failBatch('bad', { exitCode: 3 })
    await start(backend, '001-todo')
    const listener = await Listener.join(backend)
    await listener.until('Execution failed')
    backend.release('slow')
    await listener.until('slow done')
    expect(ordered(listener.frames)).toEqual(ordered(recordedFrames('newest/batch-failure/ws-live')))
    const { answer } = await call(backend, 'GET', '/api/history/001-todo')
    expect(answer).toMatchObject({ runs: [{ status: 'failed', summary: { completed_batches: 1, failed_batches: 0 } }] })
  })

  it.each<[Generation, string[]]>([
    ['A', ['Batch failed: Task failed with exit code Some(3)', 'Execution failed: Task failed with exit code Some(3)']],
    ['C', ['', 'Batch failed: Task failed', 'Task failed', 'Execution failed: Task failed']],
  ])('%s: ends the run in its own words', async (generation, messages) => {
    const backend = await started({ specs: { s: { plan: planOf({ a: [] }) } }, generation, script: failing })
    backend.failBatch('a', { exitCode: 3 })
    await start(backend, 's')
    const listener = await Listener.join(backend)
    await listener.until('Execution failed')
    expect(listener.frames.slice(-messages.length).map(text => said(text).message ?? '')).toEqual(messages)
  })

  it('B: keeps the causes out of the history', async () => {
    const backend = await started({ specs: { s: { plan: planOf({ a: [] }) } } })
    backend.failBatch('a', { text: 'Failed to create worktree\n\nCaused by:\n    directory exists' })
    await start(backend, 's')
    const listener = await Listener.join(backend)
    await listener.until('Execution failed: Failed to create worktree\\n\\nCaused by:\\n    directory exists')
    const id = /Created run history entry: ([\w-]+)/.exec(listener.frames.join())?.[1] ?? ''
    const { answer } = await call(backend, 'GET', `/api/history/s/${id}`)
    expect(answer).toMatchObject({ run: { status: 'failed', error: 'Failed to create worktree' } })
  })

  it('fails once; the next run completes it', async () => {
    const backend = await started({ specs: { s: { plan: planOf({ a: [], b: ['a'] }) } } })
    backend.failBatch('b')
    await start(backend, 's')
    await (await Listener.join(backend)).until('Execution failed')
    await start(backend, 's', 'r2')
    const listener = await Listener.join(backend, 'r2')
    await listener.until('All batches completed successfully.')
    expect(listener.frames.map(text => said(text).message)).toContain('Resuming: 1 batches already completed')
  })
})

const failing: Script = ({ id }) => ({
  ms: 0,
  lines: (LINES.get(id) ?? []).map(([stream, text]) => ({ stream, text })),
})
const LINES = new Map<string, ['stdout' | 'stderr', string][]>([
  ['setup', [['stdout', 'Reading the task.']]],
  ['slow', [['stdout', 'Reading the task.'], ['stdout', 'slow done']]],
  ['bad', [['stdout', 'Reading the task.'], ['stderr', 'boom'], ['stdout', 'trying']]],
]) // prettier-ignore

/** Masked, without what is said about agents: those of batches that start together come in any order. */
const ordered = (frames: string[]) => frames.filter(text => !ABOUT_AGENTS.has(said(text).message ?? '')).map(masked)

describe('a merge that fails', () => {
  const specs = { '001-todo': { plan: planOf({ setup: [], one: ['setup'], two: ['setup'] }) } }
  const quiet: Script = () => ({ ms: 0, lines: [] })

  it('B: ends the run as recorded, without status failed, and its history entry runs on', async () => {
    const backend = await started({ specs, script: quiet })
    backend.hold('two')
    backend.failMerge('two')
    await start(backend, '001-todo')
    const listener = await Listener.join(backend)
    await listener.until('Merging branch worktree/main/ckrv-batch-one')
    backend.release('two')
    await listener.until('Execution failed')
    expect(ordered(listener.frames)).toEqual(withoutLines(recordedFrames('newest/merge-failure/ws-live')))
    expect((await call(backend, 'GET', '/api/history/001-todo')).answer).toMatchObject({
      runs: [{ status: 'running' }],
    })

    backend.failMerge('two')
    await start(backend, '001-todo', 'r2')
    const second = await Listener.join(backend, 'r2')
    await second.until('Execution failed')
    expect(ordered(second.frames)).toEqual(withoutLines(recordedFrames('newest/merge-failure/ws-second')))
  })

  it('B: goes on without a word where help with the conflicts succeeds', async () => {
    const backend = await started({ specs, script: quiet })
    backend.failMerge('one', 'resolved')
    await start(backend, '001-todo')
    const listener = await Listener.join(backend)
    await listener.until('All batches completed successfully.')
    expect(listener.frames.filter(text => text.includes('Merge conflicts detected'))).toHaveLength(1)
  })

  it('C: fails the batch too', async () => {
    const backend = await started({ specs, script: quiet, generation: 'C' })
    backend.failMerge('setup', 'failed')
    await start(backend, '001-todo')
    const listener = await Listener.join(backend)
    await listener.until('Execution failed: Merge failed')
    expect(listener.frames.slice(-3).map(said)).toMatchObject([
      { type: 'batch_status', status: 'failed', batch_id: 'setup', error: 'Merge failed' },
      { type: 'status', status: 'failed' },
      { type: 'error' },
    ])
    expect(listener.frames.some(text => text.includes('"completed"'))).toBe(false)
  })
})

const withoutLines = (frames: string[]) => ordered(frames).filter(text => !/"type":"log"/.test(text))

describe('files that cannot be executed', () => {
  const specs: Specs = {
    '001-todo': { plan: null },
    '002-yaml': { plan: 'batches: [oops' },
    '003-nostatus': { plan: 'batches:\n- id: a\n  name: A\n  task_ids: [T001]\n  model_assignment: {default: x}\n' },
    '004-deadlock': { plan: planOf({ a: ['b'], b: ['a'] }) },
    '005-notasks': { plan: planOf({ setup: [] }), tasks: null },
  }

  it.each(['newest', 'oldest'])('are answered as recorded by the %s', async recording => {
    const backend = await started({ specs, generation: recording === 'newest' ? 'B' : 'A' })
    const starts = recordedCalls(`${recording}/bad-files/http`).filter(({ method }) => method === 'POST')
    expect(starts).toHaveLength(6)
    for (const { path, body, answer } of starts) {
      expect((await call(backend, 'POST', path, body)).answer).toEqual(answer)
      const runId = typeof answer === 'string' ? '' : String(answer['run_id'])
      const listener = await Listener.join(backend, runId)
      await listener.until('Execution failed')
      expect(listener.masked()).toEqual(recordedFrames(`${recording}/bad-files/ws-${runId}`).map(masked))
    }
  })

  it('deadlocks on a batch that the plan does not have, and completes a plan without batches', async () => {
    const backend = await started({
      specs: { s: { plan: planOf({ a: ['nowhere'] }) }, empty: { plan: 'batches: []' } },
    })
    await start(backend, 's')
    await (await Listener.join(backend)).until('Deadlock: 1 batches pending')
    await start(backend, 'empty', 'r2')
    await (await Listener.join(backend, 'r2')).until('All batches completed successfully.')
  })

  it('fail a run without a status where they cannot be written', async () => {
    const folder = projectOf({ s: { plan: planOf({ a: [] }) } })
    const backend = await started({ specs: {}, project: folder })
    backend.hold('a')
    await start(backend, 's')
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    rmSync(join(folder, '.specs/s/plan.yaml'))
    mkdirSync(join(folder, '.specs/s/plan.yaml'))
    backend.release('a')
    await listener.until('Execution failed: EISDIR')
    expect(listener.frames.some(text => text.includes('"status":"failed"'))).toBe(false)
  })
})

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
    expect(ordered(live.frames)).toEqual(ordered(recordedFrames('newest/abort/ws-live')))
    const again = await Listener.join(backend)
    await again.until('warning from ui')
    expect(ordered(again.frames)).toEqual(ordered(recordedFrames('newest/abort/ws-rejoin')))
  })
})
