import type { ContainerList, Fleet, ImportSummary, LinkState, LogLine, RunSummary, Snapshot } from '../../run/model'
import { masked } from '../../run/secrets'
import type { Spec } from '../../backend/wire'
import type { RecorderState, RecordingFile } from '../recording'

/** Asks the backend to execute a spec's plan. `runId` is made up when missing. */
export interface StartRequest {
  spec: string
  runId?: string
  dryRun?: boolean
  model?: string
  resumeRunId?: string
}

/**
 * Why a request was not carried out; all of them are made in `refusals.ts` [SAY-4]. `message` is a sentence for people, without secrets that the backend's words held.
 * not-found: no such run; conflict: the backend or the hub knows this id already; over: the run has ended;
 * unreachable: the backend or Docker gave no answer, or not in time; refused: it answered, and not with yes;
 * forbidden: it is nobody's to do from here; stopping: this server is being stopped; unusable: what was sent is not what it should be; too-much: a bound is
 * reached [SAFE-5]; unwritable: the data folder is.
 */
export class HubError extends Error {
  /** The run that may have begun all the same, and is followed [RUN-2.7]; null where there is none. */
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

/** What a start of a spec would find [START-1]. */
export interface SpecPlan {
  /** `missing`: the backend has no plan file; `unreadable`: there is one that can't be read. */
  state: 'read' | 'missing' | 'unreadable'
  /** How many batches the plan has, and how many of them are completed already: a start leaves those out. */
  total: number
  completed: number
  /** Runs of the spec that are followed here and not over. */
  runs: string[]
}

/** With `batch` what its containers printed; `after` is exclusive. */
export interface LogQuery {
  batch?: string
  after: number
  limit: number
  /** A page has no more than so many characters, but one line at least; 8 Mi where that is not said. */
  characters?: number
}

export interface LogPage {
  lines: LogLine[]
  /** `after` for the next page. */
  next: number
  /** How many of the oldest lines are gone for good. */
  dropped: number
}

/** Runs out of exported recordings, each by a name that no run has. Rejections are `HubError`s. */
export interface ImportsApi {
  /** The newest first. */
  list(): ImportSummary[]
  /**
   * Takes over an exported recording, and keeps it; `created` is false where the very same one was kept already. Rejects with
   * `unusable` where it is none, with `too-much`, with `unwritable`.
   */
  add(body: AsyncIterable<Buffer>, by?: string): Promise<{ importId: string; created: boolean }>
  snapshot(importId: string): Promise<Snapshot | undefined>
  /** As `HubApi.logs`. */
  logs(importId: string, query: LogQuery): Promise<LogPage | undefined>
  /** The recording as it came; undefined where there is none. */
  recording(importId: string): Promise<RecordingFile | undefined>
  /** Rejects with `not-found`, with `unwritable`. */
  remove(importId: string): Promise<void>
}

/** What HTTP, sockets and pages may ask of the hub; `by` is who asks, for the run's log. Rejections are `HubError`s. */
export interface HubApi {
  readonly backend: string
  links(): { backend: LinkState; docker: LinkState }
  /** Whether what happens is recorded, so that a restart forgets nothing. */
  recording(): RecorderState
  fleet(): Promise<Fleet>
  /** Newest first. */
  runs(): Promise<RunSummary[]>
  snapshot(runId: string): Promise<Snapshot | undefined>
  /**
   * The backend's lines of a run; with `batch` the lines that the containers of that batch printed. Undefined where there
   * is no such run or batch.
   */
  logs(runId: string, query: LogQuery): Promise<LogPage | undefined>
  /**
   * What is recorded of a run up to now, to be imported anywhere [IMP-1]. Undefined where there is no such run, or it is not
   * recorded.
   */
  exportRun(runId: string): Promise<RecordingFile | undefined>
  readonly imports: ImportsApi
  /** The agents' containers that exist now, orphans first. */
  containers(): Promise<ContainerList>
  /**
   * Stops the container of an agent whose run is over; looks again first. Rejects with `not-found`, with `over` where it no
   * longer runs, with `forbidden` where it is anything else, with `unreachable` where Docker is, with `refused` where that
   * says no.
   */
  stopContainer(id: string, by?: string): Promise<void>
  specs(): Promise<Spec[]>
  specPlan(spec: string): Promise<SpecPlan>
  start(request: StartRequest, by?: string): Promise<{ runId: string }>
  /** Follows a run started elsewhere; `created` is false where it was followed already. */
  follow(runId: string, spec?: string): Promise<{ snapshot: Snapshot; created: boolean }>
  stop(runId: string, by?: string): Promise<void>
  close(): Promise<void>
}
