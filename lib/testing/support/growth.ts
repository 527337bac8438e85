/** How many times larger the larger input is. Linear work takes some 8 times as long, quadratic work 64 times. */
const FACTOR = 8
/** Between the two, far from both: caches and collections make linear work look up to twice as steep. */
const LINEAR_BELOW = 24
/** A measurement shorter than this says nothing, ms. */
const SHORTEST = 1
const LEAST_ROUNDS = 3
/** Rounds are repeated for so long while the work looks steeper than linear, ms. */
const PATIENCE = 2_000

/** How much longer the work takes for an input that is `FACTOR` times larger. */
export interface Growth {
  isLinear: boolean
  /** For the message of a test that fails. */
  text: string
}

/**
 * Measures how the cost of some synchronous work grows with its input. Each size counts with its shortest time of several
 * rounds, so a busy machine makes the measurement longer and not wrong.
 *
 * @param prepare builds the input of this size, unmeasured, and returns the work to measure
 * @param size of the smaller input
 */
export function growthOf(prepare: (size: number) => () => unknown, size: number): Growth {
  const [small, large] = [prepare(size), prepare(size * FACTOR)]
  large()
  const repeats = repeatsOf(small)
  let [least, most] = [Infinity, Infinity]
  const isLinear = () => most < least * LINEAR_BELOW
  const until = performance.now() + PATIENCE
  for (let round = 1; round <= LEAST_ROUNDS || (!isLinear() && performance.now() < until); round += 1) {
    least = Math.min(least, timeOf(small, repeats))
    most = Math.min(most, timeOf(large, repeats))
  }
  const text = `${(least / repeats).toFixed(3)} ms for ${String(size)}, ${(most / repeats).toFixed(3)} ms for ${String(size * FACTOR)}`
  return { isLinear: isLinear(), text }
}

/** How often the work has to be done for its time to be measured at all. */
function repeatsOf(work: () => unknown): number {
  let repeats = 1
  while (timeOf(work, repeats) < SHORTEST) repeats *= 2
  return repeats
}

function timeOf(work: () => unknown, repeats: number): number {
  const began = performance.now()
  for (let n = 0; n < repeats; n += 1) work()
  return performance.now() - began
}
