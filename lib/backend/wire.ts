import { z } from 'zod'
import { canonicalWord } from '../run/word'

/**
 * What the backend says on the wire, in every generation in the field: lenient in, exact out. Unknown keys are
 * ignored, absent and null optionals are the same, and a wrong type in an optional field costs that field, not the
 * message.
 */

/** An optional text field: absent, null or of a wrong type all read as null. */
const text = z
  .string()
  .nullish()
  .catch(null)
  .transform(value => value ?? null)
/** An optional enumerated word [RUN-15]. */
const word = text.transform(value => (value === null ? null : canonicalWord(value)))
/** An id; where a file holds it without quotes, it may come as a number. */
const key = z.union([z.string(), z.number()]).transform(String)
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .catch(null)
    .transform(value => value ?? [])

/** One frame of the execution WebSocket. The oldest generation writes `type_` for `type`. */
export const frame = z
  .object({
    type: word,
    type_: word,
    message: text,
    stream: word,
    timestamp: text,
    status: word,
    batch_id: text,
    batch_name: text,
    branch: text,
    error: text,
  })
  .transform(({ type, type_, ...rest }) => ({ type: type ?? type_, ...rest }))
export type Frame = z.infer<typeof frame>

/** Exactly what a backend without the run (or restarted since) answers; the only frame without a timestamp. */
export const EXECUTION_NOT_FOUND = 'Execution not found.'

export const planBatch = z.object({
  id: key,
  name: text,
  depends_on: list(key),
  status: word,
  branch: text,
})
export type PlanBatch = z.infer<typeof planBatch>

/** `GET /api/plans/detail?spec=`. On failure `batches` is empty, and `raw_yaml` may still hold the whole plan. */
export const planAnswer = z.object({ success: z.boolean(), batches: list(planBatch), raw_yaml: text, error: text })

/** What `raw_yaml`, the plan file itself, holds. */
export const planFile = z.object({ batches: z.array(planBatch) })

export const spec = z.object({
  name: z.string(),
  has_tasks: z.boolean().catch(false),
  has_plan: z.boolean().catch(false),
  task_count: z.number().catch(0),
})
export type Spec = z.infer<typeof spec>

/** `GET /api/specs`. */
export const specsAnswer = z.object({ specs: z.array(spec) })

/** `POST /api/execution/start` and `/stop`. */
export const commandAnswer = z.object({ success: z.boolean(), message: text })

export const historyBatch = z.object({
  id: key,
  name: text,
  status: word,
  started_at: text,
  ended_at: text,
  branch: text,
  error: text,
})

export const historyRun = z.object({
  id: z.string(),
  spec_name: text,
  started_at: text,
  ended_at: text,
  status: word,
  dry_run: z.boolean().catch(false),
  batches: list(historyBatch),
  error: text,
})
export type HistoryRun = z.infer<typeof historyRun>

/** `GET /api/history/{spec}`: newest first, without batches. */
export const historyListAnswer = z.object({ success: z.boolean(), runs: list(historyRun), error: text })

/** `GET /api/history/{spec}/{id}`. */
export const historyAnswer = z.object({ success: z.boolean(), run: historyRun.nullish(), error: text })
