import { equal, own, type Json, type JsonObject } from './json'

/**
 * The state of a scope other than a log: top-level fields, and items in order, each identified by its `id`. The items of a run are
 * its batches; the items of the fleet are its runs. Never changed in place.
 */
export interface Document {
  readonly fields: JsonObject
  readonly items: readonly Item[]
}
export type Item = { id: string; [key: string]: Json }

const lasting = new WeakSet<readonly Item[]>()

/** Marks a list whose items are replaced and never changed in place: an item that two such lists share has not changed. */
export function markLasting<I extends readonly Item[]>(items: I): I {
  lasting.add(items)
  return items
}
export const isLasting = (items: readonly Item[]): boolean => lasting.has(items)

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

  Object.assign(result, diffItems(prev.items, next.items))
  return Object.keys(result).length > 0 ? result : null
}

type ItemsDiff = Pick<Diff, 'items' | 'removed' | 'order'>

function diffItems(prev: readonly Item[], next: readonly Item[]): ItemsDiff {
  if (prev === next) return {}
  return isUnique(prev) && haveSameIds(prev, next) ? diffInPlace(prev, next) : diffInOrder(byId(prev), byId(next), prev)
}

const isUnique = (items: readonly Item[]): boolean => placesOf(items).size === items.length

/** Whether both have the same items in the same order, as after nearly every change. */
const haveSameIds = (prev: readonly Item[], next: readonly Item[]): boolean =>
  prev.length === next.length && next.every((item, n) => item === prev[n] || item.id === prev[n]?.id)

function diffInPlace(prev: readonly Item[], next: readonly Item[]): ItemsDiff {
  const changed = next.flatMap((item, n) =>
    prev[n] === undefined || prev[n] === item ? [] : [[prev[n], item] as const],
  )
  // An item that is sent again in full moves to the end, so the order counts.
  if (changed.some(([old, item]) => lostKeys(old, item).length > 0)) return diffInOrder(byId(prev), byId(next), prev)
  const items = changed.flatMap(([old, item]) => changesOf(old, item))
  return items.length > 0 ? { items } : {}
}

function diffInOrder(before: Map<string, Item>, after: Map<string, Item>, prev: readonly Item[]): ItemsDiff {
  const result: ItemsDiff = {}
  const removed = [...before.keys()].filter(id => !after.has(id))
  const upserts: Item[] = []
  for (const [id, item] of after) {
    const old = before.get(id)
    if (old === item) continue
    const lost = old !== undefined && lostKeys(old, item).length > 0
    if (lost) removed.push(id)
    if (lost || old === undefined) upserts.push({ ...item })
    else upserts.push(...changesOf(old, item))
  }
  if (upserts.length > 0) result.items = upserts
  if (removed.length > 0) result.removed = removed

  const order = [...after.keys()]
  const left = byId(applyItems(prev, result))
  if (!sameOrder([...left.keys()], order)) result.order = order
  return result
}

/** The changed keys of an item, with its id; nothing if it is equal. */
function changesOf(old: Item, item: Item): Item[] {
  const keys = changedKeys(old, item)
  return keys.length > 0 ? [{ ...pick(item, keys), id: item.id }] : []
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

function applyItems(items: readonly Item[], { removed = [], items: upserts = [], order }: Diff): readonly Item[] {
  const places = placesOf(items)
  if (removed.length === 0 && !order && isUnique(items) && upserts.every(({ id }) => places.has(id))) {
    const result = [...items]
    for (const item of upserts) {
      const place = places.get(item.id)
      if (place !== undefined) result[place] = { ...result[place], ...item }
    }
    knownPlaces.set(result, places)
    return result
  }
  const result = byId(items)
  for (const id of removed) result.delete(id)
  for (const item of upserts) result.set(item.id, { ...result.get(item.id), ...item })
  if (!order) return [...result.values()]
  return order.flatMap(id => result.get(id) ?? [])
}

/** A memo of `placesOf`: lists that differ only in what their items hold share it. */
const knownPlaces = new WeakMap<readonly Item[], ReadonlyMap<string, number>>()

/** Where each item is. */
function placesOf(items: readonly Item[]): ReadonlyMap<string, number> {
  const known = knownPlaces.get(items)
  if (known) return known
  const places = new Map(items.map(({ id }, place) => [id, place]))
  knownPlaces.set(items, places)
  return places
}
