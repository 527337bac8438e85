import { Corrections } from './corrections'
import type { ContainersByBatch } from '../evidence/evidence'
import { isMergeFailure } from './end-claims'
import { finalWordOf, type Outcome } from './outcome'
import { isOpen, type BatchClaim } from './roster'
import type { Run } from '../run'
import type { StreamClaims } from './stream-claims'
import type { Instant } from '../time/time'

const MAX_LOOKS = 20

/**
 * The claims of a run's stream, as its plan, its history and its end correct them. A batch that nothing corrects is the object of
 * `StreamClaims` itself, which changes in place.
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
  /** By place: the batches that were corrected further. */
  #edits = new Map<number, BatchClaim>()
  #merged: { branch: string; place: number } | null = null

  /** Returns the places of the batches that may have changed. */
  update(run: Run, stream: StreamClaims, outcome: Outcome | null, containers: ContainersByBatch): Set<number> {
    const changed = this.#correct(run, stream, finalWordOf(stream.ends, outcome))
    const editedBefore = this.#edits
    this.#edits = new Map()
    this.#require(stream)
    const merged = this.#mergedPlace(stream, changed)
    if (outcome?.status === 'failed' && isMergeFailure(outcome.error) && merged !== null)
      this.#fail(merged, outcome.time, outcome.error)
    this.#attributeFailure(stream, containers)
    const isConcludedAnew = !isSame(this.#outcome, outcome)
    this.#outcome = outcome
    const places = isConcludedAnew
      ? new Set(this.#corrected.keys())
      : new Set([...changed, ...editedBefore.keys(), ...this.#edits.keys()])
    this.all.length = this.#corrected.length
    for (const place of places) {
      const batch = this.#at(place)
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
      this.#merged = null
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
    for (const { place } of required) this.#edit(place, { status: 'completed', basis: 'inferred' })
    this.required = required.length
  }

  /**
   * The batch of the branch that was merged last: the one with that branch in its completion, else the one with its id in the
   * name of the branch, which then is its branch. Null if there is none.
   */
  #mergedPlace({ merging, roster }: StreamClaims, changed: ReadonlySet<number>): number | null {
    if (merging === null) return null
    const isStillFirst = () =>
      this.#merged?.branch === merging &&
      this.#corrected[this.#merged.place]?.branch === merging &&
      [...changed].every(place => this.#corrected[place]?.branch !== merging)
    if (this.#merged && isStillFirst()) return this.#merged.place
    const place = this.#corrected.findIndex((_, place) => this.#at(place)?.branch === merging)
    this.#merged = place < 0 ? null : { branch: merging, place }
    if (place >= 0) return place
    const named = roster.namedBy(merging)
    if (!named) return null
    if (this.#at(named.place)?.branch === null) this.#edit(named.place, { branch: merging })
    return named.place
  }

  /**
   * `batch_error` names no batch. If one batch is at work, the error is that batch's. If several are, it belongs to the one batch
   * with a container that has failed by then, unless the stream has named a failed batch [RUN-10].
   */
  #attributeFailure({ errors }: StreamClaims, containers: ContainersByBatch): void {
    if (errors.length === 0) return
    const isNamed = (_: BatchClaim, place: number) => {
      const batch = this.#at(place)
      return batch?.status === 'failed' && batch.basis === 'stream'
    }
    if (this.#corrected.some(isNamed)) return
    const places = new Map(this.#corrected.map(({ id, name }, place) => [id ?? name, place]))
    let looks = 0
    for (const { error, time, only } of errors) {
      // The orchestrator ends with its first failure, so there are never many.
      const shown = only || looks++ >= MAX_LOOKS ? [] : containers.failedBy(time).flatMap(id => places.get(id) ?? [])
      const isRunning = (place: number) => this.#at(place)?.status === 'running'
      const [place, ...others] = (only ? [only.place] : shown).filter(isRunning)
      if (place !== undefined && others.length === 0) this.#fail(place, time, error)
    }
  }

  /** The batch without what only the run's end says of it. */
  #at(place: number): BatchClaim | undefined {
    return this.#edits.get(place) ?? this.#corrected[place]
  }

  #edit(place: number, change: Partial<BatchClaim>): void {
    const batch = this.#at(place)
    if (batch) this.#edits.set(place, { ...batch, ...change })
  }

  #fail(place: number, endedAt: Instant, error: string | null): void {
    this.#edit(place, { status: 'failed', error, endedAt, basis: 'inferred' })
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
