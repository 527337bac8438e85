import { describe, expect, it } from 'vitest'
import { firstRuns, isDense, longestOf, movedInGrid } from './grid-rows'

const column = (id: string) => ({ id, name: id, dependsOn: [], planned: true })

describe('the grid', () => {
  it('[SPEC-4.3] shows fewer runs at first the more batches there are, and always the newest', () => {
    expect([1, 14, 200, 2_000, 5_000].map(firstRuns)).toEqual([1_500, 107, 7, 1, 1])
    expect([isDense(20), isDense(21)]).toEqual([false, true])
  })

  it('[SPEC-4.2] measures the bars of a batch by its longest certain duration', () => {
    const run = (...batches: [string, number | null][]) => ({
      ...{ runId: '', importId: null, status: 'completed' as const, dryRun: false, basis: 'stream' as const },
      ...{ inferred: false, startedAt: null, endedAt: null, ms: null, whole: true },
      batches: batches.map(([id, ms]) => ({ id, status: 'completed' as const, ms })),
    })
    expect(longestOf(['a', 'b', 'c'].map(column), [run(['a', 1], ['b', null]), run(['a', 3])])).toEqual([3, 0, 0])
  })

  it('[SPEC-4.2] goes by arrows from cell to cell, over what a run does not have', () => {
    const size = { rows: 3, columns: 4 }
    const missing = new Set(['0 0', '1 2'])
    const has = ({ row, column }: { row: number; column: number }) => !missing.has(`${row} ${column}`)
    const go = (key: string, row: number, column: number) => movedInGrid(key, { row, column }, size, has)
    expect(go('ArrowRight', 1, 1)).toEqual({ row: 1, column: 3 })
    expect(go('ArrowLeft', 1, 3)).toEqual({ row: 1, column: 1 })
    expect(go('ArrowRight', 1, 3)).toBeNull()
    expect(go('ArrowUp', 2, 2)).toEqual({ row: 0, column: 2 })
    expect(go('ArrowUp', 1, 0)).toBeNull()
    expect(go('ArrowDown', 0, 1)).toEqual({ row: 1, column: 1 })
    expect(go('Home', 0, 3)).toEqual({ row: 0, column: 1 })
    expect(go('End', 2, 0)).toEqual({ row: 2, column: 3 })
    expect(go('x', 1, 1)).toBeNull()
  })
})
