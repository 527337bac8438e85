/** Counts by name. A name that is counted down to nothing is forgotten. */
export class Tally {
  readonly #counts = new Map<string, number>()
  #all = 0

  /** How many there are of all names together. */
  get all(): number {
    return this.#all
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** Counts one. Returns what is to be called once when it is gone. */
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
