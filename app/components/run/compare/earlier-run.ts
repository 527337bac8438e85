import { isOver } from '../../../../lib/run/is-over'
import type { RunFields } from '../../../../lib/run/model'
import type { ListedRun } from '../../../late-api'

type Known = Pick<RunFields, 'runId' | 'spec' | 'dryRun'>

/** The runs that a run can be compared with: those of its spec that are over, newest first [COMPARE-2.1]. */
export const comparable = (run: Known, runs: readonly ListedRun[]): ListedRun[] =>
  runs.filter(({ runId, spec, status }) => runId !== run.runId && spec === run.spec && isOver(status))

/** The one that tells most: the last completed one, with agents as the run itself or without; null if there is none. */
export function usualChoice(run: Known, runs: readonly ListedRun[]): string | null {
  const alike = runs.filter(({ dryRun }) => dryRun === run.dryRun)
  return (alike.find(({ status }) => status === 'completed') ?? alike[0] ?? runs[0])?.runId ?? null
}
