import fc from 'fast-check'

/** Planted faults are searched with this seed, so that a path alone identifies a story. */
const SEED = 1

/**
 * Reports whether a property fails, as it must if a fault was planted in the code under test. The pinned story is played first. If
 * it no longer fails, because the code or the stories have changed, others are searched, and the failing one is printed as a new
 * pin.
 * @param name of the fault, for the printed text
 * @param path of the story that detects it, as fast-check counts
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
