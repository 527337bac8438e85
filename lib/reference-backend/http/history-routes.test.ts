import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, projectOf, started } from '../../testing/backend/reference-backend'

const batches = [
  { id: 'a', name: 'A' },
  { id: '__proto__', name: 'B' },
]

async function withRun() {
  const folder = projectOf({ s: {} })
  const backend = await started({ specs: {}, project: folder })
  const created = await call(backend, 'POST', '/api/history/s', { run_id: 'one', batches })
  return { backend, created, file: join(folder, '.specs/s/runs.yaml') }
}

const PATCH = ['PATCH', '/api/history/s/one'] as const

describe('the history endpoints', () => {
  it('create a run, once at a time', async () => {
    const { backend, created } = await withRun()
    expect(created.status).toBe(201)
    expect(created.answer).toEqual({
      success: true,
      run_id: 'one',
      started_at: expect.stringMatching(/^\d{4}-.*\+00:00$/) as string,
    })
    const second = await call(backend, 'POST', '/api/history/s', { run_id: 'two', batches })
    expect(second.status).toBe(409)
    expect(second.answer).toMatchObject({ success: false })
    expect((await call(backend, 'POST', '/api/history/nowhere', { run_id: 'x', batches })).status).toBe(404)
  })

  it('leave empty optionals absent in a run, null in the list', async () => {
    const { backend } = await withRun()
    const list = await call(backend, 'GET', '/api/history/s')
    expect(list.answer).toMatchObject({ total_count: 1, runs: [{ id: 'one', ended_at: null, elapsed_seconds: null }] })
    const { answer } = await call(backend, 'GET', '/api/history/s/one')
    expect(JSON.stringify(answer)).not.toMatch(/null|ended_at|"branch"|"error"/)
    expect(JSON.stringify(answer)).toMatch(/"started_at":"[^"]*Z"/)
  })

  it('update a batch, and ignore one that is unknown or fails without an error', async () => {
    const { backend } = await withRun()
    for (const batch_update of [
      { batch_id: '__proto__', status: 'completed', branch: 'x' },
      { batch_id: 'a', status: 'failed' },
      { batch_id: 'c', status: 'completed' },
    ]) {
      const { status, answer } = await call(backend, ...PATCH, { batch_update })
      expect([status, Object.keys(answer)]).toEqual([200, ['success', 'updated_at']])
    }
    const { answer } = await call(backend, 'GET', '/api/history/s/one')
    expect(answer).toMatchObject({
      run: {
        batches: [{ status: 'pending' }, { status: 'completed', branch: 'x', merged: false }],
        summary: { completed_batches: 1, pending_batches: 1 },
      },
    })
  })

  it('end a run, and refuse what is no end', async () => {
    const { backend } = await withRun()
    expect((await call(backend, ...PATCH, { status: 'running' })).status).toBe(400)
    expect((await call(backend, ...PATCH, {})).status).toBe(400)
    expect((await call(backend, 'PATCH', '/api/history/s/none', { status: 'failed' })).status).toBe(500)
    expect((await call(backend, 'DELETE', '/api/history/s/one')).status).toBe(400)
    expect((await call(backend, ...PATCH, { status: 'failed', error: 'boom' })).status).toBe(200)
    const { answer } = await call(backend, 'GET', '/api/history/s?status=failed')
    expect(answer).toMatchObject({ total_count: 1, runs: [{ status: 'failed', elapsed_seconds: 0 }] })
    const removed = await call(backend, 'DELETE', '/api/history/s/one')
    expect(removed.answer).toEqual({ success: true, deleted_run_id: 'one' })
    expect((await call(backend, 'DELETE', '/api/history/s/one')).status).toBe(200)
    expect((await call(backend, 'GET', '/api/history/s/one')).status).toBe(404)
  })

  it('page, newest first', async () => {
    const { backend } = await withRun()
    await call(backend, ...PATCH, { status: 'completed' })
    await call(backend, 'POST', '/api/history/s', { run_id: 'two', batches })
    expect((await call(backend, 'GET', '/api/history/s?limit=1')).answer).toMatchObject({ runs: [{ id: 'two' }] })
    expect((await call(backend, 'GET', '/api/history/s?limit=1&offset=1')).answer).toMatchObject({
      total_count: 2,
      runs: [{ id: 'one' }],
    })
  })

  it('answer for an unknown spec in the shape of the list', async () => {
    const { backend } = await withRun()
    const { status, answer } = await call(backend, 'GET', '/api/history/nowhere')
    expect(status).toBe(404)
    expect(answer).toMatchObject({ success: false, spec_name: 'nowhere', total_count: 0, runs: [] })
  })

  it('take a file that cannot be parsed for an empty one, and overwrite it', async () => {
    const { backend, file } = await withRun()
    for (const text of ['runs: [', 'runs: 5', '- x']) {
      writeFileSync(file, text)
      expect((await call(backend, 'GET', '/api/history/s')).answer).toMatchObject({ success: true, total_count: 0 })
    }
    await call(backend, 'POST', '/api/history/s', { run_id: 'two', batches })
    expect(readFileSync(file, 'utf8')).toMatch(/^version: '1\.0'\nspec_name: s\nruns:\n- id: two\n {2}spec_name: s\n/)
  })
})
