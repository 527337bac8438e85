import * as z from 'zod/mini'
import { containerState, health, restarted, role } from './container-state'

/**
 * What a page, a test suite or another program sees of a run. All times are ISO 8601 UTC with milliseconds, or
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

/** Where a batch's claim comes from: the stream, or what filled in for it. */
export const basis = z.enum(['stream', 'plan', 'history', 'inferred'])
export type Basis = z.infer<typeof basis>

const time = z.nullable(z.string())

/**
 * Present where how long it took, or takes, is not known for sure: the backend's clock was set meanwhile, by an amount that
 * could not be measured [RUN-16].
 */
const uncertain = z.exactOptional(z.literal(true))

/** What Docker showed of one container; times by the Engine's clock. */
export const container = z.object({
  /** In full. */
  id: z.string(),
  name: z.string(),
  state: containerState,
  /** The Engine's own word for the state where that is none of these; then it has no verdict. */
  stateWord: z._default(z.nullable(z.string()), null),
  /** Created, and its start failed: `exitCode` and `error` say why. */
  startFailed: z._default(z.boolean(), false),
  /** It no longer exists: `state` is the last one seen. */
  removed: z.boolean(),
  exitCode: z.nullable(z.number()),
  /** The Engine's words on what went wrong: untrusted, one line, without secrets. */
  error: z._default(z.nullable(z.string()), null),
  oomKilled: z.boolean(),
  /** Killed after the 15 minutes that the backend gives an agent. */
  timedOut: z.boolean(),
  health: z._default(z.nullable(health), null),
  /** How often its restart policy has started it, and how it had ended before; null where it has not. */
  restarted: z._default(z.nullable(z.omit(restarted, { since: true })), null),
  startedAt: time,
  finishedAt: time,
})
export type Container = z.infer<typeof container>

export const batch = z.object({
  /** Unique within the run. Before the backend tells an id, the batch's name stands in. */
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
  verdict,
  /** The verdict in one plain sentence. Where it says how long something lasts, it says "since `reasonSince`". */
  reason: z.string(),
  /** Since when that is so; server's clock. */
  reasonSince: time,
  /** The latest of `containers`, or null. */
  container: z.nullable(container),
  containers: z.array(container),
})
export type Batch = z.infer<typeof batch>

/** Derived from the batches, never incremented; the five sum to `total` [RUN-1]. */
export const counts = z.object({
  total: z.number(),
  /** False while no plan is known: then `total` is only what was seen so far. */
  totalKnown: z.boolean(),
  pending: z.number(),
  running: z.number(),
  completed: z.number(),
  failed: z.number(),
  aborted: z.number(),
})
export type Counts = z.infer<typeof counts>

/**
 * Something a reader should know that changes no status: an error line that may be an agent's [RUN-4], or a verdict that
 * does not fit. Where `text` says how long something lasts, it says "since `at`".
 */
export const finding = z.object({
  kind: z.string(),
  text: z.string(),
  at: time,
  batchId: z.nullable(z.string()),
  containerId: z.nullable(z.string()),
})
export type Finding = z.infer<typeof finding>

/** Of a run that was taken over from a recording: what is shown of it is as old as that, and stays so [IMP-2]. */
export const imported = z.object({
  /** Its name here: of runs that are followed none has it. */
  id: z.string(),
  /** When it was exported, by the clock of the dashboard that recorded it; what is shown is of that moment. */
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
  historyId: z.nullable(z.string()),
  basis: z.enum(['stream', 'history']),
  spec: z.nullable(z.string()),
  dryRun: z.boolean(),
  status: runStatus,
  /** True when the end was concluded rather than told [RUN-11]. */
  inferred: z.boolean(),
  stopping: z.boolean(),
  startedAt: time,
  endedAt: time,
  durationUncertain: uncertain,
  /** First paragraph of the backend's error, without its "Execution failed: " [RUN-12]. */
  error: z.nullable(z.string()),
  /** What followed the first paragraph: causes, a backtrace. */
  errorDetail: z.nullable(z.string()),
  findings: z.array(finding),
  link: z.object({ backend: linkState, docker: linkState }),
  /** Since when the backend's link is live, or no longer is; server's clock. */
  linkSince: time,
  /** Since when Docker's link is live, or no longer is; server's clock. Where it is not, evidence is as old as this. */
  dockerSince: time,
  /** When the stream last said anything; server's clock. */
  heardAt: time,
  /** Server's clock minus backend's clock, ms; 0 unless they differ by more than 2 s [RUN-7]. */
  clockOffset: z.number(),
  counts,
  /**
   * How many more batches the backend says were completed before this run than can be told apart: `counts` and the batches
   * hold them as pending, or not at all. Absent where there is none, as in nearly every run [RUN-8.6].
   */
  unnamedCompleted: z.exactOptional(z.number()),
  /** Null for a run that is known from its own sources. */
  imported: z.nullable(imported),
})
export type RunFields = z.infer<typeof runFields>

/** What the fleet page shows of an imported run. */
export const importSummary = z.extend(
  z.pick(runFields, { runId: true, backend: true, spec: true, status: true, counts: true, unnamedCompleted: true }),
  imported.shape,
)
export type ImportSummary = z.infer<typeof importSummary>

/** Which state of a scope this is. */
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

/** What the fleet page shows: every run, newest first. */
export const fleet = z.extend(versioned, {
  backend: z.string(),
  link: z.object({ backend: linkState, docker: linkState }),
  linkSince: time,
  dockerSince: time,
  /** What is wrong and belongs to no run: containers that nobody knows. */
  findings: z.array(finding),
  /** Runs that were imported, the newest import first. */
  imports: z.array(importSummary),
  /** Not all of them were read again after a restart: they are being read, or can't be. Absent: all were. */
  importsUnread: z.optional(z.enum(['reading', 'unread'])),
  runs: z.array(runFields),
})
export type Fleet = z.infer<typeof fleet>

/** A container of the backend's that exists now, as `docker ps -a` shows it, beside what it belongs to. */
export const agentContainer = z.extend(z.omit(container, { removed: true, timedOut: true }), {
  image: z.string(),
  role,
  createdAt: time,
  /** The run and batch it works on; null where it is no agent of a batch, or fits none or several. */
  runId: z.nullable(z.string()),
  batchId: z.nullable(z.string()),
  verdict,
  /** The verdict in one plain sentence, as a batch has it; null where there is nothing to say. */
  reason: z.nullable(z.string()),
  reasonSince: time,
  /** Its run is over and it still runs: it may be stopped from here. */
  stoppable: z.boolean(),
})
export type AgentContainer = z.infer<typeof agentContainer>

/** What the containers page shows; those that fit no living run first. */
export const containerList = z.extend(versioned, {
  docker: z.object({ link: linkState, error: z.nullable(z.string()) }),
  dockerSince: time,
  containers: z.array(agentContainer),
})
export type ContainerList = z.infer<typeof containerList>

export const isOver = (status: RunStatus): status is 'completed' | 'failed' | 'aborted' =>
  status === 'completed' || status === 'failed' || status === 'aborted'

/** One line of a run's or a batch's log. `seq` counts from 1 per run. */
export const logLine = z.object({
  seq: z.number(),
  at: time,
  source: z.string(),
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: z.string(),
})
export type LogLine = z.infer<typeof logLine>
