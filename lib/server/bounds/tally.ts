/** Counts by name. A name whose count returns to 0 is removed. */
export class Tally {
  readonly #counts = new Map<string, number>()
  #all = 0

  /** The total of all names. */
  get all(): number {
    return this.#all
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** Counts one. Returns a function that must be called once to count it down again. */
  add(name: string): () => void {
    this.#all += 1
    this.#counts.set(name, this.of(name) + 1)
    return () => {
      this.#all -= 1
      const left = this.of(name) - 1
      if (left > 0) this.#counts.set(name, left)
      else this.#counts.delete(name)
    }
  }
}
