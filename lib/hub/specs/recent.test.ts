import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HubError } from '../api'
import { Recent } from './recent'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('[SPEC-1.7] a question to the backend that many share', () => {
  it('is answered by the last answer where the next one is late, for a minute', async () => {
    let asked = 0
    let takes = 2_000
    const answer = () => new Promise<number>(resolve => setTimeout(resolve, takes, (asked += 1)))
    const recent = new Recent(answer, Date.now)
    const read = async () => {
      const reading = recent.read()
      await vi.advanceTimersByTimeAsync(1_500)
      return reading
    }
    expect(await read()).toEqual({ ok: false, error: null })
    // Nobody asks again while the first question is open.
    expect(await read()).toMatchObject({ ok: true, value: 1 })
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await read()).toMatchObject({ ok: true, value: 1 })
    takes = 120_000
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await read()).toMatchObject({ ok: true, value: 2 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await read()).toEqual({ ok: false, error: null })
    expect(asked).toBe(3)
  })

  it('tells of a failure, and asks again after two seconds', async () => {
    let asked = 0
    const refused = new HubError('unreachable', 'The backend does not answer.')
    const recent = new Recent(async () => {
      asked += 1
      if (asked === 1) throw refused
      return asked
    }, Date.now)
    expect(await recent.read()).toEqual({ ok: false, error: refused })
    expect(await recent.read()).toEqual({ ok: false, error: refused })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await recent.read()).toMatchObject({ ok: true, value: 2 })
  })
})
