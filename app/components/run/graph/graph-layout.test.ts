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

/** Points on a path, close to each other. */
function pointsOn(path: string): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = []
  let at = { x: 0, y: 0 }
  for (const [, command, rest = ''] of path.matchAll(/([MCH])([^MCH]*)/g)) {
    const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = numbersIn(rest)
    if (command === 'M') at = { x: a, y: b }
    else {
      const curve = command === 'H' ? [at.x, at.y, a, at.y, a, at.y] : [a, b, c, d, x, y]
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = curve
      for (let n = 1; n <= 40; n += 1) {
        const [t, u] = [n / 40, 1 - n / 40]
        const on = (p0: number, p1: number, p2: number, p3: number) =>
          u ** 3 * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t ** 3 * p3
        points.push({ x: on(at.x, x1, x2, x3), y: on(at.y, y1, y2, y3) })
      }
      at = { x: x3, y: y3 }
    }
  }
  return points
}

/** The nodes behind which edges pass that have nothing to do with them. */
function passedIn({ graph, places, node, draw }: Layout): string[] {
  return graph.edges.flatMap(edge => {
    const points = pointsOn(draw(edge).path)
    return graph.vertices.flatMap(vertex => {
      const place = places.get(vertex)
      if (!place || vertex === edge.from || vertex === edge.to) return []
      const isIn = ({ x, y }: { x: number; y: number }) =>
        x > place.x && x < place.x + node.width && y > place.y && y < place.y + node.height
      return points.some(isIn) ? [`${edge.from.id} to ${edge.to.id} behind ${vertex.id}`] : []
    })
  })
}

/** A plan whose batches need some of those before them, many of them none. */
const anyPlan = fc
  .record({
    size: fc.integer({ min: 1, max: 60 }),
    roots: fc.double({ min: 0, max: 1, noNaN: true }),
    draws: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 200, maxLength: 200 }),
  })
  .map(({ size, roots, draws }) => {
    let next = 0
    const draw = () => draws[next++ % draws.length] ?? 0
    return Array.from({ length: size }, (_, n) => {
      const needs = n === 0 || draw() < roots ? 0 : 1 + Math.floor(draw() * 3)
      return { id: `b${n}`, dependsOn: Array.from({ length: needs }, () => `b${Math.floor(draw() * n)}`) }
    })
  })

describe('edges', () => {
  it('[PAGE-6.10] pass behind no batch but their ends, in any plan of up to 60 batches', () => {
    fc.assert(
      fc.property(fc.oneof(anyPlan, sanePlan(60)), plan => {
        expect(passedIn(columnsOf(graphOf(plan)))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('[PAGE-6.10] do so among 40 batches that need none, and in a plan of 300', () => {
    const plan = [
      ...Array.from({ length: 40 }, (_, n) => ({ id: `root${n}`, dependsOn: [] })),
      ...Array.from({ length: 9 }, (_, n) => ({ id: `next${n}`, dependsOn: [`root${n * 4}`] })),
      { id: 'last', dependsOn: ['root0', 'root39', 'next4'] },
    ]
    expect(passedIn(columnsOf(graphOf(plan)))).toEqual([])
    expect(passedIn(columnsOf(graphOf(largePlan(300))))).toEqual([])
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
