import * as z from 'zod/mini'
import { logLine } from '../run/model'
import type { Item } from './document'
import { isObject, own, type JsonObject } from './json'

/** The schemas of states and of the steps between them, apart from the code that a page needs before it has a connection. */

const isItem = (value: unknown): value is Item => isObject(value) && typeof own(value, 'id') === 'string'
const isItems = (value: unknown): value is Item[] => Array.isArray(value) && value.every(isItem)

// Not z.record: it drops a key named `__proto__`, and makes a copy that is not needed.
const fields = z.custom<JsonObject>(isObject)
const items = z.custom<Item[]>(isItems)
const ids = z.array(z.string())

export const document = z.object({ fields, items })
export const diffOfDocument = z.object({
  fields: z.exactOptional(fields),
  unset: z.exactOptional(ids),
  items: z.exactOptional(items),
  removed: z.exactOptional(ids),
  order: z.exactOptional(ids),
})

/** A page's copy of a log. `dropped`: how many lines came before the first of `lines` and are not among them. */
export const logState = z.object({ lines: z.array(logLine), dropped: z.number() })
export type LogState = z.infer<typeof logState>

/** The step between two versions of a log: the lines that were added. A log's version is the `seq` of its last line. */
export const logStep = z.object({ lines: z.array(logLine) })
export type LogStep = z.infer<typeof logStep>
