import type { Batch } from '../../../lib/run/model'
import { shownName } from '../../../lib/run/display-text'

/** How a batch's dependencies read: their places in the plan, and the names of those it still waits for. */
export interface Needs {
  /** For example `3 4`; empty where there are none. */
  places: string
  /** The names behind `places`. */
  names: string
  /** Names of what has not completed yet; empty where nothing holds the batch up. */
  waitsFor: string
}

/** The dependencies of each batch, in the order of the batches; an id that names no batch stands for itself. */
export function needsOf(batches: readonly Batch[]): Needs[] {
  const places = new Map(batches.map((batch, index) => [batch.id, index]))
  return batches.map(({ dependsOn }) => {
    const needs = dependsOn.map(id => {
      const index = places.get(id)
      const batch = index === undefined ? undefined : batches[index]
      return {
        place: index === undefined ? shownName(id) : String(index + 1),
        name: shownName(batch?.name ?? id),
        done: batch?.status === 'completed',
      }
    })
    return {
      places: needs.map(need => need.place).join(' '),
      names: needs.map(need => need.name).join(', '),
      waitsFor: needs
        .filter(need => !need.done)
        .map(need => need.name)
        .join(', '),
    }
  })
}
