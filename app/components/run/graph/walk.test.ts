import { describe, expect, it } from 'vitest'
import { graphOf } from './graph'
import { walk } from './walk'

describe('walking through the graph', () => {
  const { vertices, layers } = graphOf([
    { id: 'a', dependsOn: [] },
    { id: 'b', dependsOn: ['a'] },
    { id: 'c', dependsOn: ['a'] },
    { id: 'd', dependsOn: ['c', 'b'] },
  ])
  const after = (id: string, ...keys: string[]) =>
    keys.reduce<string | undefined>((at, key) => {
      const from = vertices.find(vertex => vertex.id === at)
      return from && walk(key, from, layers[from.layer] ?? [])?.id
    }, id)

  it('[PAGE-6.7] follows the edges to the right and to the left', () => {
    expect(after('a', 'ArrowRight')).toBe('b')
    expect(after('a', 'ArrowRight', 'ArrowRight')).toBe('d')
    expect(after('d', 'ArrowLeft')).toBe('c')
    expect(after('d', 'ArrowRight')).toBeUndefined()
    expect(after('a', 'ArrowLeft')).toBeUndefined()
  })

  it('[PAGE-6.7] goes up and down within a layer', () => {
    expect(after('b', 'ArrowDown')).toBe('c')
    expect(after('c', 'ArrowUp')).toBe('b')
    expect(after('c', 'ArrowDown')).toBeUndefined()
    expect(after('b', 'Enter')).toBeUndefined()
  })
})
