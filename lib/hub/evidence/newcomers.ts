/** For so long what Docker tells of a container may be ahead of what the backend tells of its batch, ms. */
const NEW_FOR = 1_000

/** The containers that were first heard of just now [DOCK-4.2]. */
export class Newcomers {
  /** Until when each is new, by `performance.now()`. */
  readonly #until = new Map<string, number>()

  add(id: string): void {
    this.#until.set(id, performance.now() + NEW_FOR)
  }

  /** As `lookAgain` left it, so that it does not change within one weighing. */
  has(id: string): boolean {
    return this.#until.has(id)
  }

  /** Leaves out those that are new no more. */
  lookAgain(): void {
    const now = performance.now()
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id)
  }

  /** In how many ms the first of these is new no more; null where none is new. */
  nextIn(isMeant: (id: string) => boolean): number | null {
    const all = [...this.#until].flatMap(([id, until]) => (isMeant(id) ? [until] : []))
    return all.length === 0 ? null : Math.ceil(Math.min(...all) - performance.now())
  }
}
