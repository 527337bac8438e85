import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fleetScope, logScope, parseScope, runScope, scope } from './scope'

describe('scopes', () => {
  it('give back the run they were built for, whatever its id holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), runId => {
        expect(parseScope(runScope(runId))).toEqual({ kind: 'run', runId })
        expect(parseScope(logScope(runId))).toEqual({ kind: 'log', runId })
      }),
    )
    expect(parseScope(logScope('x'.repeat(200)))).toEqual({ kind: 'log', runId: 'x'.repeat(200) })
    expect(parseScope(runScope('a/b/../c'))).toEqual({ kind: 'run', runId: 'a/b/../c' })
    expect(parseScope(fleetScope)).toEqual({ kind: 'fleet' })
  })

  it('are refused where they name nothing', () => {
    const wrong = ['', 'run', 'run/', 'log/', 'fleet/', 'fleet/x', 'RUN/a', 'socket-id', `run/${'x'.repeat(201)}`]
    for (const text of wrong) expect(scope.safeParse(text).success).toBe(false)
    for (const value of [null, 1, {}, ['fleet']]) expect(scope.safeParse(value).success).toBe(false)
  })
})
