import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../../lib/run/model'
import { someAgent, someBatch } from '../../../../lib/testing/run/documents'
import { UNSEEN } from '../../../../lib/testing/support/hostile-texts'
import { needsText, nodeLabel, type Told } from './node-label'

const NOW = Date.parse('2026-01-01T00:03:20.000Z')
const STARTED = '2026-01-01T00:00:00.000Z'
const aContainer = (changes: Partial<NonNullable<Batch['container']>> = {}) => ({
  ...someAgent('c'),
  ...{ removed: false, timedOut: false },
  ...changes,
})
const label = (
  status: Parameters<typeof someBatch>[1],
  changes: Parameters<typeof someBatch>[2],
  told: Partial<Told> = {},
) =>
  nodeLabel(
    {
      batch: someBatch('a', status, { name: 'Ledger', verdict: 'agrees', ...changes }),
      ...{ over: false, maybeCompleted: false, needs: '', critical: false, watched: false, old: false, clockOffset: 0 },
      ...told,
    },
    NOW,
  )

describe('the name of a node', () => {
  it('[PAGE-6.7] tells status, needs, verdict, and whether it is critical', () => {
    const told = { needs: 'needs A and B', watched: true, critical: true }
    expect(label('running', { startedAt: STARTED, container: aContainer() }, told)).toBe(
      'Ledger, running for 3 min, needs A and B, container running, verdict agrees, on the critical path',
    )
    expect(label('completed', { startedAt: STARTED, endedAt: '2026-01-01T00:02:05.000Z' })).toBe(
      'Ledger, completed in 2 min 5 s',
    )
    expect(label('running', { startedAt: '2026-01-01T00:03:10.000Z' })).toBe('Ledger, running for less than 1 min')
    expect(label('running', { startedAt: '2025-12-31T22:00:00.000Z' })).toBe('Ledger, running for 2 h 03 min')
  })

  it('[PAGE-6.9] tells what Docker shows', () => {
    const killed = aContainer({ state: 'exited', exitCode: 137 })
    const ended = { startedAt: STARTED, endedAt: '2026-01-01T00:02:05.000Z', container: killed }
    const watched = { watched: true }
    expect(label('completed', { ...ended, verdict: 'conflict' }, watched)).toMatch(
      /^Ledger, completed in 2 min 5 s, container exited 137.*, verdict conflict$/,
    )
    expect(label('running', { startedAt: STARTED, verdict: 'ghost' }, watched)).toBe(
      'Ledger, running for 3 min, no container seen, verdict ghost',
    )
    expect(label('running', { startedAt: STARTED, container: aContainer() }, { ...watched, docker: 'down' })).toBe(
      'Ledger, running for 3 min, container last known as running, verdict agrees',
    )
    expect(label('pending', {}, watched)).toBe('Ledger, waiting, verdict agrees')
    // As in the table: it ended before anything could be seen, and nobody waits to know [PAGE-13.2].
    expect(label('completed', { verdict: 'unknown' }, watched)).not.toContain('verdict')
    expect(label('running', { startedAt: STARTED, verdict: 'unknown' }, watched)).toContain('verdict unknown')
    expect(label('running', { startedAt: STARTED, verdict: 'local' }, watched)).toBe(
      'Ledger, running for 3 min, verdict local',
    )
  })

  it('[PAGE-15.4] tells that it is faded', () => {
    expect(label('pending', {}, { isFaded: true })).toBe('Ledger, waiting, not among those that are filtered for')
  })

  it('[PAGE-6.7] tells what waits, what did not begin, what is old and what is uncertain', () => {
    expect(label('pending', {})).toBe('Ledger, waiting')
    expect(label('pending', {}, { over: true })).toBe('Ledger, never started')
    expect(label('pending', {}, { maybeCompleted: true })).toBe('Ledger, waiting or completed before')
    expect(label('completed', {})).toBe('Ledger, completed')
    expect(label('running', { startedAt: STARTED }, { old: true })).toBe('Ledger, last known as running for 3 min')
    expect(label('running', { startedAt: STARTED, durationUncertain: true })).toBe(
      'Ledger, running for 3 min, uncertain',
    )
  })

  it('[PAGE-6.7] names three needs, and counts more', () => {
    expect(needsText([])).toBe('')
    expect(needsText(['A'])).toBe('needs A')
    expect(needsText(['A', 'B', 'C'])).toBe('needs A, B and C')
    expect(needsText(['A', 'B', 'C', 'D', 'E'])).toBe('needs A, B and 3 more')
  })

  it('[SAFE-4.4] has no character that cannot be seen', () => {
    const hostile = 'a\u202eb\u200b\u0000'
    expect(UNSEEN.test(label('pending', { name: hostile }, { needs: needsText([hostile]) }))).toBe(false)
  })
})
