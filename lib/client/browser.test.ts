import { expect, it, vi } from 'vitest'
import { nextFrame, onWake } from './browser'

it('[SYNC-6.4] a page may have slept when it is shown again, comes out of the cache, gets the focus or a network', () => {
  const window = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
  let wakes = 0
  const stop = onWake(() => wakes++, window, document)
  document.dispatchEvent(new Event('visibilitychange'))
  expect(wakes).toBe(0)
  document.visibilityState = 'visible'
  document.dispatchEvent(new Event('visibilitychange'))
  for (const event of ['pageshow', 'focus', 'online']) window.dispatchEvent(new Event(event))
  expect(wakes).toBe(4)
  stop()
  document.dispatchEvent(new Event('visibilitychange'))
  window.dispatchEvent(new Event('focus'))
  expect(wakes).toBe(4)
})

it('[PAGE-3.2] a page that is not painted is told by a timer, and never twice', () => {
  const frames = new Map<number, FrameRequestCallback>()
  const timers = new Map<number, () => void>()
  const window = {
    requestAnimationFrame: (callback: FrameRequestCallback) => frames.set(1, callback).size,
    cancelAnimationFrame: (id: number) => void frames.delete(id),
    setTimeout: (callback: () => void) => timers.set(1, callback).size,
    clearTimeout: (id: number | undefined) => void timers.delete(id ?? 0),
  }
  const told = vi.fn()
  nextFrame(told, window)
  frames.get(1)?.(0)
  expect([told.mock.calls.length, frames.size, timers.size]).toEqual([1, 0, 0])
  nextFrame(told, window)
  timers.get(1)?.()
  expect([told.mock.calls.length, frames.size, timers.size]).toEqual([2, 0, 0])
  nextFrame(told, window)()
  expect([told.mock.calls.length, frames.size, timers.size]).toEqual([2, 0, 0])
})
