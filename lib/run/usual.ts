import { certainBatchMs, certainRunMs, isWhole } from './certain-duration'
import type { Snapshot } from './model'

/** Fewer earlier runs say nothing of another one. */
const LEAST_RUNS = 2

/** How long the batches of a spec usually take. */
export interface Usual {
  /** The number of earlier runs that tell. */
  runs: number
  /** The median of each batch, ms; a batch without enough certain durations is left out. */
  batches: { id: string; ms: number }[]
  /** The median of a run from its start to its end, ms, and of how many runs. Null if too few ran every batch. */
  whole: { runs: number; ms: number } | null
}

type Earlier = Pick<
  Snapshot,
  | 'status'
  | 'basis'
  | 'inferred'
  | 'startedAt'
  | 'endedAt'
  | 'durationUncertain'
  | 'counts'
  | 'unnamedCompleted'
  | 'batches'
>

/** The usual durations by these completed runs of a spec [PAGE-11.1], [PAGE-12.4]. */
export function usualOf(runs: readonly Earlier[]): Usual {
  const all = new Map<string, number[]>()
  for (const run of runs) {
    for (const batch of run.batches) {
      const ms = batch.status === 'completed' ? certainBatchMs(run, batch) : null
      if (ms !== null) all.set(batch.id, [...(all.get(batch.id) ?? []), ms])
    }
  }
  const known = [...all].filter(([, durations]) => durations.length >= LEAST_RUNS)
  const whole = runs.flatMap(run => (isWhole(run) ? (certainRunMs(run) ?? []) : []))
  return {
    runs: runs.length,
    batches: known.map(([id, durations]) => ({ id, ms: medianOf(durations) })),
    whole: whole.length < LEAST_RUNS ? null : { runs: whole.length, ms: medianOf(whole) },
  }
}

/** The middle of the values, or the mean of both that are next to it; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
