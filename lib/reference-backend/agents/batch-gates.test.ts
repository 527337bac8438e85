import { describe, expect, it } from 'vitest'
import { BatchGates } from './batch-gates'

describe('Holds', () => {
  const { signal } = new AbortController()

  it('lets pass what is not held, or no longer', async () => {
    const gates = new BatchGates()
    await gates.released('a', signal)
    gates.hold('a')
    gates.hold('a')
    expect(gates.has('a')).toBe(true)
    let passed = false
    const passing = gates.released('a', signal).then(() => (passed = true))
    await gates.released('__proto__', signal)
    expect(passed).toBe(false)
    gates.release('a')
    await passing
    expect(gates.has('a')).toBe(false)
  })

  it('gives up with the signal', async () => {
    const gates = new BatchGates()
    const ended = new AbortController()
    gates.hold('a')
    const passing = gates.released('a', ended.signal)
    ended.abort()
    await expect(passing).rejects.toThrow('abort')
  })
})
