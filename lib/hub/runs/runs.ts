import { SKEW } from '../../run/evidence/assign'
import { lastOf, type CandidateRun } from '../../run/evidence/candidate-run'
import type { RunFields, RunStatus } from '../../run/model'
import type { RunView } from '../../run/view'
import type { RunState } from './run-state'
import type { RunStore } from './store'

/** The facts of a known run by which its history entry is recognised. */
export interface KnownRun {
  runId: string
  /** Null if it is not known yet: it may be any spec. */
  spec: string | null
  /** The id of the run's own history entry, as its stream gives it; for a run found in the history, the id of that entry. */
  historyId: string | null
  basis: 'stream' | 'history'
  status: RunStatus
  /** ms, the backend's clock. */
  startedAt: number | null
  /** When the run became known here, ms, our clock. */
  since: number
}

/** Every known run, by its id: followed runs, runs of the history alone, and finished runs in the store. */
export class Runs {
  readonly #states = new Map<string, RunState>()
  /** The earlier ids of runs that got another id [RUN-13]. */
  readonly #renamed = new Map<string, string>()
  /** Runs that may turn out not to exist. The fleet does not show them. */
  readonly #tentative = new Set<RunState>()
  readonly #stored = new Set<RunState>()
  readonly #candidatesByView = new WeakMap<RunView, CandidateRun>()

  readonly #backend: string
  readonly #store: RunStore

  constructor(backend: string, store: RunStore, evicted: (state: RunState) => void) {
    this.#backend = backend
    this.#store = store

    store.onEvict(state => {
      this.#forget(state)
      this.#stored.delete(state)
      evicted(state)
    })
  }

  /** Finds a run by its current id, or by an earlier one. */
  get(runId: string): RunState | undefined {
    return this.#states.get(this.idOf(runId))
  }

  /** Finds a run by its current id only. */
  getByCurrentId(runId: string): RunState | undefined {
    return this.#states.get(runId)
  }

  /** The current id of the run. */
  idOf(runId: string): string {
    return this.#renamed.get(runId) ?? runId
  }

  has(runId: string): boolean {
    return this.get(runId) !== undefined
  }

  /** `tentative`: the run is not shown before `show`. */
  add(state: RunState, tentative: boolean): void {
    this.#states.set(state.runId, state)
    this.#renamed.delete(state.runId)
    if (tentative) this.#tentative.add(state)
  }

  show(state: RunState): void {
    this.#tentative.delete(state)
  }

  /** Forgets the run permanently. */
  async remove(state: RunState): Promise<void> {
    this.#forget(state)
    if (this.#stored.delete(state)) await this.#store.remove({ backend: this.#backend, runId: state.runId })
  }

  #forget(state: RunState): void {
    this.#states.delete(state.runId)
    this.#tentative.delete(state)
    for (const [old, runId] of this.#renamed) if (runId === state.runId) this.#renamed.delete(old)
  }

  /** From now on the id `old` leads to `state`. */
  rename(old: string, state: RunState): void {
    this.#renamed.set(old, state.runId)
  }

  /** From now on the store decides how long the run is kept. The run must no longer be followed [SYNC-9]. */
  async archive(state: RunState): Promise<void> {
    if (this.#states.get(state.runId) !== state || this.#stored.has(state)) return
    this.#stored.add(state)
    await this.#store.put({ backend: this.#backend, runId: state.runId }, state)
  }

  /** Evicts the finished run that is first in line. False if there is none. */
  async evict(): Promise<boolean> {
    return this.#store.evict()
  }

  /** A user opened the run: of the runs in the store it is evicted last. */
  async opened(runId: string): Promise<void> {
    await this.#store.get({ backend: this.#backend, runId: this.idOf(runId) })
  }

  isStored(state: RunState): boolean {
    return this.#stored.has(state)
  }

  all(): IterableIterator<RunState> {
    return this.#states.values()
  }

  /** The runs that the fleet shows. */
  newestFirst(): RunFields[] {
    return this.viewsNewestFirst().map(({ fields }) => fields)
  }

  /** The same runs with their batches. */
  viewsNewestFirst(): ReturnType<RunState['view']>[] {
    return [...this.#states.values()]
      .filter(state => !this.#tentative.has(state))
      .map(state => ({ since: state.since, view: state.view() }))
      .sort((a, b) => begun(b) - begun(a) || b.since - a.since)
      .map(({ view }) => view)
  }

  /** Whether another run of the spec is at work, or may have been when this run became known or began, or later [RUN-8.5]. */
  hasOther(state: RunState, spec: string): boolean {
    const begun = at(state.current.view.startedAt) ?? Infinity
    for (const other of this.#states.values()) {
      if (other === state || other.spec !== spec) continue
      const { view } = other.current
      // A run of the history alone may be this very run, until this run's stream names its own entry.
      if (view.basis === 'history' && state.current.view.historyId === null) continue
      // A run that the history shows as a resume begins, by definition, as the one before it ended [RUN-13.19].
      const ended = state.isResume ? at(view.endedAt) : latest(view.endedAt)
      // Each run gives its times by the clock of its own beginning.
      const until = ended === null ? Infinity : ended + other.clockSpread + state.clockSpread
      if (until > begun || until + view.clockOffset >= state.since) return true
    }
    return false
  }

  /** Whether another followed run with that history entry is at work, or may have been when this run began or later [RUN-8.11]. */
  hasOtherOf(state: RunState, historyId: string): boolean {
    const begun = at(state.current.view.startedAt)
    for (const other of this.#states.values()) {
      const { view } = other.current
      if (other === state || view.historyId !== historyId || view.basis === 'history') continue
      const ended = latest(view.endedAt)
      if (ended === null || begun === null || ended + other.clockSpread + state.clockSpread > begun) return true
    }
    return false
  }

  /** Whether `found` continues the history entry of `before`, which was over by then. Those are always two runs [RUN-13]. */
  isResumeOf(found: RunState, before: RunState): boolean {
    const { basis, startedAt } = found.view().fields
    const { endedAt } = before.view().fields
    if (found === before || basis !== 'history' || !found.isResume) return false
    return startedAt !== null && endedAt !== null && startedAt >= endedAt
  }

  /** The runs that a container may belong to that was created at `since` (ms) or later [DOCK-4]. */
  candidateRuns(since: number): CandidateRun[] {
    return (
      [...this.#states.values()]
        .map(state => this.#candidateRun(state))
        // If the clock was set, the run's end and a container's creation are not of the same clock, so they are not
        // compared.
        .filter(
          candidateRun => candidateRun.createdAt !== undefined || (lastOf(candidateRun) ?? Infinity) >= since - SKEW,
        )
    )
  }

  /** Computed once for each view of a run: most runs are over and do not change. */
  #candidateRun(state: RunState): CandidateRun {
    const { view } = state.current
    const known = this.#candidatesByView.get(view)
    if (known) return known
    const createdAt = state.creation
    const candidateRun = { ...candidateOf(state.runId, view), ...diedBy(state), ...(createdAt && { createdAt }) }
    this.#candidatesByView.set(view, candidateRun)
    return candidateRun
  }

  /** The facts by which the history entries of known runs are recognised [RUN-13]. */
  known(): KnownRun[] {
    return [...this.#states.values()].map(state => {
      const { historyId, basis, status, startedAt } = state.current.view
      return {
        runId: state.runId,
        spec: state.spec,
        since: state.since,
        historyId,
        basis,
        status,
        startedAt: at(startedAt),
      }
    })
  }
}

/** `diedBy` is on the backend's clock, as the times of the run are. */
function diedBy(state: RunState): Pick<CandidateRun, 'diedBy'> {
  const { inferred, clockOffset } = state.current.view
  return inferred && state.unknownSince !== null ? { diedBy: state.unknownSince - clockOffset } : {}
}

function candidateOf(runId: string, { historyId, basis, batches, clockOffset, ...view }: RunView): CandidateRun {
  const startedAt = at(view.startedAt)
  return {
    runId,
    historyId,
    startedAt,
    clockOffset,
    endedAt: latest(view.endedAt),
    ...(view.status === 'starting' && { isStarting: true }),
    ...(basis === 'history' && { beginsUnknown: true }),
    batches: batches.map(({ id, name, branch, ...batch }) => ({
      id,
      name,
      branch,
      // The history does not contain when a batch began: it may be any time since the run began.
      startedAt: basis === 'history' ? startedAt : at(batch.startedAt),
    })),
  }
}

/** The last moment that a stamp may stand for, ms: those of some backends have whole seconds. */
function latest(time: string | null): number | null {
  const ms = at(time)
  return ms !== null && ms % 1_000 === 0 ? ms + 999 : ms
}

const at = (time: string | null): number | null => (time === null ? null : Date.parse(time))

const begun = ({ since, view: { fields } }: { since: number; view: { fields: RunFields } }) =>
  fields.startedAt === null ? since : Date.parse(fields.startedAt) + fields.clockOffset
