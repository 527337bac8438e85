import { longestChains } from '../../../../lib/run/longest-chains'
import type { Snapshot } from '../../../../lib/run/model'

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
  return chains === null || chains.ofAtWork < chains.ofWaiting ? null : { kind: 'about', ms: chains.ofAtWork }
}
