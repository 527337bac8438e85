import { describe, expect, it } from 'vitest'
import { Holds } from './holds'

describe('Holds', () => {
  const { signal } = new AbortController()

  it('lets pass what is not held, or no longer', async () => {
    const holds = new Holds()
    await holds.released('a', signal)
    holds.hold('a')
    holds.hold('a')
    expect(holds.has('a')).toBe(true)
    let passed = false
    const passing = holds.released('a', signal).then(() => (passed = true))
    await holds.released('__proto__', signal)
    expect(passed).toBe(false)
    holds.release('a')
    await passing
    expect(holds.has('a')).toBe(false)
  })

  it('gives up with the signal', async () => {
    const holds = new Holds()
    const life = new AbortController()
    holds.hold('a')
    const passing = holds.released('a', life.signal)
    life.abort()
    await expect(passing).rejects.toThrow('abort')
  })
})
