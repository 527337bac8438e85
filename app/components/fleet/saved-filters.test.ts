import { describe, expect, it } from 'vitest'
import { noFilters } from './history-filters'
import { restored, withoutSaved } from './saved-filters'

const named = (...names: string[]) => names.map(name => ({ name, filters: noFilters }))
const names = (saved: readonly { name: string }[] | null) => saved?.map(({ name }) => name).join('')

describe('[NOTICE-1.3] saved filters that were deleted', () => {
  it('come back at their place', () => {
    const saved = named('a', 'b', 'c')
    for (const [place, each] of saved.entries()) {
      expect(names(restored(withoutSaved(saved, each.name), each, place))).toBe('abc')
    }
    expect(names(restored([], { name: 'a', filters: noFilters }, 5))).toBe('a')
  })

  it('come back also where the list is full by now, instead of the oldest others', () => {
    const full = Array.from({ length: 50 }, (_, n) => ({ name: `${n}`, filters: noFilters }))
    const each = { name: 'a', filters: noFilters }
    for (const place of [0, 1, 25, 49, 50]) {
      const saved = restored(full, each, place)
      expect(saved).toHaveLength(50)
      expect(saved?.indexOf(each)).toBe(Math.max(0, place - 1))
      expect(saved?.filter(other => other !== each)).toEqual(full.slice(1))
    }
  })

  it('do not take the place of others that have their name by now', () => {
    const others = { name: 'b', filters: { ...noFilters, q: 'later' } }
    expect(restored([others], { name: 'b', filters: noFilters }, 0)).toBeNull()
  })
})
