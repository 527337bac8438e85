import { isOver } from '../../../../lib/run/is-over'
import type { RunFields } from '../../../../lib/run/model'
import type { Place } from '../../../nothing'

/** Which text says why a run has no batch to show. */
export function emptyPlace({ status, counts }: Pick<RunFields, 'status' | 'counts'>): Place {
  if (isOver(status)) return 'batches of a run that is over'
  return counts.totalKnown ? 'batches of an empty plan' : 'batches'
}
