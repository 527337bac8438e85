import type { Batch, Snapshot } from './model'

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

type Earlier = Pick<Snapshot, 'batches' | 'startedAt' | 'endedAt' | 'durationUncertain' | 'unnamedCompleted'>

/** The usual durations by these completed runs of a spec [PAGE-11.1], [PAGE-12.4]. */
export function usualOf(runs: readonly Earlier[]): Usual {
  const all = new Map<string, number[]>()
  for (const batch of runs.flatMap(({ batches }) => batches)) {
    const ms = batch.status === 'completed' ? certainDuration(batch) : null
    if (ms !== null) all.set(batch.id, [...(all.get(batch.id) ?? []), ms])
  }
  const known = [...all].filter(([, durations]) => durations.length >= LEAST_RUNS)
  const whole = runs.flatMap(run => (ranWhole(run) ? (certainDuration(run) ?? []) : []))
  return {
    runs: runs.length,
    batches: known.map(([id, durations]) => ({ id, ms: medianOf(durations) })),
    whole: whole.length < LEAST_RUNS ? null : { runs: whole.length, ms: medianOf(whole) },
  }
}

/** Whether the run worked on every batch itself: one that goes on where another ended takes less time. */
export const ranWhole = ({ batches, unnamedCompleted = 0 }: Pick<Earlier, 'batches' | 'unnamedCompleted'>): boolean =>
  unnamedCompleted === 0 && batches.every(({ before }) => !before)

type Timed = Pick<Batch, 'startedAt' | 'endedAt' | 'durationUncertain'>

/** From start to end, ms; null if that is not known, or not certain. */
export function certainDuration({ startedAt, endedAt, durationUncertain }: Timed): number | null {
  if (startedAt === null || endedAt === null || durationUncertain) return null
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
}

/** The middle of the values, or the mean of both that are next to it; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
