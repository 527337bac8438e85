import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseScope } from './parse-scope'
import {
  batchLogScope,
  containersScope,
  fleetScope,
  importBatchLogScope,
  importLogScope,
  importMergedLogScope,
  importScope,
  logScope,
  mergedLogScope,
  runScope,
} from './scope'
import { scope } from './messages'

const anyId = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.array(fc.constantFrom('%', '/', '2', '5', 'F', 'f', 'a'), { minLength: 1, maxLength: 6 }).map(all => all.join('')),
)
const long = 'x'.repeat(200)

describe('scopes', () => {
  it('give back the run they were built for, whatever its id holds', () => {
    fc.assert(
      fc.property(anyId, runId => {
        expect(parseScope(runScope(runId))).toEqual({ kind: 'run', runId })
        expect(parseScope(logScope(runId))).toEqual({ kind: 'log', runId })
      }),
    )
    expect(parseScope(logScope(long))).toEqual({ kind: 'log', runId: long })
    expect(parseScope(runScope('a/b/../c'))).toEqual({ kind: 'run', runId: 'a/b/../c' })
    expect(parseScope(mergedLogScope(long))).toEqual({ kind: 'merged', runId: long })
    expect(parseScope(fleetScope)).toEqual({ kind: 'fleet' })
    expect(parseScope(containersScope)).toEqual({ kind: 'containers' })
  })

  it('give back the batch they were built for, whatever the two ids hold', () => {
    fc.assert(
      fc.property(anyId, anyId, (runId, batchId) => {
        expect(parseScope(batchLogScope(runId, batchId))).toEqual({ kind: 'lines', runId, batchId })
      }),
    )
    const slashes = '/'.repeat(200)
    expect(parseScope(batchLogScope(slashes, slashes))).toEqual({ kind: 'lines', runId: slashes, batchId: slashes })
    expect(batchLogScope('a/b', 'c')).not.toBe(batchLogScope('a', 'b/c'))
  })

  it('[IMP-2.2] of imports are never those of runs, whatever a run is called', () => {
    fc.assert(
      fc.property(anyId, anyId, (id, batchId) => {
        expect(parseScope(importScope(id))).toEqual({ kind: 'import', importId: id })
        expect(parseScope(importLogScope(id))).toEqual({ kind: 'import-log', importId: id })
        expect(parseScope(importMergedLogScope(id))).toEqual({ kind: 'import-merged', importId: id })
        expect(parseScope(importBatchLogScope(id, batchId))).toEqual({ kind: 'import-lines', importId: id, batchId })
      }),
    )
    for (const text of ['import/', 'import-log/', 'import-lines//', 'import-lines/a/', 'lines//', 'import-runs/a']) {
      expect(scope.safeParse(text).success).toBe(false)
    }
  })

  it('have one text each', () => {
    const anyLines = fc
      .array(fc.constantFrom('%', '/', '2', '5', 'F', 'f', 'a', '%25', '%2F', '%2f', '%61'), { maxLength: 8 })
      .map(all => `lines/${all.join('')}`)
    fc.assert(
      fc.property(anyLines, text => {
        const parts = parseScope(text)
        if (parts?.kind === 'lines') expect(batchLogScope(parts.runId, parts.batchId)).toBe(text)
      }),
    )
    expect(parseScope('lines/a%2fb/c')).toBeUndefined()
    expect(parseScope('lines/a%61/c')).toBeUndefined()
  })

  it('are refused where they name nothing', () => {
    const plain = ['', 'run', 'run/', 'log/', 'fleet/', 'fleet/x', 'RUN/a', 'socket-id', `run/${long}x`, 'containers/']
    const lines = ['lines', 'lines/', 'lines/a', 'lines/a/', 'lines//a', `lines/${long}x/a`, `lines/a/${long}x`]
    for (const text of [...plain, ...lines]) expect(scope.safeParse(text).success).toBe(false)
    for (const value of [null, 1, {}, ['fleet']]) expect(scope.safeParse(value).success).toBe(false)
  })
})
