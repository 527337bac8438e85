import type { SpecCell, SpecRun } from './spec-runs'
import { medianOf } from './usual'

/** What the runs of a spec say together. Dry runs and imports are shown beside them, and not counted [SPEC-2]. */

/** Fewer durations say nothing of another run. */
const LEAST_RUNS = 2
/** Fewer durations do not tell how far they spread. */
const LEAST_SPREAD = 3
/** Less above the median decides nothing, ms. */
const LEAST_REACH = 1_000
/** From so many durations on the highest tenth is left out as an exception. */
const LEAST_TENTHS = 10

type Compared = Pick<SpecRun, 'dryRun' | 'importId' | 'status' | 'ms' | 'whole'>

export const isCounted = ({ dryRun, importId }: Pick<Compared, 'dryRun' | 'importId'>): boolean =>
  !dryRun && importId === null

/** Whether the duration of the run tells how long the spec takes: it completed, and left no batch out. */
export const isMeasure = (run: Compared): run is Compared & { ms: number } =>
  isCounted(run) && run.status === 'completed' && run.whole && run.ms !== null

/** The median of how long the runs took, and of how many; null of less than two [SPEC-2.1]. */
export function usualRun(runs: readonly Compared[]): { ms: number; runs: number } | null {
  const measures = runs.filter(isMeasure).map(({ ms }) => ms)
  return measures.length < LEAST_RUNS ? null : { ms: medianOf(measures), runs: measures.length }
}

/** How far the certain durations of a batch spread. */
export interface Spread {
  median: number
  /** The highest, or from ten on the 90th percentile. */
  high: number
  isHighest: boolean
  of: number
}

/** What the counted runs tell of one batch. */
export interface BatchStats {
  /** How many runs brought it to an end of its own, and in how many of them it failed. */
  ended: number
  failed: number
  /** Of the runs in which it completed; null of less than three certain durations. */
  spread: Spread | null
}

const NONE: BatchStats = { ended: 0, failed: 0, spread: null }

/** The stats of every batch that any counted run has [SPEC-2.2], [SPEC-2.3]. */
export function batchStats(runs: readonly SpecRun[]): (id: string) => BatchStats {
  const cells = new Map<string, SpecCell[]>()
  for (const { batches } of runs.filter(isCounted)) {
    for (const cell of batches) {
      const known = cells.get(cell.id)
      if (known) known.push(cell)
      else cells.set(cell.id, [cell])
    }
  }
  const all = new Map([...cells].map(([id, of]) => [id, statsOf(of)]))
  return id => all.get(id) ?? NONE
}

function statsOf(cells: readonly SpecCell[]): BatchStats {
  const ended = cells.filter(({ status, before }) => status === 'failed' || (status === 'completed' && !before))
  const completed = ended.filter(({ status }) => status === 'completed')
  return {
    ended: ended.length,
    failed: ended.length - completed.length,
    spread: spreadOf(completed.flatMap(({ ms }) => ms ?? [])),
  }
}

function spreadOf(durations: readonly number[]): Spread | null {
  if (durations.length < LEAST_SPREAD) return null
  const sorted = durations.toSorted((a, b) => a - b)
  const isHighest = sorted.length < LEAST_TENTHS
  const place = isHighest ? sorted.length - 1 : Math.ceil(0.9 * sorted.length) - 1
  return { median: medianOf(sorted), high: sorted[place] ?? 0, isHighest, of: sorted.length }
}

/** The batches that failed in most runs, of equals those with the greater share. */
export function mostFailing(ids: readonly string[], stats: (id: string) => BatchStats, most: number): string[] {
  const share = (id: string) => stats(id).failed / stats(id).ended
  return ids
    .filter(id => stats(id).failed > 0)
    .toSorted((a, b) => stats(b).failed - stats(a).failed || share(b) - share(a))
    .slice(0, most)
}

/** How many counted runs failed without a batch that is known to have failed. */
export const namelessFailures = (runs: readonly SpecRun[]): number =>
  runs.filter(
    run => isCounted(run) && run.status === 'failed' && !run.batches.some(({ status }) => status === 'failed'),
  ).length

/** The batches whose durations reach furthest above their median: they decide how late a run may be. */
export function mostVarying(ids: readonly string[], stats: (id: string) => BatchStats, most: number): string[] {
  const reach = (id: string) => {
    const { spread } = stats(id)
    return spread === null ? 0 : spread.high - spread.median
  }
  return ids
    .filter(id => reach(id) >= LEAST_REACH)
    .toSorted((a, b) => reach(b) - reach(a))
    .slice(0, most)
}
