import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largePlan, sanePlan, somePlan } from '../../../../lib/testing/run/plans'
import { graphOf, isSameGraph } from './graph'

const node = (id: string, ...dependsOn: string[]) => ({ id, dependsOn })
const layersOf = (...nodes: ReturnType<typeof node>[]) => graphOf(nodes).layers.map(layer => layer.map(({ id }) => id))

describe('the graph of batches', () => {
  it('[PAGE-6.1] puts each batch behind the longest chain of what it needs', () => {
    expect(layersOf(node('a'), node('b', 'a'), node('c', 'a', 'b'), node('d'))).toEqual([['a', 'd'], ['b'], ['c']])
    expect(layersOf(node('c', 'b'), node('b', 'a'), node('a'))).toEqual([['a'], ['b'], ['c']])
    expect(layersOf()).toEqual([])
  })

  it('[PAGE-6.1] draws no edge to an unknown id, and one to an id that is named twice', () => {
    const { edges, layers } = graphOf([node('a', 'gone', '__proto__'), node('b', 'a', 'a', 'gone')])
    expect(edges.map(({ from, to, isBack }) => [from.id, to.id, isBack])).toEqual([['a', 'b', false]])
    expect(layers.length).toBe(2)
  })

  it('[PAGE-6.1] lets the edges that close a circle go back', () => {
    const { edges, layers } = graphOf([node('a', 'c'), node('b', 'a'), node('c', 'b'), node('d', 'd')])
    expect(edges.filter(({ isBack }) => isBack).map(({ from, to }) => [from.id, to.id])).toEqual([
      ['a', 'b'],
      ['d', 'd'],
    ])
    expect(layers.map(layer => layer.map(({ id }) => id))).toEqual([['b', 'd'], ['c'], ['a']])
  })

  it('[PAGE-6.1] has every batch once, and every dependency between two of them once, in any plan', () => {
    fc.assert(
      fc.property(somePlan(), plan => {
        const { vertices, edges, layers } = graphOf(plan)
        expect(vertices.map(({ id }) => id)).toEqual(plan.map(({ id }) => id))
        expect(layers.flat().toSorted((a, b) => a.place - b.place)).toEqual(vertices)
        expect(layers.every(layer => layer.length > 0)).toBe(true)
        const ids = new Set(plan.map(({ id }) => id))
        const wanted = plan.flatMap(({ id, dependsOn }) =>
          [...new Set(dependsOn)].filter(need => ids.has(need)).map(need => [need, id]),
        )
        expect(edges.map(({ from, to }) => [from.id, to.id])).toEqual(wanted)
        for (const { from, to, isBack } of edges) {
          if (!isBack) expect(from.layer).toBeLessThan(to.layer)
          expect(to.needs.includes(from)).toBe(!isBack)
          expect(from.holdsUp.includes(to)).toBe(!isBack)
        }
        for (const { layer, needs } of vertices) {
          expect(layer).toBe(Math.max(-1, ...needs.map(need => need.layer)) + 1)
        }
      }),
    )
  })

  it('[PAGE-6.1] has no edge back in a plan without circles', () => {
    fc.assert(
      fc.property(sanePlan(), plan => {
        expect(graphOf(plan).edges.some(({ isBack }) => isBack)).toBe(false)
      }),
    )
  })

  it('[PAGE-6.1] takes a chain of 2,000 batches, told from its end', () => {
    const chain = Array.from({ length: 2_000 }, (_, n) => node(`b${n}`, `b${n + 1}`))
    expect(graphOf(chain).layers.length).toBe(2_000)
    expect(graphOf([...chain, node('b2000', 'b0')]).layers.length).toBe(2_001)
  })

  it('[PAGE-6.2] is the same as long as ids and dependencies are', () => {
    const plan = largePlan(50)
    expect(isSameGraph(plan, structuredClone(plan))).toBe(true)
    expect(isSameGraph(plan, plan.slice(1))).toBe(false)
    expect(isSameGraph(plan, plan.with(7, node('b7', 'b1', 'b2', 'b3', 'b4')))).toBe(false)
    expect(isSameGraph(plan, plan.with(7, { ...node('other'), dependsOn: plan[7]?.dependsOn ?? [] }))).toBe(false)
  })
})
