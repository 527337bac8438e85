import { expect, it } from 'vitest'
import { areMany, cutsAfter } from './use-unsteady'

const after = (...times: number[]) => times.reduce<number[]>(cutsAfter, [])

it('[PAGE-17.1] counts the cuts of the last minute', () => {
  expect(after(0, 20_000, 59_999)).toHaveLength(3)
  expect(after(0, 20_000, 60_000)).toEqual([20_000, 60_000])
  expect(after(0, 100_000)).toEqual([100_000])
  expect([after(0, 1), after(0, 1, 2), after(0, 70_000, 140_000)].map(areMany)).toEqual([false, true, false])
})
