import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../../lib/run/model'
import { someBatch } from '../../../../lib/testing/run/documents'
import { sanePlan, somePlan } from '../../../../lib/testing/run/plans'
import { criticalPath, knownDuration } from './critical'
import { graphOf, type Vertex } from './graph'

const node = (id: string, ...dependsOn: string[]) => ({ id, dependsOn })
const diamond = [node('a'), node('b', 'a'), node('c', 'a'), node('d', 'b', 'c'), node('e')]

const pathOf = (plan: { id: string; dependsOn: string[] }[], durations: Record<string, number>) =>
  criticalPath(graphOf(plan), ({ id }) => durations[id] ?? 0).map(({ id }) => id)

describe('the critical path', () => {
  it('[PAGE-6.4] is the chain with the greatest sum of durations', () => {
    expect(pathOf(diamond, { a: 1, b: 2, c: 3, d: 1 })).toEqual(['a', 'c', 'd'])
    expect(pathOf(diamond, { a: 1, b: 3, c: 2 })).toEqual(['a', 'b', 'd'])
  })

  it('[PAGE-6.4] is the one with more batches where sums are equal, then the earlier one in the plan', () => {
    expect(pathOf(diamond, {})).toEqual(['a', 'b', 'd'])
    expect(pathOf([node('x'), node('y', 'x'), ...diamond], {})).toEqual(['a', 'b', 'd'])
  })

  it('[PAGE-6.4] has at least two batches', () => {
    expect(pathOf(diamond, { e: 99 })).toEqual(['a', 'b', 'd'])
    expect(pathOf([node('a'), node('b')], { a: 5 })).toEqual([])
    expect(pathOf([node('a', 'a')], { a: 5 })).toEqual([])
    expect(pathOf([], {})).toEqual([])
  })

  it('[PAGE-6.4] has no chain beside it that takes longer', () => {
    const durationsOf = (plan: unknown[]) => fc.array(fc.nat(50), { minLength: plan.length, maxLength: plan.length })
    fc.assert(
      fc.property(
        sanePlan(10).chain(plan => fc.tuple(fc.constant(plan), durationsOf(plan))),
        ([plan, durations]) => {
          const graph = graphOf(plan)
          const of = ({ place }: Vertex) => durations[place] ?? 0
          const sumOf = (chain: readonly Vertex[]) => chain.reduce((sum, vertex) => sum + of(vertex), 0)
          const chainsTo = (last: Vertex): Vertex[][] => [
            [last],
            ...last.needs.flatMap(need => chainsTo(need).map(chain => [...chain, last])),
          ]
          const all = graph.vertices.flatMap(chainsTo).filter(({ length }) => length > 1)
          const path = criticalPath(graph, of)
          expect(sumOf(path)).toBe(Math.max(0, ...all.map(sumOf)))
          const longest = all.filter(chain => sumOf(chain) === sumOf(path)).map(({ length }) => length)
          expect(path.length).toBe(Math.max(0, ...longest))
        },
      ),
    )
  })

  it('[PAGE-6.4] is a chain of dependencies in any plan', () => {
    fc.assert(
      fc.property(somePlan(), plan => {
        const path = criticalPath(graphOf(plan), ({ place }) => (place * 7) % 5)
        path.forEach((vertex, n) => {
          const next = path[n + 1]
          if (next) expect(next.needs).toContain(vertex)
        })
      }),
    )
  })
})

describe('what is known of a duration', () => {
  const NOW = Date.parse('2026-01-01T00:10:00.000Z')
  const started = { startedAt: '2026-01-01T00:00:00.250Z' }
  const durationOf = (status: Batch['status'], changes: Partial<Batch>, clockOffset = 0) =>
    knownDuration(someBatch('a', status, changes), clockOffset, NOW)

  it('[PAGE-6.4] is what a batch took, or has taken so far', () => {
    expect(durationOf('completed', { ...started, endedAt: '2026-01-01T00:01:00.250Z' })).toBe(60_000)
    expect(durationOf('failed', { ...started, endedAt: '2026-01-01T00:02:00.250Z' })).toBe(120_000)
    expect(durationOf('running', started)).toBe(599_250)
    expect(durationOf('running', started, 60_000)).toBe(539_250)
  })

  it('[PAGE-6.4] is nothing where the begin or the end is not known, or the duration is uncertain', () => {
    expect(durationOf('pending', {})).toBe(0)
    expect(durationOf('completed', {})).toBe(0)
    expect(durationOf('completed', started)).toBe(0)
    expect(durationOf('running', { ...started, durationUncertain: true })).toBe(0)
    expect(durationOf('completed', { ...started, endedAt: '2026-01-01T00:01:00.250Z', durationUncertain: true })).toBe(
      0,
    )
  })
})
