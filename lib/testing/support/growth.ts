/** How many times larger the larger input is. Linear work takes about 8 times as long, quadratic work 64 times. */
const FACTOR = 8
/**
 * The allowed factor above linear growth. It is far from both: caches and garbage collection make linear work look up to twice as
 * steep.
 */
const STEEPEST = 3
/** A shorter measurement is not reliable, ms. */
const SHORTEST = 1
const LEAST_ROUNDS = 3
/** How long rounds are repeated while the work looks steeper than linear, as it may on a busy machine, ms. */
const PATIENCE = 10_000

/** How the time of the work grows if its input is `FACTOR` times larger. */
export interface Growth {
  isLinear: boolean
  /** For the message of a failed test. */
  text: string
}

/**
 * Measures how the cost of synchronous work grows with its input. Each size counts with its shortest time of several rounds. The
 * smaller one is repeated `FACTOR` times as often: linear work then takes equally long for both, and a busy machine interrupts both
 * equally often.
 * @param prepare builds the input of this size, unmeasured, and returns the work to measure
 * @param size of the smaller input
 * @param patience about how long it takes at most to conclude that the work is steeper, ms
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

/** How often the work must be repeated for a measurable time. */
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
