import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Answer } from '../../api'
import { PACE, UpToDate, type Shown } from './up-to-date'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const timing = {
  now: () => Date.now(),
  setTimer: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
const ok = <T>(value: T): Answer<T> => ({ ok: true, value })
const refused: Answer<number> = { ok: false, status: 502, error: 'It is away.', runId: null }

/** An answer that is kept up to date, whose questions take so long, ms. */
function kept(takes = 0) {
  const asked: number[] = []
  let next: Answer<number> | null = null
  let shown: Shown<number> = { value: 0, failure: null, behind: false }
  const ask = async () => {
    asked.push(Date.now())
    const answer = next ?? ok(asked.length)
    if (takes > 0) await new Promise(resolve => setTimeout(resolve, takes))
    return answer
  }
  const upToDate = new UpToDate(0, ask, now => (shown = now), timing)
  return {
    ...{ upToDate, asked },
    answerWith: (answer: Answer<number> | null) => void (next = answer),
    get shown() {
      return shown
    },
  }
}

describe('an answer that is kept up to date', () => {
  it('[SPEC-5.1] is asked for once for each key, at most once a second', async () => {
    const of = kept()
    of.upToDate.want('a')
    await vi.advanceTimersByTimeAsync(0)
    expect([of.asked.length, of.shown.value]).toEqual([1, 1])
    of.upToDate.want('a')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(of.asked).toHaveLength(1)
    for (let n = 0; n < 100; n += 1) {
      of.upToDate.want(`b${n}`)
      await vi.advanceTimersByTimeAsync(10)
    }
    await vi.advanceTimersByTimeAsync(5_000)
    expect(of.asked).toHaveLength(3)
  })

  it('[SPEC-5.1] whatever comes when', async () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 3_000 }), key: fc.constantFrom('a', 'b', 'c', null) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.integer({ min: 0, max: 4_000 }), async (steps, takes) => {
        const of = kept(takes)
        for (const { wait, key } of steps) {
          if (key === null) of.upToDate.again()
          else of.upToDate.want(key)
          await vi.advanceTimersByTimeAsync(wait)
        }
        await vi.advanceTimersByTimeAsync(20_000)
        for (const [n, at] of of.asked.entries()) if (n > 0) expect(at - of.asked[n - 1]!).toBeGreaterThanOrEqual(1_000)
        // The last state is always asked for, and then nothing more is.
        if (steps.some(({ key }) => key !== null)) expect(of.shown.value).toBe(of.asked.length)
        expect([of.shown.behind, of.shown.failure]).toEqual([false, null])
        of.upToDate.close()
      }),
      { numRuns: 50 },
    )
  })

  it('[SPEC-5.2] says that it could not be read, keeps what was, and tries again', async () => {
    const of = kept()
    of.answerWith(refused)
    of.upToDate.want('a')
    await vi.advanceTimersByTimeAsync(0)
    expect(of.shown).toMatchObject({ value: 0, failure: 'It is away.' })
    await vi.advanceTimersByTimeAsync(PACE.retry - 1)
    expect(of.asked).toHaveLength(1)
    of.answerWith(null)
    await vi.advanceTimersByTimeAsync(1)
    expect(of.shown).toEqual({ value: 2, failure: null, behind: false })
  })

  it('[SPEC-5.2] is behind while the answer to a change takes more than three seconds', async () => {
    const of = kept(10_000)
    of.upToDate.want('a')
    await vi.advanceTimersByTimeAsync(2_999)
    expect(of.shown.behind).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(of.shown.behind).toBe(true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(of.shown).toEqual({ value: 1, failure: null, behind: false })
    // A look without a change is no reason to doubt what is shown.
    of.upToDate.again()
    await vi.advanceTimersByTimeAsync(9_000)
    expect([of.asked.length, of.shown.behind]).toEqual([2, false])
  })

  it('[SPEC-5.1] asks nothing before the first key, and nothing once it is closed', async () => {
    const of = kept()
    of.upToDate.again()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(of.asked).toEqual([])
    of.upToDate.want('a')
    of.upToDate.close()
    of.upToDate.want('b')
    await vi.advanceTimersByTimeAsync(10_000)
    expect([of.asked.length, of.shown.value]).toEqual([1, 0])
  })
})
