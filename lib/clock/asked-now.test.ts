import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AskedNow } from './asked-now'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A source that answers each time only when it is let. */
function source() {
  const answers: (() => void)[] = []
  const asked = new AskedNow(() => new Promise(resolve => answers.push(resolve)))
  return { answers, asked }
}

describe('a source that is asked at once', () => {
  it('[ASK-1.1] is asked once by all who want it within a second', async () => {
    const { answers, asked } = source()
    const wanted = Promise.all([asked.now(), asked.ask(), asked.now()])
    expect(answers).toHaveLength(1)
    answers[0]?.()
    await wanted
    await asked.now()
    vi.advanceTimersByTime(999)
    await asked.now()
    expect(answers).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const later = asked.now()
    expect(answers).toHaveLength(2)
    answers[1]?.()
    await later
  })

  it('[ASK-1.1] makes all wait for the answer that is under way, however long it takes', async () => {
    const { answers, asked } = source()
    const first = asked.ask()
    vi.advanceTimersByTime(9_000)
    const second = vi.fn()
    const waits = asked.now().then(second)
    expect(answers).toHaveLength(1)
    expect(second).not.toHaveBeenCalled()
    answers[0]?.()
    await Promise.all([first, waits])
    expect(second).toHaveBeenCalledTimes(1)
  })

  it('[ASK-1.1] is asked after the clock was set back', async () => {
    const { answers, asked } = source()
    const first = asked.ask()
    answers[0]?.()
    await first
    vi.setSystemTime(Date.now() - 3_600_000)
    void asked.now()
    expect(answers).toHaveLength(2)
  })
})
