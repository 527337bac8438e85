import type { BackendHttp, HistoryEntry } from '../../backend/http'
import { serverNow } from '../../clock/clock'
import { isOver } from '../../run/is-over'
import type { HistoryReading, PlanBatch } from '../../run/observation'
import { Discovery } from './discovery'
import type { Runs, RunState } from '../runs'
import { entriesAtWork, isEntryOpen, sortEntries, wasResumed } from './entries'

/** Handles the runs that the discovery finds. */
export interface FoundRuns {
  readonly runs: Runs
  /** Adds a run that only the history contains [RUN-13]. Undefined if no more runs can be followed. */
  foundInHistory(historyId: string, spec: string): RunState | undefined
  /** The run is over: nothing more is expected from the backend. */
  archive(state: RunState): Promise<void>
  /** The run that was known by its history id is the followed run. */
  merge(found: RunState, followed: RunState): Promise<void>
}

/** Receives the reports of the discovery. */
export interface DiscoveryEvents {
  /** The backend's answer about the spec is invalid, or it has no history of it. */
  odd(spec: string, reason: string): void
  failed(error: unknown): void
}

const MAX_REMEMBERED = 10_000

/**
 * Runs that were started elsewhere. They are found in the backend's history, and merged into the followed run once their
 * stream is followed [RUN-13].
 */
export class DiscoveredRuns {
  readonly #discovery: Discovery
  /** Entries that were shown once. If the store evicts such a run, it is not shown again. */
  readonly #shown = new Set<string>()
  /** Entries that were seen ended, each with its followed run. If such an entry is open again, it was resumed. */
  readonly #ended = new Set<string>()
  /** By spec: entries for which it is not known yet whether they must be shown. */
  readonly #waiting = new Map<string, ReadonlySet<string>>()
  #events: DiscoveryEvents | null = null

  readonly #http: BackendHttp
  readonly #host: FoundRuns

  constructor(http: BackendHttp, host: FoundRuns) {
    this.#http = http
    this.#host = host

    this.#discovery = new Discovery(http, {
      entries: (spec, entries) => this.#take(spec, entries),
      plan: (spec, batches) => this.#takePlan(spec, batches),
      wants: (spec, id) => this.#waiting.get(spec)?.has(id) === true || maySayMore(host.runs.get(id)),
      followed: spec => entriesAtWork(spec, host.runs.known()),
      wantsPlan: spec => this.#needingPlan(spec).length > 0,
      odd: (spec, reason) => this.#events?.odd(spec, reason),
      failed: error => this.#events?.failed(error),
    })
  }

  /** Starts the polling. */
  start(events: DiscoveryEvents): void {
    this.#events = events
    this.#discovery.start()
  }

  close(): void {
    this.#discovery.close()
  }

  /** Something happens at the backend: starts a round immediately. */
  pollNow(): void {
    this.#discovery.pollNow()
  }

  #take(spec: string, entries: readonly HistoryEntry[]): void {
    const { runs } = this.#host
    const clocks = { now: serverNow(), since: this.#discovery.since, offset: this.#http.clockOffset ?? 0 }
    const sorted = sortEntries(spec, entries, runs.known(), clocks)
    const refused = sorted.show.filter(entry => !this.#show(spec, entry))
    const waiting = [...sorted.wait, ...refused].map(({ id }) => id)
    if (waiting.length > 0) this.#waiting.set(spec, new Set(waiting))
    else this.#waiting.delete(spec)
    for (const { entry, runId } of sorted.followed) {
      const followed = runs.get(runId)
      if (followed) this.#takeFollowed(spec, entry, followed, sorted.ambiguous)
    }
    for (const { runId, from } of sorted.continued) {
      runs.get(runId)?.observe({ kind: 'continued', at: clocks.now, from })
    }
  }

  /** Handles an entry of a followed run. If that run is over and the entry was resumed, the entry is shown as a run of its own. */
  #takeFollowed(spec: string, entry: HistoryEntry, followed: RunState, ambiguous: boolean): void {
    const found = this.#host.runs.getByCurrentId(entry.id)
    const { endedAt, inferred } = followed.view().fields
    const end = endedAt === null || inferred || !followed.isOver ? null : Date.parse(endedAt)
    const shared = `${entry.id} ${followed.runId}`
    if (!isEntryOpen(entry)) remember(this.#ended, shared)
    if (found && end !== null && this.#host.runs.isResumeOf(found, followed)) {
      this.#show(spec, resumeOf(entry, end), shared)
    } else if (found && found !== followed) {
      this.#host.merge(found, followed).catch((error: unknown) => this.#events?.failed(error))
    } else if (end !== null && !ambiguous && wasResumed(followed.onItsClock(entry), end, this.#ended.has(shared))) {
      this.#show(spec, resumeOf(entry, end), shared)
    }
  }

  /** Returns whether there is room for the run. `once`: the key that prevents showing the same run twice. */
  #show(spec: string, entry: Shown, once = entry.id): boolean {
    const known = this.#host.runs.getByCurrentId(entry.id)
    if (!known && this.#shown.has(once)) return true
    const state = known ?? this.#host.foundInHistory(entry.id, spec)
    if (!state) return false
    remember(this.#shown, once)
    state.observe({ kind: 'history', at: serverNow(), ...entry })
    state.update()
    if (state.isOver) this.#host.archive(state).catch((error: unknown) => this.#events?.failed(error))
    return true
  }

  #takePlan(spec: string, batches: PlanBatch[]): void {
    for (const state of this.#needingPlan(spec)) {
      const shared = this.#host.runs.hasOther(state, spec)
      // A plan that another run may have written does not prove that this run goes on [RUN-13.5].
      if (shared && state.isGivenUp) continue
      state.observePlan({ spec, batches, shared })
    }
  }

  /** The runs of the spec that only the history shows: which of their batches are at work, only the plan shows. */
  #needingPlan(spec: string): RunState[] {
    return [...this.#host.runs.all()].filter(state => {
      const { basis, status } = state.current.view
      return basis === 'history' && state.spec === spec && (!isOver(status) || state.isGivenUp)
    })
  }
}

/**
 * Whether the run's entry may still change what is shown of it. A run that was given up for its silence may turn out to have
 * ended meanwhile [RUN-13.15].
 */
const maySayMore = (run: RunState | undefined) => run !== undefined && (!run.isOver || run.isGivenUp)

/** An entry as the run that it shows receives it. */
type Shown = HistoryEntry & Pick<HistoryReading, 'resumes'>

/** The entry of a run that ended at `end`, as the run that continues it. `end`: ms, the backend's clock. */
const resumeOf = (entry: HistoryEntry, end: number): Shown => ({ ...entry, startedAt: end, resumes: true })

function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  for (const oldest of ids) {
    if (ids.size <= MAX_REMEMBERED) break
    ids.delete(oldest)
  }
}
