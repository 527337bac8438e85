import type { Batch, Snapshot } from './model'

/** Fewer earlier runs say nothing of another one. */
const LEAST_RUNS = 2

/** How long the batches of a spec usually take. */
export interface Usual {
  /** The number of earlier runs that tell. */
  runs: number
  /** The median of each batch, ms; a batch without enough certain durations is left out. */
  batches: { id: string; ms: number }[]
}

/** The usual durations by these completed runs of a spec [PAGE-11.1]. */
export function usualOf(runs: readonly Pick<Snapshot, 'batches'>[]): Usual {
  const all = new Map<string, number[]>()
  for (const batch of runs.flatMap(({ batches }) => batches)) {
    const ms = certainDuration(batch)
    if (ms !== null) all.set(batch.id, [...(all.get(batch.id) ?? []), ms])
  }
  const known = [...all].filter(([, durations]) => durations.length >= LEAST_RUNS)
  return { runs: runs.length, batches: known.map(([id, durations]) => ({ id, ms: medianOf(durations) })) }
}

/** How long a completed batch took, ms; null if it was not completed, or its times are not certain. */
export function certainDuration({ status, startedAt, endedAt, durationUncertain }: Batch): number | null {
  if (status !== 'completed' || startedAt === null || endedAt === null || durationUncertain) return null
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
}

/** The middle of the values, or the mean of both that are next to it; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
