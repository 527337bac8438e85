import { describe, expect, it, vi } from 'vitest'
import { BackendError } from '../../backend/http'
import type { Plan } from '../../backend/plan'
import type { Tasks } from '../../backend/tasks'
import { hubRefusals } from '../api'
import type { PlanBatch } from '../../run/observation'
import { someBatch, someRun } from '../../testing/run/documents'
import { SpecReads, type SpecSources } from './spec-reads'

const planBatch = (id: string): PlanBatch => ({
  ...{ id, name: `Batch ${id}`, dependsOn: [], completed: false, running: false, branch: null },
})
const spec = (name: string) => ({ name, has_plan: true, has_tasks: true, task_count: 1 })
const gone = () => new BackendError('unreachable', 'The backend is away. Check it.')

/** Sources whose parts a test can replace, and how often each was asked. */
function sourcesWith(changes: Partial<SpecSources> = {}) {
  const plan: PlanBatch[] = [planBatch('a'), planBatch('b')]
  const http = {
    specs: vi.fn(async () => [spec('shop')]),
    planState: vi.fn(async (): Promise<PlanBatch[] | 'missing' | 'unreadable'> => plan),
    lastPlan: vi.fn((): PlanBatch[] | null => null),
    wholePlan: vi.fn(async (): Promise<Plan> => ({ batches: plan, assignments: [] })),
    tasks: vi.fn(async (): Promise<Tasks> => []),
  }
  const batches = [someBatch('a', 'completed'), someBatch('x', 'running')]
  const runs = [{ fields: someRun('r1', { spec: 'shop' }), batches }]
  const imports = { list: () => [], snapshot: async () => undefined }
  return { http, plan, runs, sources: { http, runs: () => runs, imports, ...changes } }
}

describe('the runs of a spec', () => {
  it('[SPEC-1.1] are those known here, beside the plan of the backend', async () => {
    const { sources } = sourcesWith()
    const read = await new SpecReads(sources).runsOf('shop')
    expect(read).toMatchObject({ spec: 'shop', onBackend: true, plan: { state: 'read', failure: null } })
    expect(read?.plan.readAt).not.toBeNull()
    expect(read?.columns.map(({ id, planned }) => [id, planned])).toEqual([
      ['a', true],
      ['b', true],
      ['x', false],
    ])
  })

  it('[SPEC-1.1] are not found if neither the backend nor a run knows the spec, and only then', async () => {
    const { sources, http } = sourcesWith()
    const reads = new SpecReads(sources)
    expect(await reads.runsOf('nowhere')).toBeUndefined()
    expect(http.planState).not.toHaveBeenCalled()
    const away = sourcesWith()
    away.http.specs.mockRejectedValue(gone())
    const read = await new SpecReads(away.sources).runsOf('nowhere')
    expect(read).toMatchObject({ onBackend: null, runs: [], plan: { state: 'unknown', readAt: null } })
    expect(read?.plan.failure).toMatch(/away/)
  })

  it('[SPEC-1.6] never asks the backend for the plan of a name that it has not named itself', async () => {
    const name = '../../etc/passwd'
    const { sources, http } = sourcesWith({
      runs: () => [{ fields: someRun('r1', { spec: name }), batches: [] }],
    })
    expect(await new SpecReads(sources).runsOf(name)).toMatchObject({ onBackend: false, plan: { state: 'missing' } })
    expect(http.planState).not.toHaveBeenCalled()
  })

  it('[SPEC-1.6] ask the backend once for many pages', async () => {
    const { sources, http } = sourcesWith()
    const reads = new SpecReads(sources)
    await Promise.all(Array.from({ length: 20 }, () => reads.runsOf('shop')))
    await reads.overview()
    expect([http.specs.mock.calls.length, http.planState.mock.calls.length]).toEqual([1, 1])
  })

  it('[SPEC-1.7] are shown without a backend, with the plan as it was last read', async () => {
    const { sources, http, plan } = sourcesWith()
    http.specs.mockRejectedValue(gone())
    const without = await new SpecReads(sources).runsOf('shop')
    expect(without).toMatchObject({ onBackend: null, plan: { state: 'unknown', readAt: null } })
    expect(without?.runs).toHaveLength(1)
    http.lastPlan.mockReturnValue(plan)
    const earlier = await new SpecReads(sources).runsOf('shop')
    expect(earlier).toMatchObject({ plan: { state: 'read', readAt: null } })
    expect(earlier?.columns[0]).toMatchObject({ id: 'a', planned: true })
  })

  it('[SPEC-1.7] are asked for anew when the link to the backend changes', async () => {
    const { sources, http, plan } = sourcesWith()
    const reads = new SpecReads(sources)
    expect(await reads.runsOf('shop')).toMatchObject({ plan: { failure: null } })
    http.specs.mockRejectedValue(gone())
    http.lastPlan.mockReturnValue(plan)
    reads.linkChanged()
    expect(await reads.runsOf('shop')).toMatchObject({ onBackend: null, plan: { state: 'read', readAt: null } })
    expect((await reads.overview()).backend.failure).toMatch(/away/)
  })

  it('[SPEC-1.7] do not wait for a backend that does not answer', { timeout: 10_000 }, async () => {
    const { sources, http } = sourcesWith()
    http.specs.mockReturnValue(new Promise(() => undefined))
    const read = await new SpecReads(sources).runsOf('shop')
    expect(read).toMatchObject({ onBackend: null, plan: { state: 'unknown', failure: '' } })
    expect(read?.runs).toHaveLength(1)
  })

  it('[SPEC-1.7] fail by an error of our own, and not in silence', async () => {
    const { sources, http } = sourcesWith()
    http.specs.mockRejectedValue(new TypeError('planted'))
    await expect(new SpecReads(sources).runsOf('shop')).rejects.toThrow('planted')
    expect(hubRefusals.backendFailed(gone()).message).toMatch(/away/)
  })

  it('[SPEC-1.8] are put together once for each state of the runs', async () => {
    const { sources, runs } = sourcesWith()
    const reads = new SpecReads(sources)
    const first = await reads.runsOf('shop')
    expect((await reads.runsOf('shop'))?.columns).toBe(first?.columns)
    // When the run was last heard changes nothing here.
    runs[0] = { fields: { ...runs[0]!.fields, heardAt: '2026-01-15T14:00:00.000Z' }, batches: runs[0]!.batches }
    expect((await reads.runsOf('shop'))?.columns).toBe(first?.columns)
    runs[0] = { ...runs[0], batches: [someBatch('a', 'failed')] }
    const next = await reads.runsOf('shop')
    expect(next?.runs[0]?.batches[0]?.status).toBe('failed')
    runs[0] = { ...runs[0], fields: { ...runs[0].fields, status: 'failed' } }
    expect((await reads.runsOf('shop'))?.runs[0]?.status).toBe('failed')
  })

  it('[SPEC-1.2] have imports among them, newest first, each run once as of its last export', async () => {
    const snapshotOf = (runId: string, startedAt: string) => ({
      ...someRun(runId, { spec: 'shop', status: 'completed', startedAt }),
      ...{ epoch: '', version: 1, now: '', batches: [] },
    })
    const summary = (id: string, runId: string, until: string) => ({
      ...{ id, runId, until, unread: 0, backend: '', spec: 'shop', status: 'completed' as const },
      counts: someRun('').counts,
    })
    const { sources } = sourcesWith({
      imports: {
        list: () => [
          summary('i1', 'old', '2026-01-01T00:00:01Z'),
          summary('i2', 'old', '2026-01-01T00:00:02Z'),
          summary('i3', 'r1', '2026-01-01T00:00:02Z'),
          summary('i4', 'new', '2026-01-01T00:00:02Z'),
        ],
        snapshot: async id =>
          id === 'i4' ? snapshotOf('new', '2027-01-01T00:00:00Z') : snapshotOf('old', '2025-01-01T00:00:00Z'),
      },
    })
    const read = await new SpecReads(sources).runsOf('shop')
    expect(read?.runs.map(({ runId, importId }) => [runId, importId])).toEqual([
      ['new', 'i4'],
      ['r1', null],
      ['old', 'i2'],
    ])
  })
})

describe('all specs', () => {
  it('[SPEC-3.1] are those that runs know while the backend can’t be asked, and say so', async () => {
    const { sources, http } = sourcesWith()
    http.specs.mockRejectedValue(gone())
    const { backend, specs } = await new SpecReads(sources).overview()
    expect(backend.failure).toMatch(/away/)
    expect(specs.map(({ name, onBackend }) => [name, onBackend])).toEqual([['shop', null]])
  })
})
