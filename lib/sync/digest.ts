import { hash } from '../run/hash'
import { canonical, type Json } from './json'
import type { Document, Item } from './document'

// A memo of a pure function: documents share their unchanged items, which are then not hashed again.
const hashes = new WeakMap<Item, number>()

function hashOf(item: Item): number {
  const known = hashes.get(item)
  if (known !== undefined) return known
  const result = hash(canonical(item))
  hashes.set(item, result)
  return result
}

/** A number that is different for different documents, except for a chance of 1 in 2^53 [SYNC-6]. */
export function digest({ fields, items }: Document): number {
  const parts: Json = [fields, items.map(hashOf)]
  return hash(canonical(parts))
}
