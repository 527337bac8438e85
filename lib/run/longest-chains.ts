import type { Batch } from './model'

const FROM_AT_WORK = { ofWaiting: -Infinity, ofAtWork: 0 }
const FROM_WAITING = { ofWaiting: 0, ofAtWork: -Infinity }

/**
 * Of what is left of a run: the longest chain that begins with a batch at work, and the longest that begins with one that could
 * begin and has not, ms. Without such a chain it is 0, or less. Null if batches wait for each other in a circle.
 * @param open how long each batch that is left still takes, by its id, ms
 */
export function longestChains(
  batches: readonly Batch[],
  open: ReadonlyMap<string, number>,
  atWork: ReadonlySet<string>,
): { ofWaiting: number; ofAtWork: number } | null {
  const dependents = new Map<string, string[]>()
  const missing = new Map<string, number>()
  for (const { id, dependsOn } of batches) {
    if (!open.has(id)) continue
    // What is at work waits for nothing.
    const needs = new Set(atWork.has(id) ? [] : dependsOn.filter(need => open.has(need)))
    missing.set(id, needs.size)
    for (const need of needs) {
      const others = dependents.get(need)
      if (others) others.push(id)
      else dependents.set(need, [id])
    }
  }
  /** The longest chains until a batch begins. */
  const before = new Map<string, { ofWaiting: number; ofAtWork: number }>()
  const longest = { ofWaiting: 0, ofAtWork: 0 }
  let reached = 0
  const ready = [...missing].filter(([, count]) => count === 0).map(([id]) => id)
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    reached += 1
    const took = open.get(id) ?? 0
    const from = before.get(id) ?? (atWork.has(id) ? FROM_AT_WORK : FROM_WAITING)
    const end = { ofWaiting: from.ofWaiting + took, ofAtWork: from.ofAtWork + took }
    longest.ofWaiting = Math.max(longest.ofWaiting, end.ofWaiting)
    longest.ofAtWork = Math.max(longest.ofAtWork, end.ofAtWork)
    for (const next of dependents.get(id) ?? []) {
      const known = before.get(next) ?? end
      before.set(next, {
        ofWaiting: Math.max(known.ofWaiting, end.ofWaiting),
        ofAtWork: Math.max(known.ofAtWork, end.ofAtWork),
      })
      const count = (missing.get(next) ?? 1) - 1
      missing.set(next, count)
      if (count === 0) ready.push(next)
    }
  }
  return reached < open.size ? null : longest
}
