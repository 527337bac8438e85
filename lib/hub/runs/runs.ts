import { lastOf, type CandidateRun } from '../../run/assign'
import type { RunFields, RunStatus } from '../../run/model'
import type { RunView } from '../../run/view'
import type { RunState } from './run-state'
import type { RunStore } from './store'

/** What is known of a run, as far as it matters here. */
export interface KnownRun {
  runId: string
  /** Null where nobody has said it yet: it may be any. */
  spec: string | null
  /** Which entry of the history is its own, by its stream; of a run found in the history, that entry. */
  historyId: string | null
  basis: 'stream' | 'history'
  status: RunStatus
  /** ms, the backend's clock. */
  startedAt: number | null
  /** Since when it is known here, ms, our clock. */
  since: number
}

/** Every run that is known here, by its id: followed ones, those of the history alone, and finished ones in the store. */
export class Runs {
  readonly #states = new Map<string, RunState>()
  /** The ids that runs had before they got another one [RUN-13]. */
  readonly #renamed = new Map<string, string>()
  /** Runs that may yet turn out to be none: the fleet does not show them. */
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

  /** By its id of today, or one that it had before. */
  get(runId: string): RunState | undefined {
    return this.#states.get(this.idOf(runId))
  }

  /** By its id of today alone. */
  getByCurrentId(runId: string): RunState | undefined {
    return this.#states.get(runId)
  }

  /** The id of today. */
  idOf(runId: string): string {
    return this.#renamed.get(runId) ?? runId
  }

  has(runId: string): boolean {
    return this.get(runId) !== undefined
  }

  /** `tentative`: not shown before `show`. */
  add(state: RunState, tentative: boolean): void {
    this.#states.set(state.runId, state)
    this.#renamed.delete(state.runId)
    if (tentative) this.#tentative.add(state)
  }

  show(state: RunState): void {
    this.#tentative.delete(state)
  }

  /** Forgets it for good. */
  async remove(state: RunState): Promise<void> {
    this.#forget(state)
    if (this.#stored.delete(state)) await this.#store.remove({ backend: this.#backend, runId: state.runId })
  }

  #forget(state: RunState): void {
    this.#states.delete(state.runId)
    this.#tentative.delete(state)
    for (const [old, runId] of this.#renamed) if (runId === state.runId) this.#renamed.delete(old)
  }

  /** What was known by `old` is from now on `state`. */
  rename(old: string, state: RunState): void {
    this.#renamed.set(old, state.runId)
  }

  /** From now on the store says how long it is kept; it must be followed no more [SYNC-9]. */
  async archive(state: RunState): Promise<void> {
    if (this.#states.get(state.runId) !== state || this.#stored.has(state)) return
    this.#stored.add(state)
    await this.#store.put({ backend: this.#backend, runId: state.runId }, state)
  }

  /** The finished run that is the first to go has to; false where there is none. */
  async evict(): Promise<boolean> {
    return this.#store.evict()
  }

  /** Somebody opened it: of those in the store it is the last to go. */
  async opened(runId: string): Promise<void> {
    await this.#store.get({ backend: this.#backend, runId: this.idOf(runId) })
  }

  isStored(state: RunState): boolean {
    return this.#stored.has(state)
  }

  all(): IterableIterator<RunState> {
    return this.#states.values()
  }

  /** What the fleet shows. */
  newestFirst(): RunFields[] {
    return [...this.#states.values()]
      .filter(state => !this.#tentative.has(state))
      .map(state => ({ since: state.since, fields: state.view().fields }))
      .sort((a, b) => begun(b) - begun(a) || b.since - a.since)
      .map(({ fields }) => fields)
  }

  /** Another run of the spec is at work, or was since this one is known or after it began [RUN-8]. */
  hasOther(state: RunState, spec: string): boolean {
    const begun = at(state.current.view.startedAt) ?? Infinity
    for (const other of this.#states.values()) {
      if (other === state || other.spec !== spec) continue
      const { view } = other.current
      // What only the history tells of may be this very run, until that says which entry is its own.
      if (view.basis === 'history' && state.current.view.historyId === null) continue
      const ended = at(view.endedAt)
      // Each tells its times by the clock of its own beginning.
      const latest = ended === null ? Infinity : ended + other.clockSpread + state.clockSpread
      if (latest > begun || latest + view.clockOffset >= state.since) return true
    }
    return false
  }

  /** Another followed run with that entry of the history is at work, or was after this one began [RUN-8.11]. */
  hasOtherOf(state: RunState, historyId: string): boolean {
    const begun = at(state.current.view.startedAt)
    for (const other of this.#states.values()) {
      const { view } = other.current
      if (other === state || view.historyId !== historyId || view.basis === 'history') continue
      const ended = at(view.endedAt)
      if (ended === null || begun === null || ended + other.clockSpread + state.clockSpread > begun) return true
    }
    return false
  }

  /** It was found in the history, going on with the entry of a run that was over before: two runs, never one [RUN-13]. */
  isResumeOf(found: RunState, before: RunState): boolean {
    const { basis, startedAt } = found.view().fields
    const { endedAt } = before.view().fields
    if (found === before || basis !== 'history' || !found.isResume) return false
    return startedAt !== null && endedAt !== null && startedAt >= endedAt
  }

  /** The runs that may have had a container that was created at `since` (ms) or later [DOCK-4]. */
  candidateRuns(since: number): CandidateRun[] {
    return (
      [...this.#states.values()]
        .map(state => this.#candidateRun(state))
        // Where the clock was set, the end and the creation of a container are not of one clock.
        .filter(
          candidateRun => candidateRun.createdAt !== undefined || (lastOf(candidateRun) ?? Infinity) >= since - SKEW,
        )
    )
  }

  /** Made once of each view of a run: most runs are over, and stay as they are. */
  #candidateRun(state: RunState): CandidateRun {
    const { view } = state.current
    const known = this.#candidatesByView.get(view)
    if (known) return known
    const createdAt = state.creation
    const candidateRun = { ...candidateOf(state.runId, view), ...diedBy(state), ...(createdAt && { createdAt }) }
    this.#candidatesByView.set(view, candidateRun)
    return candidateRun
  }

  /** For telling runs of the history from those that are followed [RUN-13]. */
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

/** By the backend's clock, as are the times that it tells. */
function diedBy(state: RunState): Pick<CandidateRun, 'diedBy'> {
  const { inferred, clockOffset } = state.current.view
  return inferred && state.unknownSince !== null ? { diedBy: state.unknownSince - clockOffset } : {}
}

function candidateOf(runId: string, { historyId, basis, batches, ...view }: RunView): CandidateRun {
  const startedAt = at(view.startedAt)
  return {
    runId,
    historyId,
    startedAt,
    endedAt: at(view.endedAt),
    ...(basis === 'history' && { beginsUnknown: true }),
    batches: batches.map(({ id, name, branch, ...batch }) => ({
      id,
      name,
      branch,
      // The history does not tell when a batch began: any time since the run's begin.
      startedAt: basis === 'history' ? startedAt : at(batch.startedAt),
    })),
  }
}

/** By how much the clocks of backend and Engine may differ, ms. */
const SKEW = 5_000

const at = (time: string | null): number | null => (time === null ? null : Date.parse(time))

const begun = ({ since, fields }: { since: number; fields: RunFields }) =>
  fields.startedAt === null ? since : Date.parse(fields.startedAt) + fields.clockOffset
