import type { Place } from '../../nothing'

/** Which text says why a run has no batch to show. */
export function emptyPlace(over: boolean, totalKnown: boolean): Place {
  if (over) return 'batches of a run that is over'
  return totalKnown ? 'batches of an empty plan' : 'batches'
}
