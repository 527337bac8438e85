import type { Batch } from '../../../lib/run/model'
import { shownName } from '../../../lib/run/text/display-text'

/** The dependencies of a batch as text: their places in the plan, and the names of the batches it still waits for. */
export interface Needs {
  /** For example `3 4`; empty if there are none. */
  places: string
  /** The names behind `places`. */
  names: string
  /** The names of the dependencies that are not completed yet; empty if the batch waits for none. */
  waitsFor: string
}

/** The dependencies of the batch at a place; an id without a batch is shown as it is. Only rows in view ask for theirs. */
export function needsIn(batches: readonly Batch[]): (place: number) => Needs {
  const places = new Map(batches.map((batch, index) => [batch.id, index]))
  return place => {
    const needs = (batches[place]?.dependsOn ?? []).map(id => {
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
  }
}
