import * as z from 'zod'

/**
 * What a page, a test suite or another program sees of a run. All times are ISO 8601 UTC with milliseconds, on the
 * backend's clock, or null [RUN-7].
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

const time = z.string().nullable()

/** What Docker showed of one container. */
export const container = z.object({
  id: z.string(),
  state: z.string(),
  exitCode: z.number().nullable(),
  oomKilled: z.boolean(),
  startedAt: time,
  finishedAt: time,
})
export type Container = z.infer<typeof container>

export const batch = z.object({
  /** Unique within the run. Before the backend tells an id, the batch's name stands in. */
  id: z.string(),
  name: z.string(),
  status: batchStatus,
  branch: z.string().nullable(),
  error: z.string().nullable(),
  /** Ids of batches of the same run. */
  dependsOn: z.array(z.string()),
  startedAt: time,
  endedAt: time,
  basis,
  verdict,
  /** The latest of `containers`, or null. */
  container: container.nullable(),
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

/** Something a reader should know that changes no status, for example an error line that may be an agent's [RUN-4]. */
export const finding = z.object({ kind: z.string(), text: z.string(), at: time })
export type Finding = z.infer<typeof finding>

/** A run without its batches, as the hub holds it: no version, no clock. */
export const runFields = z.object({
  runId: z.string(),
  /** The backend's URL, without credentials. */
  backend: z.string(),
  historyId: z.string().nullable(),
  basis: z.enum(['stream', 'history']),
  spec: z.string().nullable(),
  dryRun: z.boolean(),
  status: runStatus,
  /** True when the end was concluded rather than told [RUN-11]. */
  inferred: z.boolean(),
  stopping: z.boolean(),
  startedAt: time,
  endedAt: time,
  /** First paragraph of the backend's error, without its "Execution failed: " [RUN-12]. */
  error: z.string().nullable(),
  /** What followed the first paragraph: causes, a backtrace. */
  errorDetail: z.string().nullable(),
  findings: z.array(finding),
  link: z.object({ backend: linkState, docker: linkState }),
  /** Since when the backend's link is live, or no longer is; server's clock. */
  linkSince: time,
  /** When the stream last said anything; server's clock. */
  heardAt: time,
  /** Server's clock minus backend's clock, ms; 0 unless they differ by more than 2 s [RUN-7]. */
  clockOffset: z.number(),
  counts,
})
export type RunFields = z.infer<typeof runFields>

/** Which state of a scope this is. */
export const versioned = z.object({
  /** An incarnation of the server's state: versions compare only inside one. */
  epoch: z.string(),
  version: z.number(),
  /** The server's clock when this was sent. */
  now: z.string(),
})

export const runSummary = runFields.extend(versioned.shape)
export type RunSummary = z.infer<typeof runSummary>

export const snapshot = runSummary.extend({ batches: z.array(batch) })
export type Snapshot = z.infer<typeof snapshot>

/** What the fleet page shows: every run, newest first. */
export const fleet = versioned.extend({
  backend: z.string(),
  link: z.object({ backend: linkState, docker: linkState }),
  linkSince: time,
  runs: z.array(runFields),
})
export type Fleet = z.infer<typeof fleet>

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
