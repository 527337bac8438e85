import { randomInt } from 'node:crypto'
import fc from 'fast-check'

/**
 * Draws numbers from `min` to `max`, both included, and prints the seed. `SEED` in the environment draws the same numbers again.
 * @param purpose printed beside the seed
 */
export function drawNumbers(purpose: string, count: number, min: number, max: number): number[] {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
  console.log(`${purpose}: SEED=${String(seed)}`)
  return fc.sample(fc.integer({ min, max }), { seed, numRuns: count })
}
