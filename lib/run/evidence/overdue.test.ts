import { describe, expect, it } from 'vitest'
import type { CandidateRun } from './candidate-run'
import { nextOverdue } from './overdue'

const run = (startedAt: number | null, over: Partial<CandidateRun> = {}): CandidateRun => ({
  ...{ runId: 'r', historyId: null, startedAt: 0, endedAt: null },
  batches: [{ id: 'a', name: 'a', startedAt, branch: null }],
  ...over,
})

describe('the moment at which the next container is overdue', () => {
  it('[DOCK-4.40] is 5 s after its batch began, by the server’s clock', () => {
    expect(nextOverdue([run(2_000), run(1_000), run(null)], 3_000)).toBe(6_000)
    expect(nextOverdue([run(1_000, { clockOffset: 500 })], 3_000)).toBe(6_500)
  })

  it('[DOCK-4.40] is not waited for if it has passed, is not known, or is hours ahead', () => {
    expect(nextOverdue([run(1_000)], 6_000)).toBe(Infinity)
    expect(nextOverdue([run(1_000, { beginsUnknown: true })], 3_000)).toBe(Infinity)
    expect(nextOverdue([run(3_600_000)], 3_000)).toBe(Infinity)
  })
})
