import * as z from 'zod/mini'
import { equal, isObject, own, type Json, type JsonObject } from './json'

/**
 * The state of a scope other than a log: top-level fields, and items in order, each identified by its `id`. The items of a run are
 * its batches; the items of the fleet are its runs. Never changed in place.
 */
export interface Document {
  readonly fields: JsonObject
  readonly items: readonly Item[]
}
export type Item = { id: string; [key: string]: Json }

/** The step from one document to a later one; an absent part has not changed. */
export interface Diff {
  /** Changed and new fields. */
  fields?: JsonObject
  /** Names of removed fields. */
  unset?: string[]
  /** Of a changed item its `id` and the changed keys; of a new item all keys. */
  items?: Item[]
  /**
   * Ids of removed items, and of items that lost a key and so are sent again in full. They are removed before `items` are put in.
   */
  removed?: string[]
  /**
   * All ids in their new order; absent if removing `removed` and then putting in `items` (new ones at the end) gives that order.
   */
  order?: string[]
}

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

export const emptyDocument: Document = { fields: {}, items: [] }

const byId = (list: readonly Item[]) => new Map(list.map(item => [item.id, item]))
const sameOrder = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id, index) => id === b[index])

/** The keys of `next` whose values differ from those in `prev`. */
const changedKeys = (prev: JsonObject, next: JsonObject) =>
  Object.keys(next).filter(key => own(next, key) !== undefined && !equal(own(prev, key), own(next, key)))
const lostKeys = (prev: JsonObject, next: JsonObject) => Object.keys(prev).filter(key => own(next, key) === undefined)

// Object.fromEntries defines properties; assignment would reach the setter of `__proto__`.
const pick = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.map(key => [key, own(object, key) ?? null]))

/**
 * The step from `prev` to `next`, or null if they are equal. If several items have the same id, the last one counts, at the place
 * of the first.
 */
export function diff(prev: Document, next: Document): Diff | null {
  const result: Diff = {}

  const changed = changedKeys(prev.fields, next.fields)
  if (changed.length > 0) result.fields = pick(next.fields, changed)
  const unset = lostKeys(prev.fields, next.fields)
  if (unset.length > 0) result.unset = unset

  const before = byId(prev.items)
  const after = byId(next.items)
  const removed = [...before.keys()].filter(id => !after.has(id))
  const upserts: Item[] = []
  for (const [id, item] of after) {
    const old = before.get(id)
    if (old === item) continue
    const lost = old !== undefined && lostKeys(old, item).length > 0
    if (lost) removed.push(id)
    if (lost || old === undefined) upserts.push({ ...item })
    else {
      const keys = changedKeys(old, item)
      if (keys.length > 0) upserts.push({ ...pick(item, keys), id })
    }
  }
  if (upserts.length > 0) result.items = upserts
  if (removed.length > 0) result.removed = removed

  const order = [...after.keys()]
  const left = byId(applyItems(prev.items, result))
  if (!sameOrder([...left.keys()], order)) result.order = order

  return Object.keys(result).length > 0 ? result : null
}

/** The document after the step. It shares with `document` everything that the step does not change. */
export function apply(document: Document, step: Diff): Document {
  const fields = step.fields || step.unset ? applyFields(document.fields, step) : document.fields
  const items = step.items || step.removed || step.order ? applyItems(document.items, step) : document.items
  return { fields, items }
}

function applyFields(fields: JsonObject, { fields: changed = {}, unset = [] }: Diff): JsonObject {
  const gone = new Set(unset)
  return { ...Object.fromEntries(Object.entries(fields).filter(([key]) => !gone.has(key))), ...changed }
}

function applyItems(items: readonly Item[], { removed = [], items: upserts = [], order }: Diff): Item[] {
  const result = byId(items)
  for (const id of removed) result.delete(id)
  for (const item of upserts) result.set(item.id, { ...result.get(item.id), ...item })
  if (!order) return [...result.values()]
  return order.flatMap(id => result.get(id) ?? [])
}
