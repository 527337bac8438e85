import type { PlanBatch } from '../../run/observation'

/**
 * Whether a reading of the plan may be half of its file [RUN-8.15]. The backend writes the file in place, so a reading that lacks
 * batches of the one before counts only when the next reading is the same.
 */
export class PlanDoubt {
  /** The last doubtful reading, as JSON; null if the last reading lacked nothing. */
  #doubted: string | null = null

  /** @param known the batches of the last reading that counted */
  isDoubtful(known: readonly PlanBatch[], batches: readonly PlanBatch[]): boolean {
    if (known === batches) {
      this.#doubted = null
      return false
    }
    const ids = new Set(batches.map(({ id }) => id))
    const text = known.every(({ id }) => ids.has(id)) ? null : JSON.stringify(batches)
    const isDoubtful = text !== null && text !== this.#doubted
    this.#doubted = text
    return isDoubtful
  }
}
