import fc from 'fast-check'

/** Planted faults are looked for with this seed, so that a path alone pins a story. */
const SEED = 1

/**
 * Tells whether a property fails, as it must where a fault was planted in what it tries. The pinned story is tried first. Only
 * where that one no longer fails, because the code or the stories have changed, others are searched, and the one that does is
 * printed to be pinned.
 *
 * @param name of the fault, for what is printed
 * @param path of the story that notices it, as fast-check counts
 * @param numRuns how many stories are searched at most
 */
export async function isNoticed<T>(
  name: string,
  property: fc.IAsyncProperty<T>,
  path: string,
  numRuns: number,
): Promise<boolean> {
  const pinned = await fc.check(property, { seed: SEED, path, numRuns: 1, endOnFailure: true })
  if (pinned.failed) return true
  const found = await fc.check(property, { seed: SEED, numRuns, endOnFailure: true })
  if (found.failed) console.warn(`Pin "${found.counterexamplePath ?? ''}" for the planted fault: ${name}`)
  return found.failed
}
