import { describe, expect, it } from 'vitest'
import { agent } from '../../testing/run/told-run'
import { ambiguousByRun } from './ambiguous'

const one = { runId: 'r1', batchId: 'a' }
const two = { runId: 'r2', batchId: 'a' }

describe('containers that may be several runs’', () => {
  it('[DOCK-4] are told to each of these runs', () => {
    const container = agent('c')
    const open = [{ container, candidates: [one, two] }]
    expect([...ambiguousByRun(open, new Map())]).toEqual([
      ['r1', [{ batchId: 'a', container }]],
      ['r2', [{ batchId: 'a', container }]],
    ])
    expect(ambiguousByRun([], ambiguousByRun(open, new Map())).size).toBe(0)
  })

  it('[DOCK-4] are told anew only to the runs of which something has changed', () => {
    const [c, d] = [agent('c'), agent('d')]
    const before = ambiguousByRun(
      [
        { container: c, candidates: [one, two] },
        { container: d, candidates: [one] },
      ],
      new Map(),
    )
    const ended = agent('d', { exitCode: 0 })
    const after = ambiguousByRun(
      [
        { container: c, candidates: [one, two] },
        { container: ended, candidates: [one] },
      ],
      before,
    )
    expect(after.get('r1')).toEqual([
      { batchId: 'a', container: c },
      { batchId: 'a', container: ended },
    ])
    expect(after.get('r2')).toBe(before.get('r2'))
  })

  it('[SAFE-4] of a run called __proto__ are like any other’s', () => {
    const open = [{ container: agent('c'), candidates: [{ runId: '__proto__', batchId: 'constructor' }] }]
    expect(ambiguousByRun(open, new Map()).get('__proto__')).toHaveLength(1)
  })
})
