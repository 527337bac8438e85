import * as z from 'zod'
import { containerFacts } from './container-facts'
import { keptError, keptLine, keptName, keptPath } from './kept-text'
import { batchStatus } from './model'
import { word } from './word'

/**
 * One normalised fact from one source. A run is nothing but its observations in order: what folds them needs no clock
 * and no source, so a recording replays to the same run.
 */

const instant = z.object({ ms: z.number(), ns: z.number() })

/**
 * How good a word is [RUN-3]: 1 is `batch_status`, 2 the engine's own `batch_start` and `batch_complete`, 3 a known
 * sentence in any other message.
 */
const tier = z.union([z.literal(1), z.literal(2), z.literal(3)])
export type Tier = z.infer<typeof tier>

/** What a sentence that completes a batch says of it; two sentences of different kinds may tell of one completion. */
const completion = z.enum(['completed', 'mission', 'merged', 'skipped'])

/** What one message of the stream claims. */
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
  /** Any other word of the engine's own: it claims nothing, but it proves that the engine is alive. */
  z.object({ kind: z.literal('remark') }),
  /** A line of an agent's output. */
  z.object({ kind: z.literal('line') }),
])
export type MessageClaim = z.infer<typeof says>

/** The backend's clock was set while the run was at work [RUN-16]. */
export const clockStep = z.object({
  /** The message before which that happened, and its place in the connection that brings it. */
  id: z.string(),
  from: z.number(),
  /** From `since` on and before `until` it is not known whether a message was stamped before the step or after it. */
  since: z.number(),
  until: z.number(),
  /** The stamp of that message as it came, ms. */
  stamp: z.number(),
  /** What is to be added to stamps from there on, ms: more than 0 where the clock was set back. */
  correction: z.number(),
  /**
   * How its size is known: measured by receipt times; the least that the order of two stamps allows; not at all; or in
   * doubt, where messages from here to the next step may only have been delayed.
   */
  basis: z.enum(['measured', 'order', 'unmeasured', 'doubt']),
})
export type ClockStep = z.infer<typeof clockStep>

const message = z.object({
  kind: z.literal('message'),
  /** Which connection brought it, counted from 1, and its place there, from 0. */
  connection: z.number(),
  index: z.number(),
  /** The same for every delivery of one message, different for any two messages [RUN-2]. */
  id: z.string(),
  /** When we got it, ms, our clock. */
  at: z.number(),
  /** The backend's stamp; where a message has none, that of the message before it. */
  time: instant,
  /** Surely not part of a replay, so `at` and `time` are the same moment on two clocks [RUN-7]. */
  live: z.boolean(),
  /** What this message tells of the backend's clock; absent as a rule. */
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
  /** Said to be at work, by a file that crashes and aborts leave so: it counts only where nothing better tells [RUN-13]. */
  running: z.boolean(),
  branch: keptPath.nullable(),
})
export type PlanBatch = z.infer<typeof planBatch>

const historyBatch = z.object({
  id: keptName,
  name: keptName.nullable(),
  /** In lower case also where an earlier version recorded it as it came [RUN-15]. */
  status: word.nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  branch: keptPath.nullable(),
  error: keptError.nullable(),
})

/** No clock is set further, ms; what says so is garbage. */
const MAX_SET = 3_660 * 86_400_000
const setBy = z.number().min(-MAX_SET).max(MAX_SET)

/**
 * The clock of our machine was set, `by` so much; 0 where that only says how it stands when the run becomes known.
 * `ahead`: by how much it is ahead of the clock that `at` is by, ms [RUN-16.14].
 */
const ourClock = z.object({ kind: z.literal('our-clock'), at: z.number(), by: setBy, ahead: setBy })
export type OurClock = z.infer<typeof ourClock>

/** By an answer of the backend its clock is `offset` ms behind ours, to a second [RUN-7.2]. */
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
  }),
  /** We sent a start that was not answered: the run may begin, or never [RUN-2.7]. `at`: when it was sent. */
  z.object({ kind: z.literal('asked'), at: z.number(), dryRun: z.boolean() }),
  /** The backend accepted the stop that we sent. */
  z.object({ kind: z.literal('stop'), at: z.number() }),
  z.object({ kind: z.literal('opened'), at: z.number(), connection: z.number() }),
  z.object({ kind: z.literal('closed'), at: z.number(), connection: z.number() }),
  /** This connection has brought again everything that was known before it. */
  z.object({ kind: z.literal('replayed'), at: z.number(), connection: z.number() }),
  /**
   * The passing of time alone has ended the run: the engine was silent for so long that a failure which may be an agent's
   * line has become the end [RUN-4], or nothing of a run that only the history tells of changed for as long [RUN-13].
   */
  z.object({ kind: z.literal('silent'), at: z.number() }),
  /** The history has an end, and the 5 s for the stream's word of it have passed [RUN-8.14]. */
  z.object({ kind: z.literal('awaited'), at: z.number() }),
  /** After a silence that was the end, a container is at work that may be the run's own: it goes on [RUN-13.2]. */
  z.object({ kind: z.literal('stirred'), at: z.number() }),
  /** "Execution not found." [RUN-11] */
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
    /** It is the resume of a followed run that is over, which has the same entry: a run beside that one [RUN-13.6]. */
    resumes: z.literal(true).exactOptional(),
  }),
  /** What Docker shows of a container that works on a batch of this run; `batch` null: it does not, after all [DOCK-4]. */
  z.object({
    kind: z.literal('container'),
    at: z.number(),
    batch: z.object({ id: keptName, by: z.enum(['label', 'tree', 'mission']) }).nullable(),
    container: containerFacts,
  }),
  /** Another run goes on with the same history entry, from that time on, ms on the backend's clock [RUN-13]. */
  z.object({ kind: z.literal('continued'), at: z.number(), from: z.number() }),
  ourClock,
  dated,
])
export type Observation = z.infer<typeof observation>
export type HistoryReading = Extract<Observation, { kind: 'history' }>
export type PlanReading = Extract<Observation, { kind: 'plan' }>
