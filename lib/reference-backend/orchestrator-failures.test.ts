import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Generation } from './generation'
import type { Script } from './agents/script'
import {
  call,
  Listener,
  masked,
  maskedWithoutAgents,
  planOf,
  projectOf,
  recordedCalls,
  recordedFrames,
  said,
  start,
  started,
  type Specs,
} from '../testing/backend/reference-backend'

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
    expect(maskedWithoutAgents(listener.frames)).toEqual(
      maskedWithoutAgents(recordedFrames('newest/batch-failure/ws-live')),
    )
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
    expect(maskedWithoutAgents(listener.frames)).toEqual(withoutLines(recordedFrames('newest/merge-failure/ws-live')))
    expect((await call(backend, 'GET', '/api/history/001-todo')).answer).toMatchObject({
      runs: [{ status: 'running' }],
    })

    backend.failMerge('two')
    await start(backend, '001-todo', 'r2')
    const second = await Listener.join(backend, 'r2')
    await second.until('Execution failed')
    expect(maskedWithoutAgents(second.frames)).toEqual(withoutLines(recordedFrames('newest/merge-failure/ws-second')))
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

const withoutLines = (frames: string[]) => maskedWithoutAgents(frames).filter(text => !/"type":"log"/.test(text))

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
