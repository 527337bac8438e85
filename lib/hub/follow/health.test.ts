import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BackendError } from '../../backend/http'
import { Health } from './health'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('[ASK-1.2] is requested at once where somebody wants it, and then again after 3 s', async () => {
  const answer = vi.fn<() => Promise<void>>(async () => {})
  const changed = vi.fn()
  const health = new Health({ health: answer }, changed, vi.fn())
  health.start()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(answer).toHaveBeenCalledTimes(1)
  answer.mockRejectedValueOnce(new BackendError('unreachable', 'Nobody listens.'))
  await health.now()
  expect(answer).toHaveBeenCalledTimes(2)
  expect(changed).toHaveBeenLastCalledWith('Nobody listens.')
  expect(health.refusedAt).not.toBeNull()
  // Not at 3 s after the first, which this one replaced.
  await vi.advanceTimersByTimeAsync(2_999)
  expect(answer).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(1)
  expect(answer).toHaveBeenCalledTimes(3)
  expect(health.refusedAt).toBeNull()
  health.stop()
  await vi.advanceTimersByTimeAsync(5_000)
  await health.now()
  expect(answer).toHaveBeenCalledTimes(3)
})
