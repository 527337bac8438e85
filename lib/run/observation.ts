import * as z from 'zod'
import { containerFacts } from './evidence/container-facts'
import { keptError, keptLine, keptName, keptNote, keptPath } from './text/kept-text'
import { batchStatus } from './model'
import { word } from './text/word'

/**
 * One normalised fact from one source. A run is nothing but its observations in order: the fold needs no clock and no source,
 * so a recording gives the same run again.
 */

const instant = z.object({ ms: z.number(), ns: z.number() })

/**
 * How good a claim of a batch is [RUN-3]: 1 is `batch_status`, 2 the orchestrator's own `batch_start` and `batch_complete`, 3 a
 * known sentence in any other message.
 */
const tier = z.union([z.literal(1), z.literal(2), z.literal(3)])
export type Tier = z.infer<typeof tier>

/** The kind of sentence that reports a batch's completion; sentences of different kinds may report the same completion. */
const completion = z.enum(['completed', 'mission', 'merged', 'skipped'])

/** The claim of one message of the stream. */
export const says = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), spec: keptName.nullable() }),
  z.object({
    kind: z.literal('run-status'),
    status: z.enum(['running', 'completed', 'failed', 'aborted']),
    error: keptError.nullable(),
  }),
  z.object({ kind: z.literal('success') }),
  z.object({
    kind: z.literal('batch-status'),
    id: keptName,
    name: keptName.nullable(),
    status: batchStatus,
    branch: keptPath.nullable(),
    error: keptError.nullable(),
  }),
  z.object({ kind: z.literal('batch-start'), tier, name: keptName }),
  z.object({
    kind: z.literal('batch-complete'),
    tier,
    sentence: completion,
    by: z.enum(['id', 'name']),
    ref: keptName,
    branch: keptPath.nullable(),
  }),
  z.object({ kind: z.literal('batch-error'), error: keptError }),
  z.object({ kind: z.literal('merging'), branch: keptPath }),
  z.object({ kind: z.literal('missing'), error: keptError }),
  z.object({ kind: z.literal('execution-failed'), error: keptError }),
  z.object({ kind: z.literal('execution-aborted') }),
  z.object({ kind: z.literal('resuming'), count: z.number() }),
  z.object({ kind: z.literal('history-id'), id: keptName }),
  z.object({ kind: z.literal('runs-locally') }),
  /** Any other message of the orchestrator's own: it claims nothing, but proves that the orchestrator is alive. */
  z.object({ kind: z.literal('remark') }),
  /** A line of an agent's output. */
  z.object({ kind: z.literal('line') }),
])
export type MessageClaim = z.infer<typeof says>

/** The backend's clock was set while the run was at work [RUN-16]. */
export const clockStep = z.object({
  /** The message before which the clock was set, and the message's index in its connection. */
  id: z.string(),
  from: z.number(),
  /** For messages from index `since` and before `until`, it is not known whether they were stamped before or after the step. */
  since: z.number(),
  until: z.number(),
  /** The stamp of that message as it came, ms. */
  stamp: z.number(),
  /** The amount to add to stamps from there on, ms: positive if the clock was set back. */
  correction: z.number(),
  /**
   * How its size is known. `measured`: by receipt times. `order`: the least that the order of two stamps allows. `unmeasured`: not
   * known. `doubt`: there may be no step, because messages from here to the next step may only have been delayed.
   */
  basis: z.enum(['measured', 'order', 'unmeasured', 'doubt']),
})
export type ClockStep = z.infer<typeof clockStep>

const message = z.object({
  kind: z.literal('message'),
  /** The connection that brought it, counted from 1, and its index there, from 0. */
  connection: z.number(),
  index: z.number(),
  /** The same id for every delivery of one message, and different ids for any two messages [RUN-2]. */
  id: z.string(),
  /** When we got it, ms, our clock. */
  at: z.number(),
  /** The backend's stamp; for a message without one, the stamp of the message before it. */
  time: instant,
  /** Certainly not part of a replay, so `at` and `time` are the same moment on two clocks [RUN-7]. */
  live: z.boolean(),
  /** A step of the backend's clock that this message shows; usually absent. */
  clock: clockStep.exactOptional(),
  says,
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: keptLine,
})
export type Message = z.infer<typeof message>

const planBatch = z.object({
  id: keptName,
  name: keptName.nullable(),
  dependsOn: z.array(keptName),
  completed: z.boolean(),
  /** At work by the plan file, which a crash or an abort leaves unchanged: it counts only without a better claim [RUN-13]. */
  running: z.boolean(),
  branch: keptPath.nullable(),
})
export type PlanBatch = z.infer<typeof planBatch>

const historyBatch = z.object({
  id: keptName,
  name: keptName.nullable(),
  /** In lower case, also if an earlier version recorded it as it came [RUN-15]. */
  status: word.nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  branch: keptPath.nullable(),
  error: keptError.nullable(),
})

/** No clock is set by more than this, ms; a larger value is garbage. */
export const LARGEST_STEP = 3_660 * 86_400_000
const setBy = z.number().min(-LARGEST_STEP).max(LARGEST_STEP)

/**
 * The clock of our machine was set by `by` ms. 0 if it was not set now, and the observation only gives `ahead` when the run
 * becomes known. `ahead`: how far the machine's clock is ahead of the clock of `at`, ms [RUN-16.14].
 */
const ourClock = z.object({ kind: z.literal('our-clock'), at: z.number(), by: setBy, ahead: setBy })
export type OurClock = z.infer<typeof ourClock>

/** By an HTTP answer of the backend, its clock is `offset` ms behind ours, to a second [RUN-7.2]. */
const dated = z.object({ kind: z.literal('dated'), at: z.number(), offset: setBy })

export const observation = z.discriminatedUnion('kind', [
  message,
  /** The backend accepted the start that we sent. */
  z.object({
    kind: z.literal('accepted'),
    at: z.number(),
    /** When the start was sent, ms, our clock. */
    sent: z.number().exactOptional(),
    spec: keptName,
    dryRun: z.boolean(),
    /** The name of who started it; absent where nobody signs in, and in recordings of older builds. */
    by: keptName.exactOptional(),
    /** The model that the start named; absent where it left that to the plan, and in recordings of older builds. */
    model: keptName.exactOptional(),
  }),
  /** We sent a start and got no answer: the run may or may not begin [RUN-2.7]. `at`: when the start was sent. */
  z.object({ kind: z.literal('asked'), at: z.number(), dryRun: z.boolean() }),
  /** The backend accepted the stop that we sent. */
  z.object({ kind: z.literal('stop'), at: z.number() }),
  z.object({ kind: z.literal('opened'), at: z.number(), connection: z.number() }),
  /** `byUs`: we hung up, so it says nothing of the backend. */
  z.object({
    kind: z.literal('closed'),
    at: z.number(),
    connection: z.number(),
    byUs: z.literal(true).exactOptional(),
  }),
  /** This connection has brought again everything that was known before it. */
  z.object({ kind: z.literal('replayed'), at: z.number(), connection: z.number() }),
  /**
   * The passing of time alone has ended the run. Either the orchestrator was silent for 60 s after a failure that may be an
   * agent's line [RUN-4], or nothing changed for 60 s in a run that is known from the history alone [RUN-13].
   */
  z.object({ kind: z.literal('silent'), at: z.number() }),
  /** The history has the run's end, and the stream did not report it within 5 s [RUN-8.14]. */
  z.object({ kind: z.literal('awaited'), at: z.number() }),
  /** After an end by silence, a container is at work that may be the run's own, so the run goes on [RUN-13.2]. */
  z.object({ kind: z.literal('stirred'), at: z.number() }),
  /** The backend answered "Execution not found." [RUN-11] */
  z.object({ kind: z.literal('unknown-run'), at: z.number(), connection: z.number() }),
  /** A successful, non-empty reading of the plan. `shared`: another run of the spec was at work at that time [RUN-8]. */
  z.object({
    kind: z.literal('plan'),
    at: z.number(),
    spec: keptName,
    batches: z.array(planBatch),
    shared: z.boolean(),
  }),
  /** The run's own entry in the backend's history. */
  z.object({
    kind: z.literal('history'),
    at: z.number(),
    id: keptName,
    status: word.nullable(),
    dryRun: z.boolean(),
    startedAt: z.number().nullable(),
    endedAt: z.number().nullable(),
    error: keptError.nullable(),
    batches: z.array(historyBatch),
    /** Another followed run with this entry was at work at that time, or since this run began [RUN-8.11]. */
    shared: z.literal(true).exactOptional(),
    /** The run resumes a followed run that is over and has the same entry; it is shown as a run of its own [RUN-13.6]. */
    resumes: z.literal(true).exactOptional(),
  }),
  /** The evidence of a container that works on a batch of this run; `batch` null: it turned out not to [DOCK-4]. */
  z.object({
    kind: z.literal('container'),
    at: z.number(),
    batch: z.object({ id: keptName, by: z.enum(['label', 'tree', 'mission']) }).nullable(),
    container: containerFacts,
  }),
  /** Another run continues the same history entry from `from` on, ms on the backend's clock [RUN-13]. */
  z.object({ kind: z.literal('continued'), at: z.number(), from: z.number() }),
  ourClock,
  dated,
  /** An operator left a note on the run. `settles`: by it, the run needs nobody any more [RUN-18]. */
  z.object({
    kind: z.literal('noted'),
    at: z.number(),
    by: keptName.nullable(),
    text: keptNote,
    settles: z.literal(true).exactOptional(),
  }),
])
export type Observation = z.infer<typeof observation>
export type HistoryReading = Extract<Observation, { kind: 'history' }>
export type PlanReading = Extract<Observation, { kind: 'plan' }>
export type Noted = Extract<Observation, { kind: 'noted' }>
