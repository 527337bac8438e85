import { describe, expect, it } from 'vitest'
import { largePlan } from '../../../../lib/testing/run/plans'
import { columnsOf } from './columns'
import { graphOf } from './graph'
import { fitScale, levelAt, turned, withinRange } from './scale'

describe('the zoom', () => {
  it('[PAGE-6.6] fits the graph into the view, and is never larger than life', () => {
    expect(fitScale({ width: 1_000, height: 400 }, { width: 2_000, height: 400 })).toBe(0.5)
    expect(fitScale({ width: 1_000, height: 100 }, { width: 2_000, height: 400 })).toBe(0.25)
    expect(fitScale({ width: 1_000, height: 400 }, { width: 10, height: 10 })).toBe(1)
    expect(fitScale({ width: 0, height: 0 }, { width: 10, height: 10 })).toBe(1)
  })

  it('[PAGE-6.6] shows 500 batches at once as marks of at least 6 px', () => {
    const layout = columnsOf(graphOf(largePlan(500)))
    const scale = fitScale({ width: 1_400, height: 400 }, layout)
    expect(layout.width * scale).toBeLessThanOrEqual(1_401)
    expect(layout.height * scale).toBeLessThanOrEqual(401)
    expect(layout.node.height * scale).toBeGreaterThan(6)
    expect(levelAt(scale)).toBe('marks')
  })

  it('[PAGE-6.6] stays within its range, and turns back to where it was', () => {
    expect(withinRange(99)).toBe(2)
    expect(turned(0.1, 1_000)).toBe(0.1)
    expect(turned(1, -50)).toBeGreaterThan(1)
    expect(turned(turned(1, -50), 50)).toBeCloseTo(1)
    expect([levelAt(1), levelAt(0.5), levelAt(0.2)]).toEqual(['all', 'names', 'marks'])
  })
})
