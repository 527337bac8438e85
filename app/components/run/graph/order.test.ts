import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sanePlan, somePlan } from '../../../../lib/testing/run/plans'
import { graphOf } from './graph'
import { crossingsIn, ordered, type Slot } from './order'

const node = (id: string, ...dependsOn: string[]) => ({ id, dependsOn })
const idsOf = (layers: readonly (readonly Slot[])[]) =>
  layers.map(layer => layer.map(({ vertex }) => vertex?.id ?? '·'))

/** Counts the crossings pair by pair. */
function crossings(layers: readonly (readonly Slot[])[]): number {
  const links = layers.flatMap(layer => layer.flatMap(from => from.after.map(to => ({ layer, from, to }))))
  const pairs = links.flatMap((a, n) =>
    links
      .slice(n + 1)
      .filter(b => a.layer === b.layer)
      .map(b => [a, b] as const),
  )
  return pairs.filter(([a, b]) => (a.from.index - b.from.index) * (a.to.index - b.to.index) < 0).length
}

describe('the order within layers', () => {
  it('[PAGE-6.2] uncrosses edges', () => {
    const { layers } = ordered(
      graphOf([node('a'), node('b'), node('c'), node('x', 'c'), node('y', 'b'), node('z', 'a')]),
    )
    expect(crossingsIn(layers)).toBe(0)
    const butterfly = ordered(
      graphOf([node('a'), node('b'), node('x', 'b'), node('y', 'a'), node('z', 'x'), node('w', 'y')]),
    )
    expect(crossingsIn(butterfly.layers)).toBe(0)
  })

  it('[PAGE-6.1] bends an edge in each layer that it passes', () => {
    const { layers, routes } = ordered(graphOf([node('a'), node('b', 'a'), node('c', 'b'), node('d', 'a', 'c')]))
    expect(idsOf(layers).map(layer => layer.toSorted())).toEqual([
      ['a'],
      ['b', '·'].toSorted(),
      ['c', '·'].toSorted(),
      ['d'],
    ])
    expect(routes.find(({ edge }) => edge.from.id === 'a' && edge.to.id === 'd')?.bends.length).toBe(2)
  })

  it('[PAGE-6.2] counts crossings right, and is the same each time', () => {
    fc.assert(
      fc.property(sanePlan(24), plan => {
        const { layers } = ordered(graphOf(plan))
        for (const layer of layers) expect(layer.map(({ index }) => index)).toEqual(layer.map((_, n) => n))
        expect(crossingsIn(layers)).toBe(crossings(layers))
        expect(idsOf(ordered(graphOf(structuredClone(plan))).layers)).toEqual(idsOf(layers))
      }),
    )
  })

  it('[PAGE-6.1] loses no batch of any plan', () => {
    fc.assert(
      fc.property(somePlan(), plan => {
        const graph = graphOf(plan)
        const { layers } = ordered(graph)
        layers.forEach((layer, n) => {
          const ids = layer.flatMap(({ vertex }) => vertex?.id ?? [])
          expect(ids.toSorted()).toEqual(graph.layers[n]?.map(({ id }) => id).toSorted())
        })
      }),
    )
  })
})
