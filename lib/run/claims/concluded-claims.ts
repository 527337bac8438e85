import { Corrections } from './corrections'
import type { ContainersByBatch } from '../evidence/containers-by-batch'
import { EditedClaims } from './edited-claims'
import { MergedBatch } from './merged-batch'
import { attributeFailures } from './nameless-failures'
import { isMergeFailure } from './end-claims'
import { finalWordOf, type Outcome } from './outcome'
import { isOpen, type BatchClaim } from './roster'
import type { Run } from '../run'
import type { StreamClaims } from './stream-claims'

/**
 * The claims of a run's stream, as its plan, its history and its end correct them. A batch that nothing corrects is the object
 * of `StreamClaims` itself: a later message changes it in place.
 */
export class ConcludedClaims {
  readonly all: BatchClaim[] = []
  /** How many batches are known only because others that depend on them have begun [RUN-8.7]. */
  required = 0
  /** For how many batches the plan or the history is ahead of the stream [RUN-9]. */
  ahead = 0
  #stream: StreamClaims | null = null
  #corrections: Corrections | null = null
  #outcome: Outcome | null = null
  /** The batches as plan and history correct them. */
  readonly #corrected: BatchClaim[] = []
  /** The batches that were corrected further by the last update. */
  #edited = new EditedClaims(this.#corrected)
  readonly #merged = new MergedBatch()

  /** Returns the places of the batches that may have changed. */
  update(run: Run, stream: StreamClaims, outcome: Outcome | null, containers: ContainersByBatch): Set<number> {
    const changed = this.#correct(run, stream, finalWordOf(stream.ends, outcome))
    const editedBefore = this.#edited.places
    const edited = (this.#edited = new EditedClaims(this.#corrected))
    this.#require(stream)
    const merged = this.#merged.find(edited, stream, changed)
    // A failed merge revokes the completion of its batch [RUN-5].
    if (outcome?.status === 'failed' && isMergeFailure(outcome.error) && merged !== null)
      edited.fail(merged, outcome.time, outcome.error)
    attributeFailures(edited, stream.errors, containers)
    const isConcludedAnew = !isSame(this.#outcome, outcome)
    this.#outcome = outcome
    const places = isConcludedAnew
      ? new Set(this.#corrected.keys())
      : new Set([...changed, ...editedBefore, ...edited.places])
    this.all.length = this.#corrected.length
    for (const place of places) {
      const batch = edited.at(place)
      if (batch) this.all[place] = outcome ? concluded(batch, outcome) : batch
    }
    return places
  }

  /** Corrects the changed batches by plan and history. Returns their places. */
  #correct(run: Run, stream: StreamClaims, finalWord: number): Set<number> {
    const { batches } = stream.roster
    const changed = new Set(stream.roster.takeChanged().flatMap(({ place }) => (place < 0 ? [] : [place])))
    if (stream !== this.#stream || !this.#corrections?.areOf(run, finalWord)) {
      this.#stream = stream
      this.#corrections = new Corrections(run, finalWord)
      this.#corrected.length = this.ahead = 0
      this.#merged.forget()
      for (const place of batches.keys()) changed.add(place)
    }
    for (const place of changed) {
      const batch = batches[place]
      if (!batch) continue
      const known = this.#corrected[place]
      const corrected = this.#corrections.of(batch)
      this.ahead += Number(corrected !== batch) - Number(known !== undefined && known !== batch)
      this.#corrected[place] = corrected
    }
    return changed
  }

  #require({ before, roster }: StreamClaims): void {
    const get = (id: string) => {
      const place = roster.get(id)?.place
      return place === undefined ? undefined : this.#corrected[place]
    }
    const required = before.requiredOf({ batches: this.#corrected, get })
    for (const { place } of required) this.#edited.edit(place, { status: 'completed', basis: 'inferred' })
    this.required = required.length
  }
}

/** The batch once its run is over: none is open then [RUN-1]. */
export function concluded(batch: BatchClaim, outcome: Outcome): BatchClaim {
  // The backend says that every batch is completed, so the message about this one was lost.
  if (outcome.status === 'completed' && isOpen(batch)) return { ...batch, status: 'completed', basis: 'inferred' }
  return batch.status === 'running' ? { ...batch, status: 'aborted', endedAt: outcome.time } : batch
}

const isSame = (a: Outcome | null, b: Outcome | null): boolean =>
  a?.status === b?.status && a?.time.ms === b?.time.ms && a?.time.ns === b?.time.ns
