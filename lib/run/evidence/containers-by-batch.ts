import type { Evidence } from '../run'
import type { Instant } from '../time/time'
import type { ContainerFacts } from './container-facts'
import { hasFailed } from './container-words'

/** A run's containers by the batch they work on, in the order of their creation. */
export class ContainersByBatch {
  readonly #byBatch = new Map<string, readonly ContainerFacts[]>()

  constructor(evidence: Iterable<Evidence>) {
    const groups = new Map<string, ContainerFacts[]>()
    for (const { batchId, container } of evidence) {
      const others = groups.get(batchId)
      if (others) others.push(container)
      else groups.set(batchId, [container])
    }
    for (const [batchId, group] of groups) this.#byBatch.set(batchId, group.sort(inOrderOfCreation))
  }

  /** A container's evidence has changed. Each of the two is undefined if there is none. */
  replace(before: Evidence | undefined, after: Evidence | undefined): void {
    if (before) {
      const left = this.of(before.batchId).filter(({ id }) => id !== before.container.id)
      if (left.length > 0) this.#byBatch.set(before.batchId, left)
      else this.#byBatch.delete(before.batchId)
    }
    if (after) {
      const group = [...this.of(after.batchId), after.container].sort(inOrderOfCreation)
      this.#byBatch.set(after.batchId, group)
    }
  }

  /** The batch's containers: the same list until one of them changes. */
  of(batchId: string): readonly ContainerFacts[] {
    return this.#byBatch.get(batchId) ?? NO_CONTAINERS
  }

  /**
   * The batches with an agent that had failed by then: the newest container at that time had failed. If there is no such batch,
   * failures up to 2 s later count, too, because Docker's clock may differ.
   */
  failedBy({ ms }: Instant): string[] {
    const failing = [...this.#byBatch].filter(([, group]) => group.some(hasFailed)).map(([batchId]) => batchId)
    const failed = this.#failedUpTo(failing, ms)
    return failed.length > 0 ? failed : this.#failedUpTo(failing, ms + TOLD_EARLY)
  }

  #failedUpTo(failing: readonly string[], ms: number): string[] {
    return failing.filter(batchId => {
      const last = this.of(batchId).findLast(({ createdAt }) => createdAt <= ms)
      return last && hasFailed(last) && (last.finishedAt === null || last.finishedAt <= ms)
    })
  }

  /** The creation, ms, of the batch's first container near that time; null if there is none. Decides starts by name [RUN-3]. */
  begunAbout(batchId: string, { ms }: Instant): number | null {
    const near = this.of(batchId).find(
      ({ createdAt }) => createdAt >= ms - TOLD_EARLY && createdAt <= ms + BEGUN_WITHIN,
    )
    return near?.createdAt ?? null
  }
}

const NO_CONTAINERS: readonly ContainerFacts[] = []

/** The order does not depend on the order in which the containers were observed. */
const inOrderOfCreation = (a: ContainerFacts, b: ContainerFacts) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

/** The stamps of two processes for one moment differ by less than this, ms. */
const TOLD_EARLY = 2_000
const BEGUN_WITHIN = 60_000
