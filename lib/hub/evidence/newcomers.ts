/** How far Docker may be ahead of the backend's message about a container's batch, ms. */
const NEW_FOR = 3_000

/** The containers that were seen for the first time just now [DOCK-4.2]. */
export class Newcomers {
  /** The time until which each container is new, by `performance.now()`. */
  readonly #until = new Map<string, number>()

  add(id: string): void {
    this.#until.set(id, performance.now() + NEW_FOR)
  }

  /** Answers as of the last `lookAgain`, so that the answer does not change during one reassignment. */
  has(id: string): boolean {
    return this.#until.has(id)
  }

  /** Removes the containers that are no longer new. */
  lookAgain(): void {
    const now = performance.now()
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id)
  }

  /** The ms until the first of these containers is no longer new. Null if none of them is new. */
  nextIn(isMeant: (id: string) => boolean): number | null {
    const all = [...this.#until].flatMap(([id, until]) => (isMeant(id) ? [until] : []))
    return all.length === 0 ? null : Math.ceil(Math.min(...all) - performance.now())
  }
}
