/** How long a step takes, ms, and the look at one line more: of the worst one that takes some 14 ms. */
const STEP = 5
/** How long all steps of one reading may take, ms: a pattern that is slow on every line would take minutes. */
const MOST_WORK = 10_000

/** Divides the work of a generator into steps of a few ms, so that its caller can let others work in between. */
export class Steps {
  #since = performance.now()
  #worked = 0

  /** The step has taken long enough. */
  get isOver(): boolean {
    return performance.now() - this.#since >= STEP
  }

  /** Called before the generator yields. Returns whether all steps together have taken too long: then it must not go on. */
  end(): boolean {
    this.#worked += performance.now() - this.#since
    return this.#worked >= MOST_WORK
  }

  /** Called after that. */
  begin(): void {
    this.#since = performance.now()
  }
}
