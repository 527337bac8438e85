import { expect, it } from 'vitest'
import { onWake } from './browser'

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
