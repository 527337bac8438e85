import type { Batch, Snapshot } from '../../../../lib/run/model'

/** How long a run still takes, ms; or how many batches already take longer than usual, so that nothing tells how long. */
export type TimeLeft = { kind: 'about'; ms: number } | { kind: 'longer'; batches: number }

/**
 * How long a run still takes if its batches take as long as usual: the longest chain of dependencies of what is left. Null where that
 * is not known of every batch that is left, and where that chain begins with a batch that is not at work: it is not known when that
 * one begins. Null also where batches wait for each other in a circle. So an estimate falls as time passes, as long as nothing ends.
 * @param usual how long each batch usually takes, by its id, ms
 * @param now the server's clock, ms
 */
export function timeLeft(
  { batches, clockOffset }: Pick<Snapshot, 'batches' | 'clockOffset'>,
  usual: ReadonlyMap<string, number>,
  now: number,
): TimeLeft | null {
  const open = new Map<string, number>()
  const atWork = new Set<string>()
  let longer = 0
  for (const { id, status, startedAt } of batches) {
    if (status !== 'pending' && status !== 'running') continue
    const took = usual.get(id)
    if (took === undefined || (status === 'running' && startedAt === null)) return null
    const left = status === 'running' && startedAt !== null ? took - (now - clockOffset - Date.parse(startedAt)) : took
    if (left <= 0) longer += 1
    if (status === 'running') atWork.add(id)
    open.set(id, left)
  }
  if (open.size === 0) return null
  if (longer > 0) return { kind: 'longer', batches: longer }
  const chains = longestChains(batches, open, atWork)
  return chains === null || chains.ofAtWork < chains.ofAll ? null : { kind: 'about', ms: chains.ofAtWork }
}

/** The longest chain of what is left, and the longest that begins with a batch at work, ms; null if there is a circle. */
function longestChains(
  batches: readonly Batch[],
  open: ReadonlyMap<string, number>,
  atWork: ReadonlySet<string>,
): { ofAll: number; ofAtWork: number } | null {
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
  const before = new Map<string, { ofAll: number; ofAtWork: number }>()
  const longest = { ofAll: 0, ofAtWork: 0 }
  let reached = 0
  const ready = [...missing].filter(([, count]) => count === 0).map(([id]) => id)
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    reached += 1
    const took = open.get(id) ?? 0
    const from = before.get(id) ?? { ofAll: 0, ofAtWork: atWork.has(id) ? 0 : -Infinity }
    const end = { ofAll: from.ofAll + took, ofAtWork: from.ofAtWork + took }
    longest.ofAll = Math.max(longest.ofAll, end.ofAll)
    longest.ofAtWork = Math.max(longest.ofAtWork, end.ofAtWork)
    for (const next of dependents.get(id) ?? []) {
      const known = before.get(next) ?? end
      before.set(next, {
        ofAll: Math.max(known.ofAll, end.ofAll),
        ofAtWork: Math.max(known.ofAtWork, end.ofAtWork),
      })
      const count = (missing.get(next) ?? 1) - 1
      missing.set(next, count)
      if (count === 0) ready.push(next)
    }
  }
  return reached < open.size ? null : longest
}
