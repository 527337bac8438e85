import { describe, expect, it, vi } from 'vitest'
import { figureText, measured, rowsOf, tableOf, type Figures } from './results'
import { median, quantile } from './statistics'

const figures = (over: Partial<Figures>): Figures => ({ what: 'a wait', unit: 'ms', value: 30, n: '1 run', ...over })

describe('a row of the benchmark', () => {
  it('compares a value with its floor and with the stricter of its marks', () => {
    const row = measured(
      figures({ floor: { value: 10 }, mark: { words: '≤ 4 × floor, ≤ 20', most: 20, mostByFloor: 40 } }),
    )
    expect(row).toMatchObject({ value: '30 ms', floor: '10 ms', ratio: 3, share: 1.5, relativeShare: 0.75 })
    expect(tableOf([row])).toContain('| 30 ms | 10 ms | 3.00 | ≤ 4 × floor, ≤ 20 | **no** |')
  })

  it('has no ratio to a floor of nothing, and meets no mark that it does not have', () => {
    const row = measured(figures({ floor: { value: 0 } }))
    expect(row).toMatchObject({ ratio: null, share: null, relativeShare: null })
    expect(tableOf([row])).toContain('| 30 ms | 0 ms | – | – | – |')
  })

  it('says why it could not be measured, and lets the others be', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    vi.spyOn(console, 'log').mockReturnValue(undefined)
    const rows = await rowsOf('a wait', () => Promise.reject(new Error('no | backend')))
    expect(rows).toEqual([{ kind: 'not measured', what: 'a wait', reason: 'no | backend' }])
    expect(tableOf(rows)).toContain('**not measured:** no \\| backend')
    vi.restoreAllMocks()
  })

  it('has three digits at most, and says where there is no figure', () => {
    expect([0.1234, 9.876, 12.34, 123.4, 1_234.5, NaN].map(figureText)).toEqual([
      ...['0.12', '9.88', '12.3', '123', '1,235', 'none'],
    ])
  })
})

describe('statistics', () => {
  it('are values that were measured, in any order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2)
    expect(quantile([3, 1, 2], 0.99)).toBe(3)
    expect(quantile([3, 1, 2], 0)).toBe(1)
    expect(median([])).toBeNaN()
  })
})
