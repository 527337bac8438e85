import { LRUCache } from 'lru-cache'
import type { BackendHttp } from '../../backend/http'
import { serverNow } from '../../clock/clock'
import type { BatchTask, BatchTasks } from '../../run/batch-tasks'
import { masked } from '../../run/text/secrets'
import { iso } from '../../run/time/time'
import { mapBackendErrors } from '../api'
import { Recent } from './recent'

export interface TaskSources {
  http: Pick<BackendHttp, 'wholePlan' | 'tasks'>
}

type Plan = Awaited<ReturnType<BackendHttp['wholePlan']>>
type Tasks = Awaited<ReturnType<BackendHttp['tasks']>>

/** What the backend says of a spec. */
interface OfSpec {
  readonly plan: Recent<Plan>
  readonly tasks: Recent<Tasks>
}

/** How many specs' plans and tasks are kept, and how many tasks of a batch are told. */
const MOST = { specs: 20, told: 200 }

/** The tasks of single batches: a spec is read once for all pages that ask within two seconds, and only while one asks [SPEC-6]. */
export class BatchTasksReads {
  readonly #specs = new LRUCache<string, OfSpec>({ max: MOST.specs })

  readonly #sources: TaskSources

  constructor(sources: TaskSources) {
    this.#sources = sources
  }

  clear(): void {
    this.#specs.clear()
  }

  /** @param spec a name that the backend itself has named */
  async of(spec: string, batchId: string): Promise<BatchTasks> {
    const { plan: plans, tasks: titles } = this.#readsOf(spec)
    const [plan, tasks] = await Promise.all([plans.read(), titles.read()])
    if (!plan.ok) return untold('unknown', plan.error?.message ?? '')
    if (typeof plan.value === 'string') return untold(plan.value)
    const assignment = plan.value.assignments.find(({ id }) => id === batchId)
    if (!assignment) return untold('other')
    const { taskIds } = assignment
    const known = tasks.ok && typeof tasks.value !== 'string' ? tasks.value : []
    const byId = new Map(known.map(task => [task.id, task]))
    const told = taskIds.slice(0, MOST.told).map((id): BatchTask => {
      const task = byId.get(id)
      const title = task?.title ?? null
      return {
        id: masked(id),
        title: title === null ? null : masked(title),
        ...(task?.completed && { completed: true }),
      }
    })
    return {
      plan: 'read',
      titles: !tasks.ok ? 'unknown' : typeof tasks.value === 'string' ? tasks.value : 'read',
      failure: tasks.ok ? null : (tasks.error?.message ?? ''),
      // The older of both: nothing that is told is older than that.
      readAt: iso(tasks.ok ? Math.min(plan.at, tasks.at) : plan.at),
      model: assignment.model === null ? null : masked(assignment.model),
      tasks: told,
      more: taskIds.length - told.length,
    }
  }

  #readsOf(spec: string): OfSpec {
    const known = this.#specs.get(spec)
    if (known) return known
    const { http } = this.#sources
    const reads = {
      plan: new Recent<Plan>(() => mapBackendErrors(() => http.wholePlan(spec)), serverNow),
      tasks: new Recent<Tasks>(() => mapBackendErrors(() => http.tasks(spec)), serverNow),
    }
    this.#specs.set(spec, reads)
    return reads
  }
}

/** Why no tasks are told. */
export const untold = (plan: BatchTasks['plan'], failure: string | null = null): BatchTasks => ({
  ...{ plan, titles: 'unknown', failure, readAt: null, model: null, tasks: [], more: 0 },
})
