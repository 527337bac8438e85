import type { ContainerList, Fleet, ImportSummary, LinkState, LogLine, RunSummary, Snapshot } from '../../run/model'
import type { BatchTasks } from '../../run/batch-tasks'
import type { SpecOverview, SpecRuns } from '../../run/spec-pages'
import type { Usual } from '../../run/usual'
import { masked } from '../../run/text/secrets'
import type { Spec } from '../../backend/wire'
import type { RecorderState, RecordingFile } from '../recording'

/** Asks the backend to execute a spec's plan. Without a `runId` the hub makes one up. */
export interface StartRequest {
  spec: string
  runId?: string
  dryRun?: boolean
  model?: string
  resumeRunId?: string
}

/**
 * Why a request was not carried out. All of them are made in `refusals.ts` [SAY-4]. `message` is a sentence for users;
 * secrets in the backend's text are masked.
 * not-found: no such run; conflict: the backend or the hub knows this id already; over: the run has ended; unreachable:
 * the backend or Docker did not answer, or not in time; refused: it answered, but refused; forbidden: the dashboard never
 * allows it; stopping: this server is being stopped; unusable: the input is invalid; too-much: a bound is reached
 * [SAFE-5]; unwritable: the data folder can't be used.
 */
export class HubError extends Error {
  /** The run that may have begun despite the error, and is followed [RUN-2.7]. Null if there is none. */
  readonly runId: string | null

  constructor(
    readonly code:
      | 'not-found'
      | 'conflict'
      | 'over'
      | 'unreachable'
      | 'refused'
      | 'forbidden'
      | 'stopping'
      | 'unusable'
      | 'too-much'
      | 'unwritable',
    message: string,
    { runId, ...options }: ErrorOptions & { runId?: string } = {},
  ) {
    super(masked(message), options)
    this.name = 'HubError'
    this.runId = runId ?? null
  }
}

/** What an operator leaves on a run. `settles`: the run, which is over, needs nobody any more [RUN-18]. */
export interface NoteRequest {
  text: string
  settles?: boolean
}

/** The plan that a start of the spec would execute [START-1]. */
export interface SpecPlan {
  /** `missing`: the backend has no plan file; `unreadable`: the plan file can't be read. */
  state: 'read' | 'missing' | 'unreadable'
  /** The number of batches in the plan, and of those already completed, which a start leaves out. */
  total: number
  completed: number
  /** Runs of the spec that are followed here and are not over. */
  runs: string[]
}

/** Which log of a run: the backend's lines, with `batch` the output of its containers, with `merged` all of them. */
export interface LogChoice {
  batch?: string
  merged?: boolean
}

/** `after` and `before` are exclusive; with `before`, `after` does not count. */
export interface LogQuery extends LogChoice {
  after: number
  before?: number
  limit: number
  /** The most characters of a page, which has at least one line. Default: 8 Mi. */
  characters?: number
}

export interface LogPage {
  lines: LogLine[]
  /** `after` for the next page. */
  next: number
  /** The number of oldest lines that were dropped. */
  dropped: number
  /** Picking lines took too long and was ended at `next`: later lines may fit, too. */
  stopped?: boolean
}

/** Between which moments a run can be looked back at, and when something was learned in between: ISO 8601, ascending. */
export interface Moments {
  from: string
  to: string
  /** Of very many, some are left out. */
  changes: string[]
}

/** Which lines of a log: those that show the text, that match the pattern, and so on. At most one of text and pattern. */
export interface LineFilter {
  text?: string
  pattern?: string
  stream?: readonly LogLine['stream'][]
  source?: string
  level?: 'error'
}

/** Asks for the numbers of the lines of a log that fit. */
export interface LogSearch extends LogChoice, LineFilter {}

/** The lines that fit, as far as the log was searched: `from` and `to` are the numbers of the first and the last line. */
export interface FoundLines {
  /** The numbers of the lines, ascending; of very many the newest ones. */
  seqs: number[]
  /** The number of all of them. */
  count: number
  from: number
  to: number
  /** The number of long lines whose beginning does not fit, and whose rest was not looked at. */
  partly?: number
  /** It took too long and was ended: later lines may fit, too. */
  stopped?: boolean
}

/** The logs of runs or imports, by their ids. Each answer is undefined if there is no such run, import or batch. */
export interface LogsApi {
  page(id: string, query: LogQuery): Promise<LogPage | undefined>
  /** As `page`, of the lines that fit a filter, in steps of a few ms. Its pattern must be readable. */
  pick(id: string, query: LogQuery, filter: LineFilter): Promise<Generator<void, LogPage> | undefined>
  /** Searches a log, in steps of a few ms. */
  search(id: string, search: LogSearch): Promise<Generator<void, FoundLines> | undefined>
}

/** Runs from exported recordings, each under a name that no run has. Rejections are `HubError`s. */
export interface ImportsApi {
  /** After a restart, some imports are still being read (`reading`) or can't be read (`unread`). Undefined: all were read. */
  readonly unread: 'reading' | 'unread' | undefined
  /** The newest first. */
  list(): ImportSummary[]
  /**
   * Imports an exported recording, and keeps it. `created` is false if the same recording was kept already. Rejects with
   * `unusable` if it is not a recording, with `too-much`, or with `unwritable`.
   */
  add(body: AsyncIterable<Buffer>, by?: string): Promise<{ importId: string; created: boolean }>
  snapshot(importId: string): Promise<Snapshot | undefined>
  readonly logs: LogsApi
  /** The recording as it was uploaded. Undefined if there is none. */
  recording(importId: string): Promise<RecordingFile | undefined>
  /** Rejects with `not-found`, with `unwritable`. */
  remove(importId: string): Promise<void>
}

/**
 * The requests that HTTP, sockets and pages may make to the hub. `by` is the user's name, for the run's log. Rejections
 * are `HubError`s.
 */
export interface HubApi {
  readonly backend: string
  /** The name of its site; null if there can be only one. */
  readonly site: string | null
  links(): { backend: LinkState; docker: LinkState }
  /** Asks backend and Docker at once, each at most once a second. Resolves with their links once both have answered, or failed. */
  askSources(): Promise<{ backend: LinkState; docker: LinkState }>
  /** Whether runs are recorded, so that a restart keeps everything. */
  recording(): RecorderState
  fleet(): Promise<Fleet>
  /** Newest first. */
  runs(): Promise<RunSummary[]>
  /** Whether the run is known, by its current id or an earlier one. */
  has(runId: string): boolean
  snapshot(runId: string): Promise<Snapshot | undefined>
  /**
   * The run as its page showed it at a moment (ms, the server's clock; a later one counts as now), with `epoch` `past`, and `now` as
   * that moment [PAST-1]. Undefined if there is no such run. Rejects with `not-found` if the run is not recorded, with `too-much`,
   * or with `unwritable`.
   */
  past(runId: string, moment: number): Promise<Snapshot | undefined>
  /** How long the batches of the run's spec usually take, by its last completed runs. Undefined if there is no such run. */
  usual(runId: string): Promise<Usual | undefined>
  /** The moments of the run that `past` tells apart. As `past`. */
  moments(runId: string): Promise<Moments | undefined>
  readonly logs: LogsApi
  /**
   * The recording of a run up to now, which any dashboard can import [IMP-1]. Undefined if there is no such run. Rejects
   * with `not-found` if the run is not recorded.
   */
  exportRun(runId: string): Promise<RecordingFile | undefined>
  readonly imports: ImportsApi
  /** The agents' containers that exist now, orphans first. */
  containers(): Promise<ContainerList>
  /**
   * Stops the container of an agent whose run is over, after another inspection. Rejects with `not-found`, with `over` if
   * it no longer runs, with `forbidden` if it is any other container, with `unreachable` if Docker does not answer, or
   * with `refused` if Docker refuses.
   */
  stopContainer(id: string, by?: string): Promise<void>
  specs(): Promise<Spec[]>
  specPlan(spec: string): Promise<SpecPlan>
  /** The spec's plan, and its runs side by side. Undefined if neither the backend nor any run or import knows the spec. */
  specRuns(spec: string): Promise<SpecRuns | undefined>
  /** What the spec's plan and tasks say now of a batch. Undefined if the backend does not know the spec. */
  batchTasks(spec: string, batchId: string): Promise<BatchTasks | undefined>
  /** Every spec that the backend or a run knows, with its last runs. */
  specOverview(): Promise<SpecOverview>
  start(request: StartRequest, by?: string): Promise<{ runId: string }>
  /** Follows a run that was started elsewhere. `created` is false if it was followed already. */
  follow(runId: string, spec?: string): Promise<{ snapshot: Snapshot; created: boolean }>
  stop(runId: string, by?: string): Promise<void>
  /** Keeps a note on the run. Rejects with `not-found`, or with `conflict` if it would settle a run that is not over. */
  leaveNote(runId: string, note: NoteRequest, by?: string): Promise<void>
  close(): Promise<void>
}
