import { describe, expect, it, vi } from 'vitest'
import { BackendError } from '../../backend/http'
import type { Plan } from '../../backend/plan'
import type { Tasks } from '../../backend/tasks'
import { SpecReads } from './spec-reads'

const assignment = (id: string, taskIds: string[], model: string | null = null) => ({ id, taskIds, model })
const gone = () => new BackendError('unreachable', 'The backend is away. Check it.')

/** Reads of a backend with one spec, whose answers a test can replace. */
function readsOf(assignments = [assignment('a', ['T1', 'T2'], 'some/model'), assignment('b', [])]) {
  const http = {
    specs: vi.fn(async () => [{ name: 'shop', has_plan: true, has_tasks: true, task_count: 2 }]),
    planState: vi.fn(async () => 'missing' as const),
    lastPlan: () => null,
    wholePlan: vi.fn(async (): Promise<Plan> => ({ batches: [], assignments })),
    tasks: vi.fn(async (): Promise<Tasks> => [
      { id: 'T2', title: 'Second', completed: true },
      { id: 'T1', title: 'First', completed: false },
    ]),
  }
  const imports = { list: () => [], snapshot: async () => undefined }
  return { http, reads: new SpecReads({ http, runs: () => [], imports }) }
}

describe('the tasks of a batch', () => {
  it('[SPEC-6.1] are those of the plan, in its order, with their titles and the model of the plan', async () => {
    const { reads } = readsOf()
    const told = await reads.tasksOf('shop', 'a')
    expect(told).toMatchObject({ plan: 'read', titles: 'read', failure: null, model: 'some/model', more: 0 })
    expect(told?.tasks).toEqual([
      { id: 'T1', title: 'First' },
      { id: 'T2', title: 'Second', completed: true },
    ])
    expect(told?.readAt).not.toBeNull()
    expect(await reads.tasksOf('shop', 'b')).toMatchObject({ plan: 'read', tasks: [], model: null })
    expect(await reads.tasksOf('shop', 'elsewhere')).toMatchObject({ plan: 'other', tasks: [], readAt: null })
  })

  it('[SPEC-6.1] are at most 200, and the others are counted; their secrets are masked', async () => {
    const { reads, http } = readsOf([
      assignment(
        'a',
        Array.from({ length: 500 }, (_, n) => (n === 1 ? 'token=hunter22' : `T${n}`)),
        'password=hunter22',
      ),
    ])
    http.tasks.mockResolvedValue([{ id: 'T0', title: 'password=hunter22', completed: false }])
    const told = await reads.tasksOf('shop', 'a')
    expect(told?.tasks).toHaveLength(200)
    expect(told?.more).toBe(300)
    expect(told?.tasks[0]?.title).toBe('password=•••')
    expect(JSON.stringify(told)).not.toContain('hunter22')
  })

  it('[SPEC-6.2] keep their ids where the titles can’t be read', async () => {
    for (const state of ['missing', 'unreadable'] as const) {
      const { reads, http } = readsOf()
      http.tasks.mockResolvedValue(state)
      expect(await reads.tasksOf('shop', 'a')).toMatchObject({ titles: state, tasks: [{ id: 'T1', title: null }, {}] })
    }
    const { reads, http } = readsOf()
    http.tasks.mockRejectedValue(gone())
    const told = await reads.tasksOf('shop', 'a')
    expect(told).toMatchObject({ plan: 'read', titles: 'unknown', tasks: [{ id: 'T1', title: null }, {}] })
    expect(told?.failure).toMatch(/away/)
  })

  it('[SPEC-6.2] are none, and it says why, where the plan can’t be read', async () => {
    for (const state of ['missing', 'unreadable'] as const) {
      const { reads, http } = readsOf()
      http.wholePlan.mockResolvedValue(state)
      expect(await reads.tasksOf('shop', 'a')).toMatchObject({ plan: state, tasks: [], failure: null })
    }
    const { reads, http } = readsOf()
    http.wholePlan.mockRejectedValue(gone())
    const untold = await reads.tasksOf('shop', 'a')
    expect(untold?.plan).toBe('unknown')
    expect(untold?.failure).toMatch(/away/)
    const away = readsOf()
    away.http.specs.mockRejectedValue(gone())
    expect(await away.reads.tasksOf('shop', 'a')).toMatchObject({ plan: 'unknown', tasks: [] })
    expect(away.http.wholePlan).not.toHaveBeenCalled()
  })

  it('[SPEC-6.3] are read once for all batches and pages, never by themselves, and never of an unknown spec', async () => {
    const { reads, http } = readsOf()
    await Promise.all(['a', 'b', 'a', 'x'].map(id => reads.tasksOf('shop', id)))
    await reads.tasksOf('shop', 'a')
    expect([http.wholePlan.mock.calls.length, http.tasks.mock.calls.length]).toEqual([1, 1])
    expect(await reads.tasksOf('../../etc', 'a')).toBeUndefined()
    expect([http.wholePlan.mock.calls.length, http.tasks.mock.calls.length]).toEqual([1, 1])
    reads.linkChanged()
    await reads.tasksOf('shop', 'a')
    expect([http.wholePlan.mock.calls.length, http.tasks.mock.calls.length]).toEqual([2, 2])
  })
})
