import * as z from 'zod/mini'
import { containerState, health, restarted, role } from './evidence/container-state'

/**
 * The state of a run that a page, a test suite or another program receives. All times are ISO 8601 UTC with milliseconds, or
 * null, on the backend's clock as it went when the run began [RUN-7], [RUN-16].
 */

export const runStatus = z.enum(['idle', 'starting', 'running', 'completed', 'failed', 'aborted'])
export type RunStatus = z.infer<typeof runStatus>

export const batchStatus = z.enum(['pending', 'running', 'completed', 'failed', 'aborted'])
export type BatchStatus = z.infer<typeof batchStatus>

/** How fresh a source is [RUN-9]. */
export const linkState = z.enum(['live', 'stale', 'down', 'off'])
export type LinkState = z.infer<typeof linkState>

export const verdict = z.enum(['agrees', 'ghost', 'orphan', 'late', 'conflict', 'local', 'unknown'])
export type Verdict = z.infer<typeof verdict>

/** Where a batch's claim comes from: the stream, or the source that replaces it. */
export const basis = z.enum(['stream', 'plan', 'history', 'inferred'])
export type Basis = z.infer<typeof basis>

const time = z.nullable(z.string())

/**
 * Present if the duration is not certain: the backend's clock was set meanwhile, by an amount that could not be measured
 * [RUN-16], or nobody knows how long it went on after its last sign [RUN-11.4].
 */
const uncertain = z.exactOptional(z.literal(true))

/** The state of one container by Docker; times by the Engine's clock. */
export const container = z.object({
  /** In full. */
  id: z.string(),
  name: z.string(),
  state: containerState,
  /** The Engine's own name for a state that is none of these; the container then gives no verdict. */
  stateWord: z._default(z.nullable(z.string()), null),
  /** The container was created, but its start failed: `exitCode` and `error` say why. */
  startFailed: z._default(z.boolean(), false),
  /** The container no longer exists: `state` is the last one seen. */
  removed: z.boolean(),
  exitCode: z.nullable(z.number()),
  /** The Engine's error message: untrusted, one line, without secrets. */
  error: z._default(z.nullable(z.string()), null),
  oomKilled: z.boolean(),
  /** Killed after the 15 minutes that the backend gives an agent. */
  timedOut: z.boolean(),
  health: z._default(z.nullable(health), null),
  /** How often its restart policy has started it again, and how it had ended before; null if it has not. */
  restarted: z._default(z.nullable(z.omit(restarted, { since: true })), null),
  startedAt: time,
  finishedAt: time,
})
export type Container = z.infer<typeof container>

export const batch = z.object({
  /** Unique within the run. Until the backend sends an id, the batch's name is used. */
  id: z.string(),
  name: z.string(),
  status: batchStatus,
  branch: z.nullable(z.string()),
  error: z.nullable(z.string()),
  /** Ids of batches of the same run. */
  dependsOn: z.array(z.string()),
  startedAt: time,
  endedAt: time,
  durationUncertain: uncertain,
  basis,
  /** Present if the batch was completed before this run began: the run started no container for it [RUN-8.2]. */
  before: z.exactOptional(z.literal(true)),
  verdict,
  /** The verdict in one plain sentence. If it says how long something lasts, it says "since `reasonSince`", or "at" of how long ago it was. */
  reason: z.string(),
  /** Since when the reason holds; server's clock. */
  reasonSince: time,
  /** The latest of `containers`, or null. */
  container: z.nullable(container),
  containers: z.array(container),
})
export type Batch = z.infer<typeof batch>

/** Derived from the batches, never incremented; the five sum to `total` [RUN-1]. */
export const counts = z.object({
  total: z.number(),
  /** False if the number of all batches is not known, for example without a plan: then `total` counts only the known ones. */
  totalKnown: z.boolean(),
  pending: z.number(),
  running: z.number(),
  completed: z.number(),
  failed: z.number(),
  aborted: z.number(),
})
export type Counts = z.infer<typeof counts>

/** What a finding is about. The first four are the alarming verdicts of batches [DOCK-2]. */
export const findingKind = z.enum([
  ...(['ghost', 'orphan', 'late', 'conflict'] as const),
  ...(['silent', 'long', 'unproven-failure', 'completed-before', 'clock-set'] as const),
  ...(['unclaimed', 'recording', 'incomplete', 'dropped-lines'] as const),
  ...(['overflow', 'too-many-batches', 'repeated-id', 'more'] as const),
])
export type FindingKind = z.infer<typeof findingKind>

/**
 * A fact that a reader should know and that changes no status: for example an error line that may be an agent's [RUN-4], or an
 * alarming verdict such as `ghost`. If `text` says how long something lasts, it says "since `at`", and "at `at`" of how long ago it was.
 */
export const finding = z.object({
  kind: findingKind,
  text: z.string(),
  at: time,
  /** Present if a source that showed it is silent, or has just come back: it was so at this moment (server's clock) [DOCK-2.30]. */
  knownAt: z.exactOptional(z.string()),
  batchId: z.nullable(z.string()),
  containerId: z.nullable(z.string()),
})
export type Finding = z.infer<typeof finding>

/** What an operator has left on a run for others [RUN-18]. */
export const operatorNote = z.object({
  /** Server's clock. */
  at: z.string(),
  /** Null where nobody signs in. */
  by: z.nullable(z.string()),
  text: z.string(),
  /** By this note, the run as it had ended then needs nobody any more. */
  settles: z.exactOptional(z.literal(true)),
})
export type OperatorNote = z.infer<typeof operatorNote>

/** The facts of an import: a run from an exported recording, which never changes [IMP-2]. */
export const imported = z.object({
  /** Its id in this dashboard: no followed run has it. */
  id: z.string(),
  /** When it was exported, by the clock of the dashboard that recorded it; the run is shown as of that moment. */
  until: z.string(),
  /** How many lines of the recording could not be read. */
  unread: z.number(),
})
export type Imported = z.infer<typeof imported>

/** A run without its batches, as the hub holds it: no version, no clock. */
export const runFields = z.object({
  runId: z.string(),
  /** The backend's URL, without credentials. */
  backend: z.string(),
  /** The name of the backend's site; absent if only BACKEND_URL is configured, and for imports [SITE-3]. */
  site: z.exactOptional(z.string()),
  historyId: z.nullable(z.string()),
  basis: z.enum(['stream', 'history']),
  spec: z.nullable(z.string()),
  dryRun: z.boolean(),
  status: runStatus,
  /** True if Groundtruth concluded the end and the backend did not report it [RUN-11]. */
  inferred: z.boolean(),
  stopping: z.boolean(),
  startedAt: time,
  endedAt: time,
  durationUncertain: uncertain,
  /** First paragraph of the backend's error, without its "Execution failed: " [RUN-12]. */
  error: z.nullable(z.string()),
  /** The rest of the error after the first paragraph: causes, a backtrace. */
  errorDetail: z.nullable(z.string()),
  findings: z.array(finding),
  link: z.object({ backend: linkState, docker: linkState }),
  /** Since when the backend's link is live, or is not live; server's clock. */
  linkSince: time,
  /** When the backend's link was last live; present while it is not, and has been. */
  lastLiveAt: z.exactOptional(z.string()),
  /** Since when Docker's link is live, or is not live; server's clock. If it is not live, the evidence is as old as this. */
  dockerSince: time,
  /** When the last message of the stream came; server's clock. */
  heardAt: time,
  /** What the backend said last of a live run: the beginning of its last line that has a text. Absent if there is none. */
  lastWord: z.exactOptional(z.string()),
  /** Server's clock minus backend's clock, ms; 0 unless they differ by more than 2 s [RUN-7]. */
  clockOffset: z.number(),
  counts,
  /**
   * How many batches were completed before this run by the backend's count, but can't be identified: `counts` and the batches
   * hold them as pending, or not at all. Absent if there are none, as in nearly every run [RUN-8.6].
   */
  unnamedCompleted: z.exactOptional(z.number()),
  /** The names of the first batches at work, in plan order, while there are any; `counts.running` says how many there are. */
  atWork: z.exactOptional(z.array(z.string())),
  /** Who started it from a dashboard, where that is known; a run that was started elsewhere has none [RUN-18.9]. */
  startedBy: z.exactOptional(z.string()),
  /** The model that it was started with, where a start from a dashboard named one [RUN-18.10]. */
  model: z.exactOptional(z.string()),
  /** The last notes of operators, the oldest first; absent if there is none. */
  notes: z.exactOptional(z.array(operatorNote)),
  /** Null for a run that is known from its own sources. */
  imported: z.nullable(imported),
})
export type RunFields = z.infer<typeof runFields>

/** An imported run on the fleet page. */
export const importSummary = z.extend(
  z.pick(runFields, { runId: true, backend: true, spec: true, status: true, counts: true, unnamedCompleted: true }),
  imported.shape,
)
export type ImportSummary = z.infer<typeof importSummary>

/** Identifies one state of a scope. */
export const versioned = z.object({
  /** An incarnation of the server's state: versions compare only inside one. */
  epoch: z.string(),
  version: z.number(),
  /** The server's clock when this was sent. */
  now: z.string(),
})

export const runSummary = z.extend(runFields, versioned.shape)
export type RunSummary = z.infer<typeof runSummary>

export const snapshot = z.extend(runSummary, { batches: z.array(batch) })
export type Snapshot = z.infer<typeof snapshot>

/** How long earlier runs of the spec of a live run took, ms [RUN-18.7]. */
export const earlierRuns = z.object({
  /** The live run. */
  runId: z.string(),
  /** How many runs tell. */
  runs: z.number(),
  shortest: z.number(),
  longest: z.number(),
})
export type EarlierRuns = z.infer<typeof earlierRuns>

/**
 * When a live run is expected to end, by how long its batches usually take [PAGE-11]: from `longerAt` on a batch takes longer than
 * usual, and from `unknownAt` on nothing tells it. Server's clock.
 */
export const expectedEnd = z.object({
  runId: z.string(),
  endsAt: z.string(),
  longerAt: z.string(),
  unknownAt: z.exactOptional(z.string()),
})
export type ExpectedEnd = z.infer<typeof expectedEnd>

/** The state of the fleet page: every run, newest first. */
export const fleet = z.extend(versioned, {
  backend: z.string(),
  /** As of a run. */
  site: z.exactOptional(z.string()),
  link: z.object({ backend: linkState, docker: linkState }),
  linkSince: time,
  dockerSince: time,
  /** Findings that belong to no run, for example containers that fit no run. */
  findings: z.array(finding),
  /** Runs that were imported, the newest import first. */
  imports: z.array(importSummary),
  /** After a restart, some imports are still being read (`reading`) or can't be read (`unread`). Absent: all were read. */
  importsUnread: z.exactOptional(z.enum(['reading', 'unread'])),
  /** Of each live run that can be compared with earlier ones, how long those took; absent if there is none. */
  earlier: z.exactOptional(z.array(earlierRuns)),
  /** When live runs are expected to end; absent if that is known of none. */
  expected: z.exactOptional(z.array(expectedEnd)),
  runs: z.array(runFields),
})
export type Fleet = z.infer<typeof fleet>

/** A container of the backend's that exists now, as `docker ps -a` shows it, with its run and batch. */
export const agentContainer = z.extend(z.omit(container, { removed: true, timedOut: true }), {
  image: z.string(),
  role,
  createdAt: time,
  /** The run and batch it works on; null if it is no agent of a batch, or fits no batch or several. */
  runId: z.nullable(z.string()),
  batchId: z.nullable(z.string()),
  /** The name of the batch, as its run lists it; absent where it is not known, or is the id. */
  batchName: z.exactOptional(z.string()),
  verdict,
  /** The verdict in one plain sentence, as a batch has it; null if there is none. */
  reason: z.nullable(z.string()),
  reasonSince: time,
  /** The container still runs although its run is over, so an operator may stop it here. */
  stoppable: z.boolean(),
})
export type AgentContainer = z.infer<typeof agentContainer>

/** The state of the containers page; containers that fit no run at work come first. */
export const containerList = z.extend(versioned, {
  /** As of a run. */
  site: z.exactOptional(z.string()),
  docker: z.object({ link: linkState, error: z.nullable(z.string()) }),
  dockerSince: time,
  containers: z.array(agentContainer),
})
export type ContainerList = z.infer<typeof containerList>

/** One line of a run's or a batch's log. `seq` counts from 1 per run. */
export const logLine = z.object({
  seq: z.number(),
  at: time,
  source: z.string(),
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: z.string(),
  /** In the merged log: the batch whose container printed it. Absent for the backend's own lines. */
  batch: z.exactOptional(z.string()),
})
export type LogLine = z.infer<typeof logLine>
