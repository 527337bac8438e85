import { describe, expect, it } from 'vitest'
import { pageLocks } from './page-locks'

const gate = () => {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

describe('[PAGE-8.8] locks within a page', () => {
  it('are held by one at a time, in order, and are refused to those who do not wait', async () => {
    const { opened, open } = gate()
    const told: string[] = []
    const first = pageLocks.request('a', { ifAvailable: true }, async lock => {
      told.push(lock ? 'first' : 'none')
      await opened
    })
    await pageLocks.request('a', { ifAvailable: true }, async lock => void told.push(lock ? 'taken' : 'refused'))
    await pageLocks.request('b', { ifAvailable: true }, async lock => void told.push(lock ? 'another' : 'none'))
    const waiting = pageLocks.request('a', { ifAvailable: false }, async () => void told.push('second'))
    expect(new Set(told)).toEqual(new Set(['first', 'refused', 'another']))
    open()
    await Promise.all([first, waiting])
    expect(told.at(-1)).toBe('second')
    await pageLocks.request('a', { ifAvailable: true }, async lock => void told.push(lock ? 'free' : 'none'))
    expect(told.at(-1)).toBe('free')
  })

  it('are free again after an error, which is its holder’s', async () => {
    const broken = pageLocks.request('c', { ifAvailable: false }, () => Promise.reject(new Error('broken')))
    const next = pageLocks.request('c', { ifAvailable: false }, () => Promise.resolve())
    await expect(broken).rejects.toThrow('broken')
    await expect(next).resolves.toBeUndefined()
  })
})
