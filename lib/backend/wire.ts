import { z } from 'zod'
import { keptError, keptName, keptPath, shortName } from '../run/text/kept-text'
import { isRunId } from '../run/run-id'
import { canonicalWord } from '../run/text/word'

/**
 * The backend's messages and answers, of every generation in the field: the schemas accept loose input and return exact output.
 * Unknown keys are ignored, absent and null optionals are the same, and a wrong type in an optional field drops only that field,
 * not the message.
 */

/** An optional text field: absent, null or of a wrong type all read as null. */
const text = z
  .string()
  .nullish()
  .catch(null)
  .transform(value => value ?? null)
/** An optional enumerated word [RUN-15]. */
const word = text.transform(value => (value === null ? null : canonicalWord(value)))
const name = text.pipe(keptName.nullable())
const branch = text.pipe(keptPath.nullable())
const error = text.pipe(keptError.nullable())
/** An id. If a file holds it without quotes, it may come as a number. */
const key = z.union([z.string(), z.number()]).transform(value => shortName(String(value)))
/** At most `most` items; an item that can't be read is dropped alone [SAFE-5.2]. */
const list = <T extends z.ZodType>(item: T, most: number) =>
  z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform(items => (items ?? []).slice(0, most).flatMap(each => item.safeParse(each).data ?? []))
/** At most `most` items. If one of them can't be read, the whole list is refused, because the number of items matters. */
const whole = <T extends z.ZodType>(item: T, most: number) =>
  z
    .array(z.unknown())
    .transform(items => items.slice(0, most))
    .pipe(z.array(item))
/** The batches of a plan. All of their dependencies, and of their tasks, are bounded before they are read: to read one takes 1 µs. */
const planned = <T extends z.ZodType>(batch: T) =>
  z
    .array(z.unknown())
    .transform(batches => within('task_ids', within('depends_on', batches.slice(0, MOST.batches))))
    .pipe(z.array(batch))

/** How many items are read of an answer: one batch more than is shown, to know that there are more. */
const MOST = { batches: 2_001, ids: 20_000, entries: 50, specs: 1_000, tasks: 5_000 }

/** Keeps of a list of ids that each batch has only so many that all batches together have no more than are read. */
function within(field: 'depends_on' | 'task_ids', batches: unknown[]): unknown[] {
  let left = MOST.ids
  return batches.map(batch => {
    if (typeof batch !== 'object' || batch === null) return batch
    const all: unknown = Reflect.get(batch, field)
    if (!Array.isArray(all)) return batch
    const ids: unknown[] = all.slice(0, left)
    left -= ids.length
    return { ...batch, [field]: ids }
  })
}

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

/** The exact answer of a backend that does not have the run, or was restarted since; the only frame without a timestamp. */
export const EXECUTION_NOT_FOUND = 'Execution not found.'

export const planBatch = z.object({
  id: key,
  name,
  depends_on: list(key, MOST.ids),
  status: word,
  branch,
  task_ids: list(key, MOST.ids),
  model_assignment: z
    .object({ default: name })
    .nullish()
    .catch(null)
    .transform(models => models?.default ?? null),
})

/** `GET /api/plans/detail?spec=`. On failure `batches` is empty, and `raw_yaml` may still hold the whole plan. */
export const planAnswer = z.object({
  success: z.boolean(),
  batches: planned(planBatch)
    .nullish()
    .catch(null)
    .transform(batches => batches ?? []),
  raw_yaml: text,
  error: text,
})

/** The content of `raw_yaml`, the plan file itself. */
export const planFile = z.object({ batches: planned(planBatch) })

/** A task of a spec. Its status is free text: it counts only where it is the backend's word for a task that was merged. */
const task = z.object({ id: key, title: name, status: word })

const tasks = list(task, MOST.tasks)

/** `GET /api/tasks/detail?spec=`. On failure `tasks` is empty, and `raw_yaml` may still hold all of them. */
export const tasksAnswer = z.object({ success: z.boolean(), tasks, raw_yaml: text })

/** The content of that `raw_yaml`, the file of the tasks itself. */
export const tasksFile = z.object({ tasks: z.array(z.unknown()).transform(all => tasks.parse(all)) })

export const spec = z.object({
  name: z.string(),
  has_tasks: z.boolean().catch(false),
  has_plan: z.boolean().catch(false),
  task_count: z.number().catch(0),
})
export type Spec = z.infer<typeof spec>

/** `GET /api/specs`. */
export const specsAnswer = z.object({ specs: whole(spec, MOST.specs) })

/** `POST /api/execution/start` and `/stop`. */
export const commandAnswer = z.object({ success: z.boolean(), message: text })

export const historyBatch = z.object({
  id: key,
  name,
  status: word,
  started_at: text,
  ended_at: text,
  branch,
  error,
})

/** An entry of the history. Its id must be a possible run id: else it would be a row without a page. */
export const historyRun = z.object({
  id: z.string().refine(isRunId, 'no run can have this id'),
  spec_name: text,
  started_at: text,
  ended_at: text,
  status: word,
  dry_run: z.boolean().catch(false),
  batches: list(historyBatch, MOST.batches),
  error,
})
export type HistoryRun = z.infer<typeof historyRun>

/** `GET /api/history/{spec}`: newest first, without batches. `unread`: how many runs can't be read. */
export const historyListAnswer = z
  .object({ success: z.boolean(), runs: list(z.unknown(), MOST.entries), error: text })
  .transform(({ runs: all, ...rest }) => {
    const runs = all.flatMap(run => historyRun.safeParse(run).data ?? [])
    return { ...rest, runs, unread: all.length - runs.length }
  })

/** `GET /api/history/{spec}/{id}`. */
export const historyAnswer = z.object({ success: z.boolean(), run: historyRun.nullish(), error: text })
