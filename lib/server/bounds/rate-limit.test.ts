import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RateLimit } from './rate-limit'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('[SAFE-5] lets so many pass in a window, says how long to wait, and says once that it begins to refuse', async () => {
  const limit = new RateLimit(3, 60)
  for (let n = 0; n < 3; n++) expect(await limit.count('ann')).toBeNull()
  vi.advanceTimersByTime(15_000)
  expect(await limit.count('ann')).toEqual({ retryAfter: 45, first: true })
  expect(await limit.count('ann')).toEqual({ retryAfter: 45, first: false })
  expect(await limit.count('vic')).toBeNull()
  vi.advanceTimersByTime(45_000)
  expect(await limit.count('ann')).toBeNull()
})

it('[SAFE-5.82] remembers no more than 4,096 places, whoever comes', async () => {
  const limit = new RateLimit(1, 60)
  for (let n = 0; n < 6_000; n++) await limit.count(`address ${n}`)
  // One timer per counter.
  expect(vi.getTimerCount()).toBeLessThanOrEqual(4_096)
})
