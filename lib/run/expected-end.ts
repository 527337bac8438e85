import { longestChains } from './longest-chains'
import type { Batch, ExpectedEnd, RunFields } from './model'
import { iso } from './time/time'

/**
 * When a run is expected to end if its batches take as long as usual [PAGE-11.2], in moments that stay the same until something in
 * the run changes: so nothing is published as time passes. Null where that can't be told.
 * @param usual how long each batch usually takes, by its id, ms
 */
export function expectedEnd(
  { runId, clockOffset, counts }: Pick<RunFields, 'runId' | 'clockOffset' | 'counts'>,
  batches: readonly Batch[],
  usual: ReadonlyMap<string, number>,
): ExpectedEnd | null {
  if (!counts.totalKnown) return null
  /** When each batch at work will have taken as long as usual, ms. */
  const due = new Map<string, number>()
  const waiting = new Map<string, number>()
  for (const { id, status, startedAt } of batches) {
    if (status !== 'pending' && status !== 'running') continue
    const took = usual.get(id)
    if (took === undefined || (status === 'running' && startedAt === null)) return null
    if (status === 'running' && startedAt !== null) due.set(id, Date.parse(startedAt) + clockOffset + took)
    else waiting.set(id, took)
  }
  if (due.size === 0) return null
  const at = Math.min(...due.values())
  // From the first moment at which a batch takes longer than usual.
  const longerAt = [...waiting.values()].some(took => took <= 0) ? -Infinity : at
  const open = new Map([...waiting, ...[...due].map(([id, end]) => [id, end - at] as const)])
  const chains = longestChains(batches, open, new Set(due.keys()))
  if (chains === null) return null
  const endsAt = at + chains.ofAtWork
  // Once what waits without having begun takes longer than what is at work, it is not known when that begins.
  const unknownAt = chains.ofWaiting > 0 ? endsAt - chains.ofWaiting : null
  return {
    runId,
    endsAt: iso(endsAt),
    longerAt: iso(Math.max(0, longerAt)),
    ...(unknownAt !== null && { unknownAt: iso(Math.max(0, unknownAt)) }),
  }
}
