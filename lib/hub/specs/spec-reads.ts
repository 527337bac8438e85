import { LRUCache } from 'lru-cache'
import type { BackendHttp } from '../../backend/http'
import type { Spec } from '../../backend/wire'
import { serverNow } from '../../clock/clock'
import type { Batch, ImportSummary, RunFields, Snapshot } from '../../run/model'
import type { BatchTasks } from '../../run/batch-tasks'
import type { PlanBatch } from '../../run/observation'
import { specSummaries, type SpecOverview, type SpecRuns, type SpecSummary } from '../../run/spec-pages'
import { specGridOf, type PlannedBatch, type SpecGrid, type SpecSource } from '../../run/spec-runs'
import { iso } from '../../run/time/time'
import { mapBackendErrors } from '../api'
import { BatchTasksReads, untold, type TaskSources } from './batch-tasks'
import { Recent, type Reading } from './recent'
import { isSame } from './same-parts'

interface RunView {
  fields: RunFields
  batches: readonly Batch[]
}

/** Where the runs of a spec come from. */
export interface SpecSources {
  http: Pick<BackendHttp, 'specs' | 'planState' | 'lastPlan'> & TaskSources['http']
  /** Every run that the fleet shows, newest first. */
  runs: () => RunView[]
  imports: {
    list: () => ImportSummary[]
    snapshot: (importId: string) => Promise<Snapshot | undefined>
  }
}

type PlanState = PlanBatch[] | 'missing' | 'unreadable'
const NO_PLAN: readonly PlanBatch[] = []

/** How many specs' plans and runs are kept until they change. */
const KEPT = { plans: 100, grids: 8 }

/** The runs of each spec side by side, and all specs. Put together once for each state of the runs, not for each page [SPEC-1]. */
export class SpecReads {
  #specs: Recent<Spec[]>
  readonly #plans = new LRUCache<string, Recent<PlanState>>({ max: KEPT.plans })
  readonly #grids = new LRUCache<string, { key: readonly unknown[]; grid: SpecGrid }>({ max: KEPT.grids })
  #summaries: { key: readonly unknown[]; specs: SpecSummary[] } | null = null
  /** A number for each state of a list of batches: the lists themselves are not kept for it. */
  readonly #versions = new WeakMap<object, number>()
  #versionsGiven = 0

  readonly #tasks: BatchTasksReads
  readonly #sources: SpecSources

  constructor(sources: SpecSources) {
    this.#sources = sources
    this.#tasks = new BatchTasksReads(sources)
    this.#specs = this.#askSpecs()
  }

  /** The link to the backend has changed: what it said just now may no longer be had. */
  linkChanged(): void {
    this.#specs = this.#askSpecs()
    this.#plans.clear()
    this.#tasks.clear()
  }

  async overview(): Promise<SpecOverview> {
    const listed = await this.#specs.read()
    const runs = this.#sources.runs()
    const key = [listed.ok && this.#versionOf(listed.value), ...runs.flatMap(run => this.#keyOf(run))]
    if (this.#summaries === null || !isSame(this.#summaries.key, key)) {
      this.#summaries = { key, specs: specSummaries(listed.ok ? listed.value : null, runs) }
    }
    return { now: iso(serverNow()), backend: { failure: failureOf(listed) }, specs: this.#summaries.specs }
  }

  /** Undefined if neither the backend nor any run or import knows the spec. */
  async runsOf(spec: string): Promise<SpecRuns | undefined> {
    const listed = await this.#specs.read()
    const onBackend = listed.ok ? listed.value.some(({ name }) => name === spec) : null
    // The backend is asked for the plan of a spec that it has named itself: any other name may mean another place there.
    const plan = onBackend === true ? await this.#planOf(spec).read() : null
    const { imports } = this.#sources
    const imported = latestOf(imports.list().filter(each => each.spec === spec))
    const runs = this.#sources.runs().filter(({ fields }) => fields.spec === spec)
    if (runs.length + imported.length === 0 && onBackend === false) return undefined

    const isRead = plan?.ok === true
    const earlier = onBackend === false || isRead ? null : this.#sources.http.lastPlan(spec)
    const batches = isRead ? plan.value : (earlier ?? 'missing')
    const planned = typeof batches === 'string' ? NO_PLAN : batches
    const key = [this.#versionOf(planned), ...runs.flatMap(run => this.#keyOf(run)), ...imported.map(({ id }) => id)]
    let known = this.#grids.get(spec)
    if (known === undefined || !isSame(known.key, key)) {
      known = { key, grid: specGridOf(planned.map(plannedOf), await this.#sorted(runs, imported)) }
      this.#grids.set(spec, known)
    }
    const state = isRead ? stateOf(plan.value) : earlier ? 'read' : onBackend === false ? 'missing' : 'unknown'
    const failure = failureOf(plan ?? listed)
    const readAt = isRead ? iso(plan.at) : null
    return { spec, now: iso(serverNow()), onBackend, plan: { state, readAt, failure }, ...known.grid }
  }

  /** The tasks of one batch [SPEC-6]. Undefined if the backend does not know the spec. */
  async tasksOf(spec: string, batchId: string): Promise<BatchTasks | undefined> {
    const listed = await this.#specs.read()
    if (!listed.ok) return untold('unknown', failureOf(listed))
    // As for its plan: only a name that the backend has named itself.
    return listed.value.some(({ name }) => name === spec) ? this.#tasks.of(spec, batchId) : undefined
  }

  /** What of a run decides how the pages of specs show it. */
  #keyOf({ fields, batches }: RunView): unknown[] {
    const { runId, spec, status, dryRun, inferred, basis, startedAt, endedAt, durationUncertain, clockOffset } = fields
    const { counts, unnamedCompleted } = fields
    return [
      ...[this.#versionOf(batches), runId, spec, status, dryRun, inferred, basis],
      ...[startedAt, endedAt, durationUncertain, clockOffset],
      ...[counts.completed, counts.total, counts.totalKnown, unnamedCompleted],
    ]
  }

  #versionOf(list: object): number {
    const known = this.#versions.get(list)
    if (known !== undefined) return known
    this.#versionsGiven += 1
    this.#versions.set(list, this.#versionsGiven)
    return this.#versionsGiven
  }

  #askSpecs(): Recent<Spec[]> {
    return new Recent(() => mapBackendErrors(() => this.#sources.http.specs()), serverNow)
  }

  #planOf(spec: string): Recent<PlanState> {
    const known = this.#plans.get(spec)
    if (known) return known
    const { http } = this.#sources
    const plan = new Recent<PlanState>(() => mapBackendErrors(() => http.planState(spec)), serverNow)
    this.#plans.set(spec, plan)
    return plan
  }

  /** Runs and imports together, newest first. */
  async #sorted(runs: readonly RunView[], imported: readonly ImportSummary[]): Promise<SpecSource[]> {
    const known = new Set(runs.map(({ fields }) => fields.runId))
    const snapshots: SpecSource[] = []
    for (const { id, runId } of imported) {
      if (known.has(runId)) continue
      const snapshot = await this.#sources.imports.snapshot(id)
      if (snapshot) snapshots.push({ fields: snapshot, batches: snapshot.batches, importId: id })
    }
    const own = runs.map(({ fields, batches }) => ({ fields, batches, importId: null }))
    if (snapshots.length === 0) return own
    return [...own, ...snapshots].sort((a, b) => begunAt(b) - begunAt(a))
  }
}

/** A run that was exported several times is shown as of the last time. */
function latestOf(imports: readonly ImportSummary[]): ImportSummary[] {
  const latest = new Map<string, ImportSummary>()
  for (const each of imports) {
    const known = latest.get(each.runId)
    if (known === undefined || known.until < each.until) latest.set(each.runId, each)
  }
  return [...latest.values()]
}

/** A run that has not begun yet is the newest. */
const begunAt = ({ fields }: SpecSource): number =>
  fields.startedAt === null ? Infinity : Date.parse(fields.startedAt)

const plannedOf = ({ id, name, dependsOn }: PlanBatch): PlannedBatch => ({ id, name: name ?? id, dependsOn })

const stateOf = (plan: PlanState) => (typeof plan === 'string' ? plan : 'read')

/** Why something could not be read; empty if the backend has not answered yet, null if it was read. */
const failureOf = (reading: Reading<unknown>): string | null => (reading.ok ? null : (reading.error?.message ?? ''))
