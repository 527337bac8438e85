import type { Batch, Snapshot } from '../../../../lib/run/model'

/**
 * How long a run still takes at least if its batches take as long as usual: the longest chain of dependencies of what is left, ms.
 * Null where that is not known of every batch that is left. A circle of dependencies is none.
 * @param usual how long each batch usually takes, by its id, ms
 * @param now the server's clock, ms
 */
export function timeLeft(
  { batches, clockOffset }: Pick<Snapshot, 'batches' | 'clockOffset'>,
  usual: ReadonlyMap<string, number>,
  now: number,
): number | null {
  const open = new Map<string, number>()
  for (const batch of batches) {
    if (batch.status !== 'pending' && batch.status !== 'running') continue
    const took = usual.get(batch.id)
    if (took === undefined) return null
    open.set(batch.id, Math.max(0, took - workedFor(batch, clockOffset, now)))
  }
  if (open.size === 0) return null

  const dependents = new Map<string, string[]>()
  const missing = new Map<string, number>()
  for (const { id, dependsOn } of batches) {
    if (!open.has(id)) continue
    const needs = new Set(dependsOn.filter(need => open.has(need)))
    missing.set(id, needs.size)
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), id])
  }
  /** When the last of what a batch needs has ended, from now on. */
  const begins = new Map<string, number>()
  let longest = Math.max(...open.values())
  const ready = [...missing].filter(([, count]) => count === 0).map(([id]) => id)
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const end = (begins.get(id) ?? 0) + (open.get(id) ?? 0)
    longest = Math.max(longest, end)
    for (const next of dependents.get(id) ?? []) {
      begins.set(next, Math.max(begins.get(next) ?? 0, end))
      const count = (missing.get(next) ?? 1) - 1
      missing.set(next, count)
      if (count === 0) ready.push(next)
    }
  }
  return longest
}

const workedFor = ({ status, startedAt }: Batch, clockOffset: number, now: number): number =>
  status === 'running' && startedAt !== null ? Math.max(0, now - clockOffset - Date.parse(startedAt)) : 0
