import { certainBatchMs, certainRunMs, isWhole } from './certain-duration'
import type { Snapshot } from './model'

/** How many earlier runs show how long batches usually take [PAGE-11.1]. */
const USUAL_BY = 5
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

/**
 * The runs that tell how long a run usually takes: the last completed ones of its spec, as dry or as real. What came after it tells
 * nothing of what was usual.
 * @param runs newest first
 */
export function runsForUsual<R extends Pick<Snapshot, 'runId' | 'spec' | 'dryRun' | 'status' | 'startedAt'>>(
  { runId, spec, dryRun, startedAt }: Pick<R, 'runId' | 'spec' | 'dryRun' | 'startedAt'>,
  runs: readonly R[],
): R[] {
  const isLater = (other: R) => startedAt !== null && other.startedAt !== null && other.startedAt > startedAt
  return runs
    .filter(other => other.spec === spec && other.dryRun === dryRun && other.status === 'completed')
    .filter(other => other.runId !== runId && !isLater(other))
    .slice(0, USUAL_BY)
}

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
