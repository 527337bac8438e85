import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf } from '../../../../lib/testing/support/growth'
import { largePlan, sanePlan, somePlan } from '../../../../lib/testing/run/plans'
import { columnsOf } from './columns'
import { graphOf } from './graph'
import { rising } from './heights'
import type { Layout } from './graph-layout'
import { rowsOf } from './rows'

const layouts = { columns: columnsOf, rows: rowsOf }

const numbersIn = (path: string) => (path.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number)

/** Everything that a reader sees of a layout. */
const shownOf = (layout: Layout) => ({
  ...{ width: layout.width, height: layout.height },
  places: [...layout.places].map(([{ id }, place]) => [id, place]),
  edges: layout.graph.edges.map(edge => layout.draw(edge)),
})

describe.each(Object.entries(layouts))('the layout in %s', (kind, layoutOf) => {
  it('[PAGE-6.1] has a place for every batch, none over another, and a line for every edge, in any plan', () => {
    fc.assert(
      fc.property(somePlan(), plan => {
        const layout = layoutOf(graphOf(plan))
        const { width, height, node } = layout
        expect(layout.places.size).toBe(plan.length)
        const places = [...layout.places.values()]
        for (const { x, y } of places) {
          expect(x).toBeGreaterThanOrEqual(0)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y + node.height).toBeLessThanOrEqual(height)
          if (kind === 'columns') expect(x + node.width).toBeLessThanOrEqual(width)
        }
        places.forEach((a, n) => {
          for (const b of places.slice(n + 1)) {
            const isApart =
              Math.abs(a.y - b.y) >= node.height || (kind === 'columns' && Math.abs(a.x - b.x) >= node.width)
            expect(isApart).toBe(true)
          }
        })
        for (const edge of layout.graph.edges) {
          const { path, from, to } = layout.draw(edge)
          expect([from, to]).toEqual([edge.from.id, edge.to.id])
          expect(path).toMatch(/^M[\d. CQVH-]+$/)
          expect(numbersIn(path).every(Number.isFinite)).toBe(true)
        }
      }),
    )
  })

  it('[PAGE-6.1] has what is needed before what needs it', () => {
    fc.assert(
      fc.property(sanePlan(), plan => {
        const { graph, places } = layoutOf(graphOf(plan))
        for (const { from, to } of graph.edges) {
          const [a, b] = [places.get(from), places.get(to)]
          if (kind === 'columns') expect(a?.x ?? 0).toBeLessThan(b?.x ?? 0)
          else expect(a?.y ?? 0).toBeLessThan(b?.y ?? 0)
        }
      }),
    )
  })

  it('[PAGE-6.2] is the same for the same ids and dependencies', () => {
    fc.assert(
      fc.property(somePlan(), plan => {
        expect(shownOf(layoutOf(graphOf(plan)))).toEqual(shownOf(layoutOf(graphOf(structuredClone(plan)))))
      }),
    )
  })

  it.each<[string, (size: number) => ReturnType<typeof largePlan>]>([
    ['', largePlan],
    [' that all need one', size => largePlan(size).map(({ id }, n) => ({ id, dependsOn: n === 0 ? [] : ['b0'] }))],
    [' in a chain', size => largePlan(size).map(({ id }, n) => ({ id, dependsOn: n === 0 ? [] : [`b${n - 1}`] }))],
    [
      ' in a circle',
      size => largePlan(size).map(({ id }, n) => ({ id, dependsOn: [`b${(n + 1) % size}`, `b${(n * 31) % size}`] })),
    ],
  ])('[PAGE-6.2] takes time in proportion to the number of batches%s', (_, planOf) => {
    const growth = growthOf(size => {
      const plan = planOf(size)
      return () => layoutOf(graphOf(plan))
    }, 250)
    expect(growth).toEqual({ ...growth, isLinear: true })
  })

  it('[PAGE-6.2] takes time in proportion to the plan, also with 18,000 dependencies', () => {
    const growth = growthOf(size => {
      const plan = largePlan(size, 18, size / 5)
      return () => layoutOf(graphOf(plan))
    }, 250)
    expect(growth).toEqual({ ...growth, isLinear: true })
  })
})

describe('heights', () => {
  it('[PAGE-6.2] rise, and are nearest to the wishes', () => {
    const wish = (height: number, weight = 1) => ({ height, weight })
    expect(rising([wish(1), wish(2), wish(3)])).toEqual([1, 2, 3])
    expect(rising([wish(3), wish(1)])).toEqual([2, 2])
    expect(rising([wish(4, 3), wish(0), wish(5)])).toEqual([3, 3, 5])
    fc.assert(
      fc.property(
        fc.array(fc.record({ height: fc.integer({ min: -99, max: 99 }), weight: fc.integer({ min: 1, max: 9 }) })),
        wishes => {
          const heights = rising(wishes)
          expect(heights.length).toBe(wishes.length)
          heights.forEach((height, n) => expect(height).toBeGreaterThanOrEqual(heights[n - 1] ?? -Infinity))
        },
      ),
    )
  })

  it('[PAGE-6.1] leave edges of a chain level', () => {
    const { places } = columnsOf(
      graphOf([
        { id: 'a', dependsOn: [] },
        { id: 'b', dependsOn: ['a'] },
        { id: 'c', dependsOn: ['b'] },
      ]),
    )
    expect(new Set([...places.values()].map(({ y }) => y)).size).toBe(1)
  })
})
