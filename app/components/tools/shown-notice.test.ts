import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Notice } from '../../notice'
import { ShownNotice } from './shown-notice'

describe('the notice that is shown', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('[NOTICE-1.2] goes by itself, unless it can be taken back', () => {
    const shown = new ShownNotice()
    shown.show({ text: 'stopped' })
    vi.advanceTimersByTime(7_999)
    expect(shown.get()?.text).toBe('stopped')
    vi.advanceTimersByTime(1)
    expect(shown.get()).toBeNull()
    shown.show({ text: 'removed', undo: () => ({ text: 'back' }) })
    vi.advanceTimersByTime(600_000)
    expect(shown.get()?.text).toBe('removed')
  })

  it('[NOTICE-1.2] gives way to a later one, which stays for its own time', () => {
    const shown = new ShownNotice()
    shown.show({ text: 'first' })
    vi.advanceTimersByTime(7_000)
    shown.show({ text: 'second' })
    vi.advanceTimersByTime(7_000)
    expect(shown.get()?.text).toBe('second')
  })

  it('[NOTICE-1.3] is taken back once, and says what became of that', async () => {
    const shown = new ShownNotice()
    const told: (string | undefined)[] = []
    shown.listen(() => told.push(shown.get()?.text))
    const undo = vi.fn(() => Promise.resolve({ text: 'The import is back.' }))
    const removed = { text: 'The import was removed.', undo }
    shown.show(removed)
    await shown.undo(removed)
    expect(undo).toHaveBeenCalledTimes(1)
    expect(told).toEqual(['The import was removed.', 'Bringing it back…', 'The import is back.'])
  })

  it('[NOTICE-1.3] says that it is brought back for as long as that takes', async () => {
    const shown = new ShownNotice()
    let answer: (notice: Notice) => void = () => undefined
    const undo = () => new Promise<Notice>(resolve => (answer = resolve))
    const removed = { text: 'The import was removed.', undo }
    shown.take(removed)
    const undone = shown.undo(removed)
    vi.advanceTimersByTime(60_000)
    expect(shown.get()).toEqual({ text: 'Bringing it back…' })
    answer({ text: 'The import is back.' })
    await undone
    vi.advanceTimersByTime(7_999)
    expect(shown.get()?.text).toBe('The import is back.')
    vi.advanceTimersByTime(1)
    expect(shown.get()).toBeNull()
  })

  it('[NOTICE-1.2] stays where something is only said, for its own time', () => {
    const shown = new ShownNotice()
    const removed = { text: 'removed', undo: () => ({ text: 'back' }) }
    shown.take(removed)
    shown.take({ text: 'Copied run id.', isShown: true })
    expect([shown.get(), shown.said()]).toEqual([removed, 'Copied run id.'])
    vi.advanceTimersByTime(8_000)
    expect([shown.get(), shown.said()]).toEqual([removed, null])

    shown.take({ text: 'stopped' })
    vi.advanceTimersByTime(7_000)
    shown.take({ text: 'Copied branch.', isShown: true })
    vi.advanceTimersByTime(1_000)
    expect([shown.get(), shown.said()]).toEqual([null, 'Copied branch.'])
    shown.take({ text: 'started' })
    expect([shown.get()?.text, shown.said()]).toEqual(['started', null])
  })
})
