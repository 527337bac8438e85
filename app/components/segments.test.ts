import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shares } from './segments'

const few = fc.nat({ max: 400 })
const anyCounts = fc.record({ pending: few, running: few, completed: few, failed: few, aborted: few })

describe('shares', () => {
  it('[RUN-1] gives each batch its segment while they are few', () => {
    const counts = { total: 14, totalKnown: true, pending: 3, running: 2, completed: 8, failed: 1, aborted: 0 }
    expect(shares(counts)).toEqual([
      ['completed', 8],
      ['failed', 1],
      ['aborted', 0],
      ['running', 2],
      ['pending', 3],
    ])
  })

  it('[SAFE-5] is bounded, shows whatever is there and nothing that is not', () => {
    fc.assert(
      fc.property(anyCounts, some => {
        const total = some.pending + some.running + some.completed + some.failed + some.aborted
        const result = shares({ ...some, total, totalKnown: true })
        for (const [status, share] of result) expect(share > 0).toBe(some[status] > 0)
        expect(result.reduce((sum, [, share]) => sum + share, 0)).toBeLessThanOrEqual(45)
      }),
    )
  })
})
