import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countBatches } from './counts'
import { batchStatus } from './model'

const status = fc.constantFrom(...batchStatus.options)

it('[RUN-1.1] counts each batch once, by its status', () => {
  const batches = [{ status: 'completed' }, { status: 'running' }, { status: 'completed' }] as const
  expect(countBatches(batches, true)).toEqual({
    total: 3,
    totalKnown: true,
    pending: 0,
    running: 1,
    completed: 2,
    failed: 0,
    aborted: 0,
  })
})

it('[RUN-1.2] the five sum to the total, whatever the batches', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ status })), fc.boolean(), (batches, totalKnown) => {
      const { total, totalKnown: known, ...five } = countBatches(batches, totalKnown)
      expect(known).toBe(totalKnown)
      expect(total).toBe(batches.length)
      expect(Object.values(five).reduce((sum, count) => sum + count)).toBe(total)
    }),
  )
})
