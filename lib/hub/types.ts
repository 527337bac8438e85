import type { Fleet, LinkState, LogLine, RunSummary, Snapshot } from '../run/model'
import type { Spec } from '../backend/wire'

/** Asks the backend to execute a spec's plan. `runId` is made up when missing. */
export interface StartRequest {
  spec: string
  runId?: string
  dryRun?: boolean
  model?: string
  resumeRunId?: string
}

/**
 * Why a request was not carried out. `message` is a sentence for people.
 * not-found: no such run; conflict: the backend or the hub knows this id already; over: the run has ended;
 * unreachable: the backend gave no answer, or not in time; refused: it answered, and not with yes.
 */
export class HubError extends Error {
  constructor(
    readonly code: 'not-found' | 'conflict' | 'over' | 'unreachable' | 'refused',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'HubError'
  }
}

export interface LogPage {
  lines: LogLine[]
  /** `after` for the next page. */
  next: number
  /** How many of the oldest lines are gone for good. */
  dropped: number
}

/** What HTTP, sockets and pages may ask of the hub. Rejections are `HubError`s. */
export interface HubApi {
  readonly backend: string
  links(): { backend: LinkState; docker: LinkState }
  fleet(): Promise<Fleet>
  /** Newest first. */
  runs(): Promise<RunSummary[]>
  snapshot(runId: string): Promise<Snapshot | undefined>
  logs(runId: string, query: { after: number; limit: number }): Promise<LogPage | undefined>
  specs(): Promise<Spec[]>
  start(request: StartRequest): Promise<{ runId: string }>
  /** Follows a run started elsewhere; `created` is false where it was followed already. */
  follow(runId: string, spec?: string): Promise<{ snapshot: Snapshot; created: boolean }>
  stop(runId: string): Promise<void>
  close(): Promise<void>
}
