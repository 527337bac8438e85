import { describe, expect, it } from 'vitest'
import type { ListedRun } from '../../../late-api'
import { comparable, usualChoice } from './earlier-run'

const run = { runId: 'now', spec: 'shop', dryRun: false }
const other = (runId: string, more: Partial<ListedRun> = {}): ListedRun => ({
  ...{ runId, spec: 'shop', dryRun: false, status: 'completed', startedAt: null },
  ...more,
})

describe('the run to compare with', () => {
  it('[COMPARE-2.1] is another one of the spec that is over', () => {
    const runs = [
      other('now'),
      other('live', { status: 'running' }),
      other('of another', { spec: 'audit' }),
      other('a'),
    ]
    expect(comparable(run, runs).map(({ runId }) => runId)).toEqual(['a'])
  })

  it('[COMPARE-2.1] is first the last completed one like it', () => {
    const [failed, dry, done] = [other('failed', { status: 'failed' }), other('dry', { dryRun: true }), other('done')]
    expect(usualChoice(run, [failed, dry, done])).toBe('done')
    expect(usualChoice({ ...run, dryRun: true }, [failed, dry, done])).toBe('dry')
    expect(usualChoice(run, [dry, failed])).toBe('failed')
    expect(usualChoice(run, [dry])).toBe('dry')
    expect(usualChoice(run, [])).toBeNull()
  })
})
