import type { Pause } from './reader'

/** A longer step keeps the pages waiting, ms. */
const STEP = 20

/**
 * Gives other work its turn while a recording is played.
 * @param worked is told after each step how long all steps took so far, ms; what it throws ends the playing
 */
export function pacemaker(worked: (ms: number) => void): Pause {
  let sum = 0
  let since = performance.now()
  return () => {
    const step = performance.now() - since
    if (step < STEP) return null
    sum += step
    worked(sum)
    return new Promise(resolve =>
      setImmediate(() => {
        since = performance.now()
        resolve()
      }),
    )
  }
}
