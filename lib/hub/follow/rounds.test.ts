import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTurnOfCalm, nextRound } from './rounds'

const moment = fc.double({ min: 0, max: 1e9, noNaN: true })
const spec = fc.option(fc.string())

describe('[RUN-9.16] rounds', () => {
  it('are 3 s apart, and 1 s to 4 s after a reading at any other moment', () => {
    fc.assert(
      fc.property(moment, spec, (last, spec) => {
        const first = nextRound(last, spec)
        expect(first - last).toBeGreaterThanOrEqual(1_000)
        expect(first - last).toBeLessThan(4_000)
        expect(nextRound(first, spec) - first).toBe(3_000)
      }),
    )
  })

  it('are at the same moments for all runs of a spec', () => {
    fc.assert(
      fc.property(moment, moment, spec, (one, other, spec) => {
        expect(Math.abs(nextRound(one, spec) - nextRound(other, spec)) % 3_000).toBe(0)
      }),
    )
  })
})

describe('[RUN-9.17] calm runs', () => {
  it.each([
    [0, 1],
    [50, 1],
    [51, 2],
    [100, 2],
    [101, 3],
    [200, 4],
  ])('of %i followed ones have a turn in one of %i rounds, all of a spec in the same', (followed, rounds) => {
    fc.assert(
      fc.property(moment, spec, (last, spec) => {
        const first = nextRound(last, spec)
        const turns = Array.from({ length: 12 }, (_, n) => isTurnOfCalm(first + 3_000 * n, spec, followed))
        expect(turns.filter(Boolean)).toHaveLength(12 / rounds)
        // A round may begin late, but not by another round.
        expect(isTurnOfCalm(first + 2_900, spec, followed)).toBe(turns[0])
      }),
    )
  })
})
