import { describe, expect, it } from 'vitest'
import { noFilters } from './history-filters'
import { restored, withoutSaved } from './saved-filters'

const named = (...names: string[]) => names.map(name => ({ name, filters: noFilters }))
const names = (saved: readonly { name: string }[]) => saved.map(({ name }) => name).join('')

describe('[NOTICE-1.3] saved filters that were deleted', () => {
  it('come back at their place', () => {
    const saved = named('a', 'b', 'c')
    for (const [place, each] of saved.entries()) {
      expect(names(restored(withoutSaved(saved, each.name), each, place))).toBe('abc')
    }
    expect(names(restored([], { name: 'a', filters: noFilters }, 5))).toBe('a')
  })

  it('do not take the place of others that have their name by now', () => {
    const others = { name: 'b', filters: { ...noFilters, q: 'later' } }
    expect(restored([others], { name: 'b', filters: noFilters }, 0)).toEqual([others])
  })
})
