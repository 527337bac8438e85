import { describe, expect, it } from 'vitest'
import { openedAt } from './opened-at'

describe('where a long timeline opens', () => {
  it('[PAGE-5.10] is the first failed batch, else the first at work, else its beginning', () => {
    const [done, works, failed, waits] = [
      { id: 'a', status: 'completed' },
      { id: 'b', status: 'running' },
      { id: 'c', status: 'failed' },
      { id: 'd', status: 'pending' },
    ] as const
    expect(openedAt([done, works, waits])).toEqual({ batchId: 'b' })
    expect(openedAt([done, works, failed])).toEqual({ batchId: 'c' })
    expect(openedAt([done, waits])).toBeNull()
  })
})
