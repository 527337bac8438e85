/** How many times larger the larger input is. Linear work takes some 8 times as long, quadratic work 64 times. */
const FACTOR = 8
/** How much steeper than linear still passes: far from both, for caches and collections make linear work look up to twice as steep. */
const STEEPEST = 3
/** A measurement shorter than this says nothing, ms. */
const SHORTEST = 1
const LEAST_ROUNDS = 3
/** Rounds are repeated for so long while the work looks steeper than linear, as it may on a busy machine, ms. */
const PATIENCE = 10_000

/** How the time that the work takes grows where its input is `FACTOR` times larger. */
export interface Growth {
  isLinear: boolean
  /** For the message of a test that fails. */
  text: string
}

/**
 * Measures how the cost of some synchronous work grows with its input. Each size counts with its shortest time of several
 * rounds, and the smaller one is worked on `FACTOR` times as often: so both take as long where the work is linear, and a busy
 * machine interrupts one as often as the other.
 *
 * @param prepare builds the input of this size, unmeasured, and returns the work to measure
 * @param size of the smaller input
 * @param patience how long it takes at most to say that the work is steeper, about, ms
 */
export function growthOf(prepare: (size: number) => () => unknown, size: number, patience = PATIENCE): Growth {
  const [small, large] = [prepare(size), prepare(size * FACTOR)]
  large()
  const repeats = repeatsOf(large)
  let [least, most] = [Infinity, Infinity]
  const isLinear = () => most < least * STEEPEST
  const until = performance.now() + patience
  for (let round = 1; round <= LEAST_ROUNDS || (!isLinear() && performance.now() < until); round += 1) {
    least = Math.min(least, timeOf(small, repeats * FACTOR))
    most = Math.min(most, timeOf(large, repeats))
  }
  const text = `${(least / repeats / FACTOR).toFixed(3)} ms for ${String(size)}, ${(most / repeats).toFixed(3)} ms for ${String(size * FACTOR)}`
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
