import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LinkWatch } from './link-watch'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A link as of a moment, ms, and its state then. `due`: after how many further ms it must be looked at again. */
function watched() {
  const due = vi.fn()
  const watch = new LinkWatch(due)
  const began = watch.state.since
  let now = 0
  return (at: number, healthyAt: number) => {
    vi.advanceTimersByTime(at - now)
    now = at
    due.mockClear()
    const facts = { healthyAt: began + healthyAt, refusedAt: null, streamLostAt: null, since: began }
    return { changed: watch.look(facts), link: watch.state.link, since: watch.state.since - began, due, watch }
  }
}

it('[RUN-9] counts from when the link ceased to be live, not anew when it gets worse', () => {
  const at = watched()
  expect(at(1_000, 1_000)).toMatchObject({ changed: true, link: 'live', since: 1_000 })
  expect(at(4_000, 4_000)).toMatchObject({ changed: false, link: 'live', since: 1_000 })
  expect(at(14_000, 4_000)).toMatchObject({ changed: true, link: 'stale', since: 14_000 })
  expect(at(34_000, 4_000)).toMatchObject({ changed: true, link: 'down', since: 14_000 })
  expect(at(50_000, 50_000)).toMatchObject({ changed: true, link: 'live', since: 50_000 })
})

it('[RUN-9] is to be looked at again once time alone may have changed it, unless it is closed', () => {
  const at = watched()
  const { due, watch } = at(1_000, 1_000)
  vi.advanceTimersByTime(10_000)
  expect(due).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(due).toHaveBeenCalledTimes(1)
  at(12_000, 11_500)
  watch.close()
  vi.advanceTimersByTime(60_000)
  expect(due).not.toHaveBeenCalled()
})
